import { describe, expect, it } from "vitest";
import {
  type ColumnStatistics,
  parseColumnKey,
} from "../../../../src/lake/delta/write/column-statistics.ts";
import { buildStats, cutStringMax, cutStringMin } from "../../../../src/lake/delta/write/stats.ts";
import { statsColumns } from "../../../../src/lake/delta/write/stats-columns.ts";
import * as T from "../../../../src/lake/schema/data-type.ts";

const f = T.structField;
const col = (
  path: string | string[],
  min: string | null,
  max: string | null,
  nullCount = 0,
): ColumnStatistics => ({
  path: typeof path === "string" ? [path] : path,
  min,
  max,
  nullCount,
  hasNan: false,
});
const stats = (
  fields: T.StructField[],
  columns: ColumnStatistics[],
  configuration: Record<string, string> = {},
  partitionColumns: string[] = [],
) =>
  buildStats({
    rowCount: 2,
    schema: T.structType(fields),
    partitionColumns,
    columnMappingMode: "none",
    configuration,
    columns,
  });

describe("statistics", () => {
  it("are Spark's text for its own table (delta-spark-4.4/plain, version 1)", () => {
    const fields = [
      f("id", T.LONG),
      f("name", T.STRING),
      f("amt", T.decimalType(10, 2)),
      f("d", T.DATE),
      f("ts", T.TIMESTAMP),
    ];
    const text = buildStats({
      rowCount: 10,
      schema: T.structType(fields),
      partitionColumns: [],
      columnMappingMode: "none",
      configuration: {},
      columns: [
        col("ts", "2026-01-01 00:00:00+00", "2026-01-01 09:00:00+00"),
        col("id", "0", "9"),
        col("name", "n0", "n9"),
        col("amt", "0.00", "11.25"),
        col("d", "2026-01-01", "2026-01-10"),
      ],
    });
    expect(text).toBe(
      '{"numRecords":10,"minValues":{"id":0,"name":"n0","amt":0.00,"d":"2026-01-01","ts":"2026-01-01T00:00:00.000Z"},"maxValues":{"id":9,"name":"n9","amt":11.25,"d":"2026-01-10","ts":"2026-01-01T09:00:00.000Z"},"nullCount":{"id":0,"name":0,"amt":0,"d":0,"ts":0}}',
    );
  });

  it("keep 64-bit integers and long decimals exact", () => {
    const text = stats(
      [f("l", T.LONG), f("d", T.decimalType(38, 10))],
      [
        col("l", "-9223372036854775808", "9223372036854775807"),
        col("d", "-9999999999999999999999999999.9999999999", "0.0000000001"),
      ],
    );
    expect(text).toContain(
      '"minValues":{"l":-9223372036854775808,"d":-9999999999999999999999999999.9999999999}',
    );
    expect(text).toContain('"maxValues":{"l":9223372036854775807,"d":0.0000000001}');
  });

  it("cut timestamps to milliseconds, down on both sides of 1970", () => {
    const text = stats(
      [f("ts", T.TIMESTAMP), f("n", T.TIMESTAMP_NTZ)],
      [
        col("ts", "1969-12-31 23:59:59.999999+00", "2026-01-01 00:00:00.123456+00"),
        col("n", "0001-01-01 00:00:00", "2026-03-29 02:30:00.1"),
      ],
    );
    expect(text).toContain(
      '"minValues":{"ts":"1969-12-31T23:59:59.999Z","n":"0001-01-01T00:00:00.000"}',
    );
    expect(text).toContain(
      '"maxValues":{"ts":"2026-01-01T00:00:00.123Z","n":"2026-03-29T02:30:00.100"}',
    );
  });

  it("leave out what has no safe bound", () => {
    const nan = { ...col("nan", "1.0", "1.0"), hasNan: true };
    const text = stats(
      [
        f("nan", T.DOUBLE),
        f("inf", T.DOUBLE),
        f("b", T.BOOLEAN),
        f("bin", T.BINARY),
        f("a", T.arrayType(T.INT)),
        f("m", T.mapType(T.STRING, T.INT)),
        f("far", T.DATE),
        f("empty", T.INT),
        f("v", T.VARIANT),
      ],
      [
        nan,
        col("inf", "-inf", "1e+300"),
        col("b", "0", "1"),
        col("bin", "61", "62"),
        col(["a", "element"], "1", "2", 1),
        col(["m", "key"], "a", "b"),
        col("far", "10000-01-01", "5877642-06-25 (BC)"),
        col("empty", null, null, 2),
        col(["v", "metadata"], "1", "2"),
      ],
    );
    expect(JSON.parse(text)).toEqual({
      numRecords: 2,
      minValues: {},
      maxValues: { inf: 1e300 },
      nullCount: { nan: 0, inf: 0, b: 0, bin: 0, far: 0, empty: 2, v: 0 },
    });
  });

  it("nest structs under physical names", () => {
    const mapped = (name: string, physical: string, type: T.DataType) =>
      f(name, type, true, {
        "delta.columnMapping.id": 1,
        "delta.columnMapping.physicalName": physical,
      });
    const schema = T.structType([
      mapped("s", "col-1", T.structType([mapped("x", "col-2", T.INT)])),
    ]);
    const text = buildStats({
      rowCount: 1,
      schema,
      partitionColumns: [],
      columnMappingMode: "name",
      configuration: {},
      columns: [col(["col-1", "col-2"], "1", "5")],
      tightBounds: false,
    });
    expect(text).toBe(
      '{"numRecords":1,"tightBounds":false,"minValues":{"col-1":{"col-2":1}},"maxValues":{"col-1":{"col-2":5}},"nullCount":{"col-1":{"col-2":0}}}',
    );
  });
});

