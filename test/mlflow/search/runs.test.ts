import { expect, it } from "vitest";
import { parseRunFilter, parseRunOrder } from "../../../src/mlflow/search/runs.ts";

it("reads every kind of clause", () => {
  const filter =
    "metrics.loss < 1e-3 and params.`a b` LIKE 'x%' AND tags.\"q\" IS NULL " +
    "AND attributes.created >= 1700000003000 AND run_id NOT IN ('a1', 'b2')";
  expect(parseRunFilter(filter)).toEqual([
    { kind: "metric", key: "loss", comparator: "<", value: 0.001 },
    { kind: "parameter", key: "a b", comparator: "LIKE", value: "x%" },
    { kind: "tag", key: "q", comparator: "IS NULL", value: null },
    { kind: "attribute", key: "start_time", comparator: ">=", value: 1700000003000 },
    { kind: "attribute", key: "run_id", comparator: "NOT IN", value: ["a1", "b2"] },
  ]);
  expect(parseRunFilter("")).toEqual([]);
});

it.each([
  ["metrics.loss > 1 OR metrics.loss < 1", "Invalid clause(s) in filter string: 'OR'"],
  ["metrics.a-b > 3", "Invalid comparison clause. Expected 'Identifier' found 'metrics.a-b'"],
  ["metrics.a = b = c", "Invalid comparison clause. Expected 'Identifier' found 'metrics.a = b'"],
  ["  ", "Invalid filter '  '. Could not be parsed."],
  [`${"(".repeat(101)}${")".repeat(101)}`, "Error on parsing filter"],
  ["metrics.a > 1 AND ".repeat(2000), "Error on parsing filter"],
  ["run_id = ('a')", "Invalid comparator '=' for a list of values. Expected 'IN' or 'NOT IN'."],
])("refuses %j", (filter, message) => {
  expect(() => parseRunFilter(filter)).toThrow(message);
});

it("reads an order_by list and refuses a field named twice", () => {
  expect(parseRunOrder(["metrics.`val loss` DESC", "created"])).toEqual([
    { kind: "metric", key: "val loss", ascending: false },
    { kind: "attribute", key: "start_time", ascending: true },
  ]);
  expect(() => parseRunOrder(["start_time", "start_time DESC"])).toThrow(
    "`order_by` contains duplicate fields: ['start_time', 'start_time DESC']",
  );
});
