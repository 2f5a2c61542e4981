/** Expected values: PySpark 4.2.0, `select hash(…), xxhash64(…)`. */
import { expect, test } from "vitest";
import {
  arrayType,
  BINARY,
  BOOLEAN,
  DATE,
  DOUBLE,
  decimalType,
  FLOAT,
  INT,
  LONG,
  STRING,
  structField,
  structType,
  VOID,
} from "../../../../src/lake/schema/data-type.ts";
import { StructValue } from "../../../../src/lake/schema/value.ts";
import { hashMurmur3, hashXxHash64 } from "../../../../src/lake/sql/functions/js/spark-hash.ts";

const MIXED_TYPES = [DOUBLE, LONG, BOOLEAN, DATE, decimalType(30, 2), STRING, BINARY, VOID];
const text = "abcdefghijklmnopqrstuvwxyz0123456789é";

test("hash() gives Spark's Murmur3 values", () => {
  expect(hashMurmur3(["Spark", [123], 2], [STRING, arrayType(INT), INT])).toBe(-1321691492);
  const decimal = 1234567890123456789012n;
  const values = [1.5, 7n, true, 18262, decimal, text, Uint8Array.of(1, 2, 255), null];
  expect(hashMurmur3(values, MIXED_TYPES)).toBe(2134356626);
  expect(hashMurmur3([-0, -1.5], [DOUBLE, FLOAT])).toBe(-1325362109);
  const struct = structType([structField("a", INT), structField("b", STRING)]);
  expect(hashMurmur3([new StructValue([1, "x"])], [struct])).toBe(-1305545736);
});

test("xxhash64() gives Spark's values", () => {
  expect(hashXxHash64(["Spark", [123], 2], [STRING, arrayType(INT), INT])).toBe(
    5602566077635097486n,
  );
  const values = [1.5, 7n, true, 18262, -1234567890123456789012n, text];
  expect(hashXxHash64([...values, Uint8Array.of(1, 2, 255), null], MIXED_TYPES)).toBe(
    -637700691301077242n,
  );
});
