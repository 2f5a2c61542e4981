/**
 * Which arguments functions and operators take, what scalars and aggregates give: against what
 * PySpark 4.2.0 answered (`fixtures/sql/scalars`).
 */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Engine } from "../../../../src/lake/engine/types.ts";
import { judgeFile } from "./judge-recorded.ts";
import { startTestEngine } from "./run-query.ts";

const folder = join("fixtures", "sql", "scalars");

/** How many queries of a file may be refused, or fail with another error than Spark. */
const TOLERATED: Record<string, number> = {};

describe("scalar functions and aggregates", () => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await startTestEngine();
  });
  afterAll(() => engine.close());

  const files = readdirSync(folder).filter((name) => name.endsWith(".jsonl"));
  it.each(files)("%s", { timeout: 60_000 }, async (name) => {
    const verdicts = await judgeFile(join(folder, name), engine);
    expect(verdicts.wrong).toEqual([]);
    const short = [...verdicts.refused, ...verdicts["other name"]];
    expect(short.length, short.join("\n")).toBeLessThanOrEqual(TOLERATED[name] ?? 0);
    expect(verdicts.equal.length).toBeGreaterThan(20);
  });
});
