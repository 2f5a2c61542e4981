/** Columns of two versions side by side, and what their rows are compared as. */
import { describe, expect, it } from "vitest";
import { diffQuery, uncomparedColumns } from "../../src/cli/lake/diff-query.ts";
import { listSchemaChanges } from "../../src/cli/lake/schema-changes.ts";
import * as T from "../../src/lake/schema/data-type.ts";

const f = T.structField;
const mapped = (id: number) => ({ "delta.columnMapping.id": id });

describe("schema changes", () => {
  it("follow column mapping ids through renames, and take a reused name for another column", () => {
    const older = T.structType([f("a", T.INT, true, mapped(1)), f("b", T.INT, true, mapped(2))]);
    const newer = T.structType([f("b", T.INT, true, mapped(1)), f("c", T.INT, true, mapped(3))]);
    expect(listSchemaChanges(older, newer)).toEqual([
      { change: "renamed", column: "b", from: "a", to: "b" },
      { change: "added", column: "c", from: null, to: "int" },
      { change: "dropped", column: "b", from: "int", to: null },
    ]);
  });

  it("name fields inside structs, arrays and maps, nullability and comments", () => {
    const inner = (type: T.DataType) => T.structType([f("x", type)]);
    const older = T.structType([
      f("s", inner(T.INT)),
      f("l", T.arrayType(inner(T.INT))),
      f("m", T.mapType(T.STRING, inner(T.INT))),
      f("n", T.INT, false),
      f("c", T.INT, true, { comment: "one" }),
    ]);
    const newer = T.structType([
      f("s", inner(T.LONG)),
      f("l", T.arrayType(inner(T.STRING))),
      f("m", T.mapType(T.STRING, T.structType([f("y", T.INT)]))),
      f("n", T.INT),
      f("c", T.INT, true, { comment: "two" }),
    ]);
    expect(listSchemaChanges(older, newer)).toEqual([
      { change: "type", column: "s.x", from: "int", to: "bigint" },
      { change: "type", column: "l.element.x", from: "int", to: "string" },
      { change: "added", column: "m.value.y", from: null, to: "int" },
      { change: "dropped", column: "m.value.x", from: "int", to: null },
      { change: "nullable", column: "n", from: "NOT NULL", to: "NULL" },
      { change: "comment", column: "c", from: "one", to: "two" },
    ]);
  });
});

describe("the query", () => {
  const sideOf = (before: T.DataType, after: T.DataType): string => {
    const version = (type: T.DataType) => ({
      relation: "t",
      schema: T.structType([f("c", type)]),
    });
    return /\(SELECT ((?!').*?) AS `c` FROM t EXCEPT ALL SELECT (.*?) AS `c`/
      .exec(diffQuery(version(before), version(after)))!
      .slice(1, 3)
      .join(" | ");
  };

  it.each([
    [T.INT, T.INT, "`c` | `c`"],
    [T.INT, T.LONG, "CAST(`c` AS BIGINT) | `c`"],
    [T.LONG, T.INT, "CAST(`c` AS STRING) | CAST(`c` AS STRING)"],
    [T.LONG, T.DOUBLE, "CAST(`c` AS STRING) | CAST(`c` AS STRING)"],
    [T.decimalType(6, 2), T.decimalType(8, 3), "CAST(`c` AS DECIMAL(8,3)) | `c`"],
    [T.decimalType(6, 2), T.decimalType(6, 3), "CAST(`c` AS STRING) | CAST(`c` AS STRING)"],
    [T.INT, T.decimalType(12, 2), "CAST(`c` AS DECIMAL(12,2)) | `c`"],
    [
      T.arrayType(T.INT),
      T.arrayType(T.LONG),
      "transform(`c`, x0 -> CAST(x0 AS BIGINT)) | transform(`c`, x0 -> x0)",
    ],
    [
      T.mapType(T.STRING, T.INT),
      T.mapType(T.STRING, T.INT),
      "array_sort(map_entries(`c`)) | array_sort(map_entries(`c`))",
    ],
  ])("compares %j with %j", (before, after, expected) => {
    expect(sideOf(before, after)).toBe(expected);
  });

  it("leaves variants out and says so", () => {
    const schema = T.structType([f("v", T.VARIANT), f("l", T.arrayType(T.VARIANT)), f("i", T.INT)]);
    expect(uncomparedColumns(schema)).toEqual(["v", "l"]);
    expect(diffQuery({ relation: "t", schema }, { relation: "t", schema })).not.toContain("`v`");
  });
});
