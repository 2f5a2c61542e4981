/**
 * Arrays, maps, structs, lambdas, generators and JSON against what PySpark 4.2.0 answered
 * (`fixtures/sql/collections`). An answer is equal, or the statement is refused; never another.
 */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Engine } from "../../../../src/lake/engine/types.ts";
import { judgeFile } from "./judge-recorded.ts";
import { startTestEngine } from "./run-query.ts";

const folder = join("fixtures", "sql", "collections");

/** How many queries of a file may be refused, or name a column in another way. */
const TOLERATED: Record<string, number> = {
  "arrays.jsonl": 12,
  "json.jsonl": 12,
  "lambdas-sequences.jsonl": 4,
  "maps-structs-generators.jsonl": 8,
};

const files = readdirSync(folder).filter((name) => name.endsWith(".jsonl"));

describe("collection functions", () => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await startTestEngine();
  });
  afterAll(() => engine.close());

  it.each(files)("%s", { timeout: 60_000 }, async (name) => {
    const verdicts = await judgeFile(join(folder, name), engine);
    expect(verdicts.wrong).toEqual([]);
    const short = [...verdicts.refused, ...verdicts["other name"]];
    expect(short.length, short.join("\n")).toBeLessThanOrEqual(TOLERATED[name] ?? 0);
    expect(verdicts.equal.length).toBeGreaterThan(50);
  });
});