describe("the columns with statistics", () => {
  const wide = T.structType([
    f("p", T.INT),
    f(
      "s",
      T.structType([
        f("x", T.INT),
        f("Odd, name", T.INT),
        f("deep", T.structType([f("y", T.INT)])),
      ]),
    ),
    ...Array.from({ length: 40 }, (_, i) => f(`c${i}`, T.INT)),
  ]);
  const names = (configuration: Record<string, string>) =>
    statsColumns({
      schema: wide,
      partitionColumns: ["p"],
      columnMappingMode: "none",
      configuration,
    }).map((c) => c.physicalPath.join("."));

  it("are the first 32 leaves outside the partition", () => {
    expect(names({})).toHaveLength(32);
    expect(names({}).slice(0, 4)).toEqual(["s.x", "s.Odd, name", "s.deep.y", "c0"]);
    expect(names({ "delta.dataSkippingNumIndexedCols": "2" })).toEqual(["s.x", "s.Odd, name"]);
    expect(names({ "delta.dataSkippingNumIndexedCols": "-1" })).toHaveLength(43);
    expect(names({ "delta.dataSkippingNumIndexedCols": "0" })).toEqual([]);
  });

  it("are those named, whole structs too", () => {
    const named = (text: string) =>
      names({ "delta.dataSkippingStatsColumns": text, "delta.dataSkippingNumIndexedCols": "1" });
    expect(named("C39, s.deep")).toEqual(["s.deep.y", "c39"]);
    expect(named("s.`Odd, name`,c1")).toEqual(["s.Odd, name", "c1"]);
    expect(named("")).toEqual([]);
  });
});

describe("string bounds", () => {
  const x = (count: number) => "x".repeat(count);
  it("stay whole up to 32 characters", () => {
    expect(cutStringMin(x(32))).toBe(x(32));
    expect(cutStringMax(x(32))).toBe(x(32));
  });

  it("end in a character above the one cut off", () => {
    expect(cutStringMin(x(40))).toBe(x(32));
    expect(cutStringMax(x(40))).toBe(`${x(32)}\u007f`);
    expect(cutStringMax(`${x(32)}é`)).toBe(`${x(32)}\u{10ffff}`);
    expect(cutStringMax(`${x(32)}\u007fz`)).toBe(`${x(32)}\u{10ffff}`);
  });

  it("do not split a surrogate pair, and step over the last code point", () => {
    expect(cutStringMin(`${x(31)}😀yy`)).toBe(`${x(31)}😀`);
    expect(cutStringMax(`${x(31)}😀yy`)).toBe(`${x(31)}😀\u007f`);
    expect(cutStringMax(`${x(32)}\u{10ffff}abc`)).toBe(`${x(32)}\u{10ffff}\u007f`);
    expect(cutStringMax(x(32) + "\u{10ffff}".repeat(40))).toBe(null);
    expect(cutStringMax(x(32) + "\u{10ffff}".repeat(3))).toBe(x(32) + "\u{10ffff}".repeat(3));
  });

  it("are upper bounds in UTF-8 order for many strings", () => {
    const alphabet = ["a", "\u007f", "é", "\uffff", "😀", "\u{10ffff}"];
    let state = 7;
    const next = () => (state = (state * 1103515245 + 12345) % 2 ** 31);
    for (let i = 0; i < 2000; i++) {
      const text = Array.from({ length: 25 + (next() % 20) }, () => alphabet[next() % 6]).join("");
      const max = cutStringMax(text);
      if (max !== null)
        expect(Buffer.compare(Buffer.from(max), Buffer.from(text))).toBeGreaterThanOrEqual(0);
      const min = cutStringMin(text)!;
      expect(Buffer.compare(Buffer.from(min), Buffer.from(text))).toBeLessThanOrEqual(0);
    }
  });
});

describe("an engine's column key", () => {
  it.each([
    ['"a"', ["a"]],
    ['"st"."b"."c"', ["st", "b", "c"]],
    ['"we ird.x"', ["we ird.x"]],
    ['"q""q"."z"', ['q"q', "z"]],
    ["plain", null],
    ['"a" "b"', null],
  ])("%s", (key, parts) => {
    expect(parseColumnKey(key)).toEqual(parts);
  });
});
