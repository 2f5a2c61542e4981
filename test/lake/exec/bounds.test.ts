/** Statements that ask for more than a machine has, and values at the edges of their types. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { matchesLike } from "../../../src/lake/sql/functions/like.ts";
import { openTestLake, type TestLake } from "./open-test-lake.ts";

let t: TestLake;
beforeAll(async () => {
  t = await openTestLake();
});
afterAll(() => t.close());

describe("values larger than a row may hold", () => {
  it.each([
    ["sequence(1, 2000000000)", "UNSUPPORTED_FEATURE"],
    ["sequence(1, 10000000000)", "COLLECTION_SIZE_LIMIT_EXCEEDED.PARAMETER"],
    ["array_repeat(1, 2000000000)", "UNSUPPORTED_FEATURE"],
    ["array_insert(array(1), 1000000000, 2)", "UNSUPPORTED_FEATURE"],
    ["lpad('x', 2000000000)", "UNSUPPORTED_FEATURE"],
    ["repeat('x', 2000000000)", "UNSUPPORTED_FEATURE"],
    ["space(2000000000)", "UNSUPPORTED_FEATURE"],
    // Spark 4.2: ARITHMETIC_OVERFLOW for each of these.
    ["make_date(999999999, 1, 1)", "ARITHMETIC_OVERFLOW"],
    ["add_months(DATE '2020-01-01', 2147483647)", "ARITHMETIC_OVERFLOW"],
    ["DATE '2020-01-01' + INTERVAL 178956970 YEAR", "ARITHMETIC_OVERFLOW"],
  ])("refuses %s", async (expression, errorClass) => {
    await expect(t.run(`SELECT ${expression}`)).rejects.toMatchObject({
      details: { error_class: errorClass },
    });
  });

  it("refuses a stack that would be written out a billion times", async () => {
    await expect(t.run("SELECT stack(1000000000, 1)")).rejects.toMatchObject({
      code: "NOT_IMPLEMENTED",
    });
  });
});

it("refuses a chain of CTEs deeper than the engine can read", async () => {
  const steps = Array.from({ length: 1000 }, (_, i) =>
    i === 0 ? "c0 AS (SELECT 1 x)" : `c${i} AS (SELECT x + 1 x FROM c${i - 1})`,
  );
  await expect(t.run(`WITH ${steps.join(", ")} SELECT * FROM c999`)).rejects.toMatchObject({
    code: "NOT_IMPLEMENTED",
  });
});

it("matches a LIKE pattern in text times pattern steps", () => {
  const text = `${"a".repeat(5000)}b`;
  expect(matchesLike(text, `${"%a".repeat(100)}%c`, "\\")).toBe(false);
  expect(matchesLike(text, `${"%a".repeat(100)}%b`, "\\")).toBe(true);
  expect(matchesLike("\u{1F600}%", "_\\%", "\\")).toBe(true);
  expect(matchesLike("", "%%", "\\")).toBe(true);
});

it("orders a NULL inside a value first, in greatest and least too", async () => {
  const text = "SELECT greatest(array(NULL, 1), array(1, 2)), least(array(NULL, 1), array(1, 2))";
  expect(await t.rows(text)).toEqual([["[1, 2]", "[null, 1]"]]);
});

it("overflows in a deviation where Spark does", async () => {
  const rows = "FROM VALUES (1e200D), (1e200D) AS v(x)";
  expect(await t.rows(`SELECT stddev(x) ${rows}`)).toEqual([["NaN"]]);
  expect(await t.rows(`SELECT stddev(x) OVER () ${rows}`)).toEqual([["0.0"], ["0.0"]]);
});

it("casts what HAVING is given", async () => {
  expect(await t.rows("SELECT count(*) FROM range(3) HAVING NULL")).toEqual([]);
  expect(await t.rows("SELECT count(*) FROM range(3) HAVING count(*)")).toEqual([["3"]]);
  expect(await t.rows("SELECT id FROM range(3) GROUP BY id HAVING id ORDER BY id")).toEqual([
    ["1"],
    ["2"],
  ]);
});

it("names what keywords call as Spark does", async () => {
  const text =
    "SELECT position('a' IN 'b'), trim(BOTH 'a' FROM 'aba'), ceiling(1.5), ceil(1.5), " +
    "power(2, 3), dateadd(day, 1, DATE '2020-01-01'), hex('\\ud800')";
  expect((await t.run(text)).schema.fields.map((field) => field.name)).toEqual([
    "locate(a, b, 1)",
    "TRIM(BOTH a FROM aba)",
    "ceiling(1.5)",
    "CEIL(1.5)",
    "POWER(2, 3)",
    "timestampadd(day, 1, DATE '2020-01-01')",
    "hex(?)",
  ]);
  expect(await t.rows("SELECT hex('\\ud800'), hex('\\ud83d\\ude00')")).toEqual([
    ["3F", "F09F9880"],
  ]);
});
