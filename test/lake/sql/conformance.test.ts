/**
 * Spark's own recorded tests, the files about names, joins, grouping, subqueries and types: no
 * answer may differ from Spark's, and the number that are equal may only grow. The whole corpus is
 * `npm run conformance -- sql`.
 */
import { describe, expect, it } from "vitest";
import { type Outcome, runFile } from "../../conformance/sql/classify.ts";
import { conformanceRoot, readSparkSql } from "../../conformance/sql/golden.ts";
import { openSession } from "../../conformance/sql/session.ts";

const root = conformanceRoot();
if (!root) console.log("skipped: no conformance data");

/** Part of a file's name, and how many of its cases matched when this was written. */
const FLOORS: Readonly<Record<string, number>> = {
  "inner-join": 7,
  "alias-resolution-edge-cases": 8,
  columnresolution: 53,
  count: 13,
  cte: 52,
  "cte-nested": 23,
  "group-analytics": 52,
  grouping_set: 20,
  "group-by-filter": 76,
  "group-by-all-duckdb": 9,
  "having-and-order-by-recursive-type-name-resolution": 35,
  "inline-table": 22,
  "intersect-all": 22,
  "join-empty-relation": 24,
  "join-resolution-edge-cases": 11,
  "name-precedence-in-order-by-and-having-with-conflicting-attributes": 42,
  "order-by-all": 18,
  "order-by-and-having-on-top-of-aggregate-with-join": 80,
  "order-by-nulls-ordering": 17,
  "order-by-ordinal": 19,
  pivot: 23,
  union: 23,
  window: 51,
  "window-with-aggregates": 18,
  generators: 61,
  "postgreSQL/join": 170,
  "postgreSQL/select_distinct": 13,
  "postgreSQL/case": 34,
  "typeCoercion/native/widenSetOperationTypes": 145,
  "typeCoercion/native/division": 139,
  "view-schema-binding": 16,
  "subquery/exists-subquery/exists-aggregate": 18,
  "subquery/exists-subquery/exists-basic": 13,
  "subquery/exists-subquery/exists-having": 3,
  "subquery/exists-subquery/exists-joins-and-set-ops": 25,
  "subquery/exists-subquery/exists-orderby-limit": 30,
  "subquery/exists-subquery/exists-outside-filter": 15,
  "subquery/in-subquery/in-basic": 7,
  "subquery/in-subquery/in-count-bug": 7,
  "subquery/in-subquery/in-group-by": 25,
  "subquery/in-subquery/in-having": 12,
  "subquery/in-subquery/in-multiple-columns": 8,
  "subquery/in-subquery/in-null-semantics": 10,
  "subquery/in-subquery/in-nullability": 5,
  "subquery/in-subquery/in-order-by": 17,
  "subquery/in-subquery/in-set-operations": 25,
  "subquery/in-subquery/in-subquery-in-join-condition": 43,
  "subquery/in-subquery/nested-not-in": 17,
  "subquery/in-subquery/not-in-unit-tests-multi-column": 9,
  "subquery/in-subquery/not-in-unit-tests-multi-column-literal": 1,
  "subquery/in-subquery/not-in-unit-tests-single-column-literal": 5,
  "subquery/negative-cases/invalid-correlation": 7,
  "subquery/resolution-edge-cases": 10,
  "subquery/scalar-subquery/scalar-subquery-count-bug": 14,
  "subquery/scalar-subquery/scalar-subquery-set-op": 52,
  "subquery/subquery-offset": 20,
};

describe.skipIf(!root)("Spark's recorded SQL tests", () => {
  it.each(Object.entries(FLOORS))("%s: nothing wrong, at least %i equal", async (name, floor) => {
    const files = readSparkSql(root!, name).filter((file) => file.name === name);
    expect(files).toHaveLength(1);
    const outcomes = await runFile(files[0]!, openSession);
    const wrong = outcomes.filter((o) => o.verdict === "wrong").map(describeOutcome);
    expect(wrong).toEqual([]);
    const equal = outcomes.filter((o) => o.verdict === "match").length;
    expect(equal).toBeGreaterThanOrEqual(floor);
  });
});

function describeOutcome(outcome: Outcome): string {
  return `${outcome.index}: ${outcome.sql}\n${outcome.note}`;
}
