/** What each change leaves in the history, as delta-spark left it (`fixtures/lake/history`). */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { commitFacts, commitsOf, type SaidOfCommit } from "./commit-facts.ts";
import { openTestLake, type TestLake } from "./open-test-lake.ts";

const FIXTURES = join(import.meta.dirname, "../../../fixtures/lake/history");
const cases = JSON.parse(readFileSync(join(FIXTURES, "cases.json"), "utf8")) as Record<
  string,
  string[]
>;
const recorded = readFileSync(join(FIXTURES, "spark.jsonl"), "utf8")
  .trim()
  .split("\n")
  .map((line) => JSON.parse(line) as { case: string; commits: SaidOfCommit[] });

describe("operation, parameters and metrics are Spark's", () => {
  let t: TestLake;
  beforeAll(async () => {
    t = await openTestLake();
  });
  afterAll(() => t.close());

  it.each(recorded)("$case", async ({ case: name, commits }) => {
    const path = join(t.folder, name.replaceAll(" ", "-"));
    for (const sql of cases[name]!) await t.run(sql.replaceAll("$T", `delta.\`${path}\``));
    expect(commitFacts(commitsOf(path))).toEqual(commitFacts(commits));
  });
});
