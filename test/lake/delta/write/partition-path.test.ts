import { describe, expect, it } from "vitest";
import { canonicalPath } from "../../../../src/lake/delta/log-path.ts";
import {
  encodeLogPath,
  formatPartitionValue,
  partitionFolder,
} from "../../../../src/lake/delta/write/partition-path.ts";
import * as T from "../../../../src/lake/schema/data-type.ts";

describe("partition folders and log paths", () => {
  // From delta-spark-4.4/partitioned: the same values, folders and log paths.
  it.each([
    [
      { p: "a b/c=d", d: "2026-01-01" },
      "p=a b%2Fc%3Dd/d=2026-01-01",
      "p=a%20b%252Fc%253Dd/d=2026-01-01",
    ],
    [
      { p: null, d: null },
      "p=__HIVE_DEFAULT_PARTITION__/d=__HIVE_DEFAULT_PARTITION__",
      "p=__HIVE_DEFAULT_PARTITION__/d=__HIVE_DEFAULT_PARTITION__",
    ],
    // Here Spark has `p=ü%25` and `p=ü%2525`: see FOLDER_ESCAPED.
    [{ p: "ü%" }, "p=%C3%BC%25", "p=%25C3%25BC%2525"],
  ])("%j", (values, folder, path) => {
    expect(partitionFolder(values)).toBe(folder);
    expect(encodeLogPath(folder)).toBe(path);
  });

  it("decode to what they were, whatever the characters", () => {
    const every = Array.from({ length: 0x180 }, (_, code) => String.fromCharCode(code + 1)).join(
      "",
    );
    const names = [every.replaceAll("/", ""), "100%41", "a:b", "😀\u2028\u3000", "%", "x?y#z[1]*"];
    for (const name of names) {
      const encoded = encodeLogPath(`dir=1/${name}`);
      expect(canonicalPath(encoded)).toBe(`dir=1/${name}`);
      expect(encoded).not.toMatch(/[ "<>\\^`{|}#?[\]\n\t]/);
      expect(canonicalPath(encodeLogPath(name))).toBe(name);
      expect(encodeLogPath(name)).not.toMatch(/^[a-z]+:/i);
    }
  });

  it("escape what Hive escapes", () => {
    expect(partitionFolder({ "a:b": "\"#%'*/:=?\\\u007f{[]^" })).toBe(
      "a%3Ab=%22%23%25%27%2A%2F%3A%3D%3F%5C%7F%7B%5B%5D%5E",
    );
  });
});

describe("partition values", () => {
  it.each<[Parameters<typeof formatPartitionValue>[0], T.DataType, string | null]>([
    [null, T.STRING, null],
    ["", T.STRING, null],
    ["a b", T.STRING, "a b"],
    [true, T.BOOLEAN, "true"],
    [-5, T.INT, "-5"],
    [2n ** 63n - 1n, T.LONG, "9223372036854775807"],
    [-12345n, T.decimalType(10, 2), "-123.45"],
    [5n, T.decimalType(3, 3), "0.005"],
    [7n, T.decimalType(38, 0), "7"],
    [1.5, T.DOUBLE, "1.5"],
    [3, T.DOUBLE, "3.0"],
    [-0, T.DOUBLE, "-0.0"],
    [Number.NaN, T.DOUBLE, "NaN"],
    [Number.NEGATIVE_INFINITY, T.FLOAT, "-Infinity"],
    [0, T.DATE, "1970-01-01"],
    [-719162, T.DATE, "0001-01-01"],
    [2932897, T.DATE, "+10000-01-01"],
    [1767225600123456n, T.TIMESTAMP, "2026-01-01T00:00:00.123456Z"],
    [-1n, T.TIMESTAMP, "1969-12-31T23:59:59.999999Z"],
    [0n, T.TIMESTAMP_NTZ, "1970-01-01 00:00:00"],
    [1500000n, T.TIMESTAMP_NTZ, "1970-01-01 00:00:01.500000"],
    [new Uint8Array([97, 98]), T.BINARY, "ab"],
    [new Uint8Array(), T.BINARY, null],
  ])("%s as %j is %s", (value, type, text) => {
    expect(formatPartitionValue(value, type)).toBe(text);
  });

  it("refuse what writers disagree on", () => {
    expect(() => formatPartitionValue(new Uint8Array([200]), T.BINARY)).toThrow(/beyond ASCII/);
    expect(() => formatPartitionValue([], T.arrayType(T.INT))).toThrow(/ARRAY<INT>/);
  });
});
