/**
 * Session variables and EXECUTE IMMEDIATE, against what PySpark 4.2.0 answered in one session
 * (`fixtures/sql/session`).
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { SovereignError } from "../../../src/core/errors.ts";
import type { Lake } from "../../../src/lake/index.ts";
import { formatType } from "../../../src/lake/schema/data-type.ts";
import { formatValue } from "../../../src/lake/schema/format-value.ts";
import { openTestLake, type TestLake } from "./open-test-lake.ts";

interface Recorded {
  sql: string;
  schema?: string;
  rows?: (string | null)[][];
  errorClass?: string;
}

async function answer(lake: Lake, sql: string): Promise<Omit<Recorded, "sql">> {
  try {
    const result = await lake.sql(sql);
    const { fields } = result.schema;
    const rows = (await result.rows()).map((row) =>
      row.map((value, i) => formatValue(value, fields[i]!.type)),
    );
    return {
      schema: `struct<${fields.map((f) => `${f.name}:${formatType(f.type)}`).join(",")}>`,
      rows,
    };
  } catch (error) {
    if (!(error instanceof SovereignError)) throw error;
    return { errorClass: String(error.details.error_class ?? error.code) };
  }
}

function readRecorded(name: string): Recorded[] {
  return readFileSync(join("fixtures", "sql", "session", name), "utf8")
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Recorded);
}

describe("session variables", () => {
  let test: TestLake;
  beforeEach(async () => {
    test = await openTestLake();
  });
  afterEach(() => test.close());

  it("answers as Spark did", { timeout: 60_000 }, async () => {
    for (const { sql, ...expected } of readRecorded("variables.jsonl")) {
      const given = { ...(await answer(test.lake, sql)), sql };
      const byRow = (rows?: (string | null)[][]) => rows?.map((row) => JSON.stringify(row)).sort();
      expect({ ...given, rows: byRow(given.rows) }).toEqual({
        ...{ ...expected, sql },
        rows: byRow(expected.rows),
      });
    }
  });

  it("gives EXECUTE IMMEDIATE its values by position and by name", async () => {
    await test.run("DECLARE x INT DEFAULT 5");
    expect(await test.rows("EXECUTE IMMEDIATE 'SELECT ? + ?' USING 1, x")).toEqual([["6"]]);
    expect(await test.rows("EXECUTE IMMEDIATE 'SELECT :a + :b' USING 1 AS a, 2 AS b")).toEqual([
      ["3"],
    ]);
    await expect(test.run("EXECUTE IMMEDIATE 'SELECT ?' USING 1, 2 AS b")).rejects.toThrow(/name/);
  });

  it("keeps variables out of permanent views", async () => {
    await test.run("DECLARE x INT DEFAULT 5");
    await expect(test.run("CREATE VIEW v AS SELECT x AS y")).rejects.toThrow(/`x`/);
    await test.run("CREATE TEMPORARY VIEW t AS SELECT x AS y");
    await test.run("SET VAR x = 6");
    expect(await test.rows("SELECT * FROM t")).toEqual([["6"]]);
  });

  it("sees variables in statements that change tables", async () => {
    await test.run("DECLARE x INT DEFAULT 2");
    await test.run("CREATE TABLE n AS SELECT * FROM VALUES (1), (2), (3) AS n(a)");
    await test.run("UPDATE n SET a = a + x WHERE a = x");
    await test.run("DELETE FROM n WHERE a > x + 1");
    await test.run("INSERT INTO n VALUES (x * 10)");
    expect(await test.rows("SELECT a FROM n ORDER BY a")).toEqual([["1"], ["3"], ["20"]]);
  });
});
