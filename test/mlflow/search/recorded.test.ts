/** Filters and order_by texts as MLflow itself read or refused them (`fixtures/mlflow/search`). */
import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { findDifference } from "./differences.ts";
import { GRAMMARS, type Outcome, type Question } from "./parse-any.ts";

const path = new URL("../../../fixtures/mlflow/search/answers.jsonl", import.meta.url);
const recorded = readFileSync(path, "utf8")
  .trimEnd()
  .split("\n")
  .map((line) => JSON.parse(line) as { question: Question; answer: Outcome });

it.each(GRAMMARS)("%s", (grammar) => {
  const mine = recorded.filter(({ question }) => question.grammar === grammar);
  expect(mine.length).toBeGreaterThan(50);
  const differences = mine.map(({ question, answer }) => findDifference(question, answer));
  expect(differences.filter((difference) => difference !== null)).toEqual([]);
});
