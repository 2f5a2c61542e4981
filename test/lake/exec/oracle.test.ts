/**
 * Spark 4.2's recorded answers at the traps between engines (conformance data `spark-oracle`),
 * through the whole lake: the same text, the same rows, the same error class, or a refusal.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { SovereignError } from "../../../src/core/errors.ts";
import { type DataType, formatValue, type Value } from "../../../src/lake/index.ts";
import { conformanceFolder } from "../delta/conformance-data.ts";
import { openTestLake, type TestLake } from "./open-test-lake.ts";

const file = join(conformanceFolder, "spark-oracle", "expressions.jsonl");

interface Recorded {
  sql: string;
  /** Text of the one value; whole queries have rows alone. */
  str?: string | null;
  rows?: Record<string, unknown>[];
  errorClass?: string;
}

type Verdict = "equal" | "same error" | "refused" | "other error" | "wrong";

describe.skipIf(!existsSync(file))("Spark's recorded answers, through the lake", () => {
  let t: TestLake;
  beforeAll(async () => {
    t = await openTestLake();
  });
  afterAll(() => t.close());

  it("are given or refused, never others", async () => {
    const score = new Map<Verdict, number>();
    const wrong: string[] = [];
    for (const line of readFileSync(file, "utf8").split("\n").filter(Boolean)) {
      const plain = line.replace(/([:[,]\s*)(-?Infinity|NaN)\b/g, '$1"$2"');
      const recorded = JSON.parse(plain) as Recorded;
      const verdict = await judge(t, recorded);
      score.set(verdict, (score.get(verdict) ?? 0) + 1);
      if (verdict === "wrong" || verdict === "other error") wrong.push(recorded.sql);
    }
    console.log("spark-oracle through the lake:", Object.fromEntries(score));
    expect(wrong).toEqual([]);
    expect(score.get("equal") ?? 0).toBeGreaterThan(240);
  });
});

async function judge(t: TestLake, recorded: Recorded): Promise<Verdict> {
  try {
    const isEqual = await answersEqually(t, recorded);
    return isEqual && recorded.errorClass === undefined ? "equal" : "wrong";
  } catch (error) {
    if (!(error instanceof SovereignError)) throw error;
    if (error.details.error_class === recorded.errorClass) return "same error";
    return error.code === "NOT_IMPLEMENTED" ? "refused" : "other error";
  }
}

async function answersEqually(t: TestLake, { sql, str, rows }: Recorded): Promise<boolean> {
  const result = await t.lake.sql(sql);
  const types = result.schema.fields.map((field) => field.type);
  const found = await result.rows();
  if (str !== undefined) return formatValue(found[0]![0]!, types[0]!) === str;
  const ours = found.map((row) => JSON.stringify(row.map((value, i) => plain(value, types[i]!))));
  const theirs = (rows ?? []).map((row) => JSON.stringify(Object.values(row)));
  if (!result.ordered) for (const list of [ours, theirs]) list.sort();
  return JSON.stringify(ours) === JSON.stringify(theirs);
}

/** A value as the recording keeps it: every number a JSON number. */
function plain(value: Value, type: DataType): unknown {
  if (value === null || typeof value === "boolean" || typeof value === "string") return value;
  if (type.kind === "array") return (value as Value[]).map((item) => plain(item, type.element));
  const text = formatValue(value, type)!;
  return Number.isFinite(Number(text)) ? Number(text) : text;
}
