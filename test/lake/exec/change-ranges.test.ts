/** Ranges of the change data feed, and refusals, as delta-spark answers them (`fixtures/lake/change-feed`). */
import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { SovereignError } from "../../../src/core/errors.ts";
import { type FeedLake, openFeedLake } from "./open-feed-lake.ts";

interface Step {
  sql: string;
  error?: string;
}

interface Feed extends Step {
  rows?: (string | null)[][];
}

interface Recorded {
  cases: { name: string; statements: Step[]; queries: Feed[] }[];
}

const SOURCE = new URL("../../../fixtures/lake/change-feed/expected.json", import.meta.url);
const RECORDED = JSON.parse(readFileSync(SOURCE, "utf8")) as Recorded;

let t: FeedLake;
beforeAll(async () => {
  t = await openFeedLake();
});
afterAll(() => t.close());

async function errorClassOf(sql: string): Promise<unknown> {
  const failure = await t.run(sql).then(
    () => null,
    (error: unknown) => error,
  );
  return failure instanceof SovereignError ? (failure.details.error_class ?? failure) : failure;
}

describe.each(RECORDED.cases.filter(({ queries }) => queries.length > 0))(
  "$name: ranges, columns and refusals",
  (recorded) => {
    beforeAll(async () => {
      for (const { sql, error } of recorded.statements) {
        if (error) expect(await errorClassOf(t.place(sql, recorded.name)), sql).toBe(error);
        else await t.run(t.place(sql, recorded.name));
      }
    });

    it.each(recorded.queries)("$sql", async ({ sql, rows, error }) => {
      const text = t.place(sql, recorded.name);
      if (error) return expect(await errorClassOf(text)).toBe(error);
      expect(await t.sortedRows(text)).toEqual(rows!.map((row) => JSON.stringify(row)).sort());
    });
  },
);

it("columns of the feed's own names are refused", async () => {
  const { statements } = RECORDED.cases.find(({ name }) => name === "reserved")!;
  for (const { sql, error } of statements) {
    const refused = await errorClassOf(t.place(sql, "reserved"));
    expect(refused, sql).toBe(error ?? null);
  }
  const create =
    "CREATE TABLE u (_Change_Type INT) TBLPROPERTIES (delta.enableChangeDataFeed = true)";
  expect(await errorClassOf(create)).toBe("DELTA_TABLE_ALREADY_CONTAINS_CDC_COLUMNS");
  expect(await t.rows("SHOW TABLES LIKE 'u'")).toEqual([]);
});
