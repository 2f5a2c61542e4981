/** Our filter grammars and searches beside the real MLflow's, on the same texts and the same file. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createRng } from "../../../src/core/rng.ts";
import { openTrackingDatabase } from "../../../src/mlflow/schema/open.ts";
import { findDifference } from "../../mlflow/search/differences.ts";
import {
  GRAMMARS,
  ORDERED_GRAMMARS,
  type Outcome,
  type Question,
} from "../../mlflow/search/parse-any.ts";
import {
  type GrammarName,
  listFilters,
  randomFilter,
  randomOrder,
} from "../../mlflow/search/random-filters.ts";
import { type Entity, fillRandomStore, randomSearch } from "../../mlflow/search/random-store.ts";
import { searchAll } from "../../mlflow/search/search-all.ts";
import { findMlflowPython, runPython } from "./python.ts";

const ENTITIES: Entity[] = [
  "runs",
  "experiments",
  "models",
  "versions",
  "traces",
  "logged",
  "datasets",
];
const python = findMlflowPython("3.11.1");
if (python === null) console.log("skipped: searches beside MLflow (no MLflow 3.11.1)");
let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "mlflow-searches-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function ask<T>(args: readonly string[], questions: readonly unknown[]): T[] {
  const path = join(folder, "questions.jsonl");
  writeFileSync(path, questions.map((question) => `${JSON.stringify(question)}\n`).join(""));
  const answers = runPython(python!, "search_answers.py", [...args, path]);
  return answers
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as T);
}

function askOf(grammar: GrammarName): Question[] {
  const rng = createRng(11).fork(grammar);
  const filters = [
    ...listFilters(grammar),
    ...Array.from({ length: 3000 }, () => randomFilter(grammar, rng)),
  ];
  const isOrdered = ORDERED_GRAMMARS.some((ordered) => ordered === grammar);
  const orders = Array.from({ length: isOrdered ? 1000 : 0 }, () => [randomOrder(grammar, rng)]);
  return [
    ...filters.map((filter) => ({ grammar, filter })),
    ...orders.map((order) => ({ grammar, order })),
  ];
}

describe.skipIf(python === null)("searches beside MLflow 3.11.1", () => {
  it("the same parse or the same refusal", { timeout: 900_000 }, () => {
    const questions = GRAMMARS.flatMap(askOf);
    const answers = ask<Outcome>(["parse"], questions);
    expect(answers).toHaveLength(questions.length);
    const differences = questions.flatMap((question, index) => {
      const difference = findDifference(question, answers[index]!);
      return difference === null ? [] : [difference];
    });
    expect(differences).toEqual([]);
  });

  it("finds the same rows in the same order", { timeout: 600_000 }, () => {
    const path = join(folder, "mlflow.db");
    const database = openTrackingDatabase(path, { cwd: folder });
    const rng = createRng(3);
    fillRandomStore(database, rng);
    const searches = ENTITIES.flatMap((entity) =>
      Array.from({ length: 200 }, () => randomSearch(entity, rng)),
    );
    const ours = searches.map((search) => ({ ...search, found: searchAll(database, search) }));
    database.close();
    const theirs = ask<string[]>(["search", path], searches);
    expect(ours).toEqual(searches.map((search, index) => ({ ...search, found: theirs[index] })));
  });
});
