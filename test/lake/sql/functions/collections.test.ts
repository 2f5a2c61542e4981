/**
 * Arrays, maps, structs, lambdas, generators and JSON against what PySpark 4.2.0 answered
 * (`fixtures/sql/collections`). An answer is equal, or the statement is refused; never another.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { SovereignError } from "../../../../src/core/errors.ts";
import type { Engine } from "../../../../src/lake/engine/types.ts";
import { formatValue } from "../../../../src/lake/schema/format-value.ts";
import { runQuery, startTestEngine } from "./run-query.ts";

const folder = join("fixtures", "sql", "collections");

interface Recorded {
  sql: string;
  schema?: string;
  rows?: (string | null)[][];
  errorClass?: string;
}

type Verdict = "equal" | "other name" | "refused" | "wrong";

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
    const lines = readFileSync(join(folder, name), "utf8").split("\n").filter(Boolean);
    const verdicts: Record<Verdict, string[]> = {
      equal: [],
      "other name": [],
      refused: [],
      wrong: [],
    };
    for (const line of lines) {
      const recorded = JSON.parse(line) as Recorded;
      const { verdict, note } = await judge(recorded, engine);
      verdicts[verdict].push(`${recorded.sql}\n  ${note}`);
    }
    expect(verdicts.wrong).toEqual([]);
    const short = [...verdicts.refused, ...verdicts["other name"]];
    expect(short.length, short.join("\n")).toBeLessThanOrEqual(TOLERATED[name] ?? 0);
    expect(verdicts.equal.length).toBeGreaterThan(50);
  });
});

async function judge(
  recorded: Recorded,
  engine: Engine,
): Promise<{ verdict: Verdict; note: string }> {
  try {
    const answer = await runQuery(engine, recorded.sql);
    if (!recorded.rows) return { verdict: "wrong", note: `Spark: ${recorded.errorClass}` };
    const rows = answer.rows.map((row) => row.map((v, i) => formatValue(v, answer.types[i]!)));
    const [ours, spark] = [comparable(rows, recorded.sql), comparable(recorded.rows, recorded.sql)];
    if (ours !== spark) return { verdict: "wrong", note: `ours:  ${ours}\n  Spark: ${spark}` };
    if (answer.schema === recorded.schema) return { verdict: "equal", note: "" };
    return { verdict: "other name", note: answer.schema };
  } catch (error) {
    if (!(error instanceof SovereignError)) throw error;
    const errorClass = String(error.details.error_class ?? error.code);
    if (errorClass === recorded.errorClass) return { verdict: "equal", note: "" };
    return { verdict: "refused", note: `${errorClass}: ${error.message}` };
  }
}

/** Rows in no order unless the query asks for one. */
function comparable(rows: readonly (readonly (string | null)[])[], sql: string): string {
  const texts = rows.map((row) => JSON.stringify(row));
  return (/order by/i.test(sql) ? texts : texts.sort()).join("\n");
}
