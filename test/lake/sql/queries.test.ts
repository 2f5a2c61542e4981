/** Clauses of queries, against what PySpark 4.2.0 answered (`fixtures/sql/queries`). */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Engine } from "../../../src/lake/engine/types.ts";
import { judgeFile } from "./functions/judge-recorded.ts";
import { startTestEngine } from "./functions/run-query.ts";

const folder = join("fixtures", "sql", "queries");

describe("queries", () => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await startTestEngine();
  });
  afterAll(() => engine.close());

  const files = readdirSync(folder).filter((name) => name.endsWith(".jsonl"));
  it.each(files)("%s", { timeout: 60_000 }, async (name) => {
    const verdicts = await judgeFile(join(folder, name), engine);
    expect(verdicts.wrong).toEqual([]);
    expect([...verdicts.refused, ...verdicts["other name"]]).toEqual([]);
    expect(verdicts.equal.length).toBeGreaterThan(15);
  });
});
