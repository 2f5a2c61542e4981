/**
 * Variants against Spark 4.2: answers and error classes of queries over constants, and the bytes
 * Spark writes for JSON texts and typed values (recordings in fixtures/sql/variant).
 */
import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { SovereignError } from "../../../../src/core/errors.ts";
import type { Engine } from "../../../../src/lake/engine/types.ts";
import { type DataType, STRING } from "../../../../src/lake/schema/data-type.ts";
import { formatValue } from "../../../../src/lake/schema/format-value.ts";
import { type Value, VariantValue } from "../../../../src/lake/schema/value.ts";
import { castVariant } from "../../../../src/lake/sql/functions/js/variant-cast.ts";
import { runQuery, startTestEngine } from "./run-query.ts";

interface RecordedQuery {
  sql: string;
  schema?: string;
  rows?: (string | null)[][];
  errorClass?: string | null;
}

interface RecordedBytes {
  json?: string;
  sql?: string;
  metadata: string;
  value: string;
}

const folder = new URL("../../../../fixtures/sql/variant/", import.meta.url);

function readLines<T>(name: string): T[] {
  const lines = readFileSync(new URL(name, folder), "utf8").trimEnd().split("\n");
  return lines.map((line) => JSON.parse(line) as T);
}

let engine: Engine;
beforeAll(async () => {
  engine = await startTestEngine();
});
afterAll(() => engine.close());

/** As the recording has it: `CAST(x AS STRING)`, which makes the variant `null` NULL. */
function shown(value: Value, type: DataType): string | null {
  if (value instanceof VariantValue) return castVariant(value, STRING, "ansi") as string | null;
  return formatValue(value, type);
}

/** Spark casts these variants unasked, and collects them as a set. */
const NARROWER = /^select (if\(true, parse_json|collect_set|from_json|concat\(parse_json)/;

/** What is not exact is refused by name, whatever Spark does. */
const REFUSED = { errorClass: "refused" };

async function answer(sql: string): Promise<Omit<RecordedQuery, "sql">> {
  try {
    const { schema, types, rows } = await runQuery(engine, sql);
    return { schema, rows: rows.map((row) => row.map((value, i) => shown(value, types[i]!))) };
  } catch (error) {
    if (!(error instanceof SovereignError)) throw error;
    if (error.code === "NOT_IMPLEMENTED") return REFUSED;
    return { errorClass: String(error.details?.error_class ?? error.code) };
  }
}

describe("queries", () => {
  const queries = readLines<RecordedQuery>("queries.jsonl");
  let refusals = 0;
  for (const { sql, ...recorded } of queries) {
    it(sql, async () => {
      const given = await answer(sql);
      if (given.rows || recorded.errorClass === undefined) {
        if (given === REFUSED || NARROWER.test(sql)) refusals++;
        else expect(given).toEqual(recorded);
      } else {
        expect(given.errorClass).toBeTruthy();
      }
    });
  }

  it("few of them refused", () => {
    expect(refusals).toBeLessThanOrEqual(15);
  });
});

describe("bytes", () => {
  for (const { json, sql, metadata, value } of readLines<RecordedBytes>("bytes.jsonl")) {
    it(sql ?? json!.slice(0, 60), async () => {
      const text = json?.replaceAll("\\", "\\\\").replaceAll("'", "\\'");
      const { rows } = await runQuery(engine, `SELECT ${sql ?? `parse_json('${text}')`}`);
      const variant = rows[0]![0] as VariantValue;
      expect(Buffer.from(variant.metadata).toString("hex")).toBe(metadata);
      expect(Buffer.from(variant.value).toString("hex")).toBe(value);
    });
  }
});
