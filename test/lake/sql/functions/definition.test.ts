/** TypeScript definitions of Spark functions: hand-checked values and round trips with a fixed seed. */
import { describe, expect, it } from "vitest";
import { createRng } from "../../../../src/core/rng.ts";
import { decimalType } from "../../../../src/lake/schema/data-type.ts";
import {
  formatDecimal,
  formatDouble,
  formatFloat,
} from "../../../../src/lake/schema/format-number.ts";
import { formatDate, formatTimestamp } from "../../../../src/lake/schema/format-value.ts";
import { computeDecimal } from "../../../../src/lake/sql/functions/decimal.ts";
import { listFunctions, lookupFunction } from "../../../../src/lake/sql/functions/index.ts";
import { civilFromDays, daysFromCivil } from "../../../../src/lake/sql/functions/js/civil.ts";
import { formatDatetime } from "../../../../src/lake/sql/functions/js/java-datetime.ts";
import { readByPattern } from "../../../../src/lake/sql/functions/js/java-datetime-read.ts";
import { javaRegExp } from "../../../../src/lake/sql/functions/js/java-regexp.ts";
import { readDate, readTimestamp } from "../../../../src/lake/sql/functions/js/read-datetime.ts";
import { readBigDecimal, readDouble } from "../../../../src/lake/sql/functions/js/read-number.ts";
import { decimalResultType } from "../../../../src/lake/sql/types/decimal-rules.ts";

describe("numbers as Java prints them", () => {
  it.each([
    [1, "1.0"],
    [1e7, "1.0E7"],
    [9999999, "9999999.0"],
    [1e-3, "0.001"],
    [1e-4, "1.0E-4"],
    [123456789.5, "1.234567895E8"],
    [-0, "-0.0"],
    [5e-324, "4.9E-324"],
    [Number.NaN, "NaN"],
  ])("%s is %s", (value, text) => expect(formatDouble(value)).toBe(text));

  it("prints floats with the fewest digits that read back", () => {
    expect(formatFloat(Math.fround(0.1))).toBe("0.1");
    expect(formatFloat(Math.fround(16777216))).toBe("1.6777216E7");
  });

  it("reads back every double it prints", () => {
    const rng = createRng(7);
    for (let i = 0; i < 2000; i++) {
      const value = (rng.next() - 0.5) * 10 ** (rng.int(60) - 30);
      expect(readDouble(formatDouble(value))).toBe(value);
    }
  });

  it("reads back every decimal it prints", () => {
    const rng = createRng(8);
    for (let i = 0; i < 2000; i++) {
      const unscaled = BigInt(Math.floor((rng.next() - 0.5) * 2 ** 52));
      const scale = rng.int(20);
      expect(readBigDecimal(formatDecimal(unscaled, scale))).toEqual({ unscaled, scale });
    }
  });
});

describe("dates", () => {
  it("goes from days to a date and back", () => {
    for (let days = -800_000; days < 800_000; days += 977) {
      const { year, month, day } = civilFromDays(days);
      expect(daysFromCivil(year, month, day)).toBe(days);
      if (year >= 0 && year <= 9999) expect(readDate(formatDate(days))).toBe(days);
    }
  });

  it("prints and reads timestamps", () => {
    const rng = createRng(9);
    for (let i = 0; i < 1000; i++) {
      const micros = BigInt(rng.int(2 ** 31)) * 1_000_003n;
      expect(readTimestamp(formatTimestamp(micros))).toBe(micros);
      const pattern = "yyyy/MM/dd HH-mm-ss.SSSSSS";
      expect(readByPattern(formatDatetime(micros, pattern), pattern)).toBe(micros);
    }
  });

  it("knows zones, and refuses what Java refuses", () => {
    expect(readTimestamp("2026-03-29 02:30:00 Europe/Berlin")).toBe(1774747800000000n);
    expect(readTimestamp("2026-01-01T00:00:00+05:30")).toBe(1767205800000000n);
    expect(readTimestamp("2026-02-30")).toBeNull();
    expect(readTimestamp("2026-01-01 24:00:00")).toBeNull();
    expect(readByPattern("20260105", "yyyyMMdd")).toBe(1767571200000000n);
    expect(readByPattern("2026-1-5", "yyyy-MM-dd")).toBeNull();
  });
});

describe("decimal arithmetic", () => {
  const wide = decimalType(38, 10);

  it("rounds half away from zero and keeps six digits of scale", () => {
    const result = decimalResultType("/", wide, wide);
    expect(result).toEqual(decimalType(38, 6));
    const types = { left: wide, right: wide, result };
    expect(computeDecimal("/", 10n ** 10n, 3n * 10n ** 10n, types)).toBe(333333n);
    expect(computeDecimal("/", -2n * 10n ** 10n, 3n * 10n ** 10n, types)).toBe(-666667n);
  });

  it("raises on overflow and on division by zero", () => {
    const types = { left: wide, right: wide, result: decimalType(38, 10) };
    expect(() => computeDecimal("+", 10n ** 38n - 1n, 1n, types)).toThrow(/OUT_OF_RANGE/);
    expect(() => computeDecimal("/", 1n, 0n, types)).toThrow(/DIVIDE_BY_ZERO/);
  });
});

describe("Java regular expressions", () => {
  const test = (pattern: string, text: string): boolean => {
    const regexp = javaRegExp(pattern, "rlike");
    regexp.lastIndex = 0;
    return regexp.test(text);
  };

  it("reads what means the same in both", () => {
    expect(test("^\\d+$", "123\n")).toBe(true);
    expect(test("^\\s+$", "\u00a0")).toBe(false);
    expect(test("\\Qa.b\\E", "a.b")).toBe(true);
    expect(test("(?i)ABC", "abc")).toBe(true);
    expect(test("a.c", "a\u0085c")).toBe(false);
    expect(test("^.$", "😀")).toBe(true);
    expect(test("[\\w-]+", "a-b")).toBe(true);
  });

  it.each(["a++", "(?>a)", "[a&&b]", "(a)\\1", "\\G", "(?m)^a"])("refuses %s", (pattern) =>
    expect(() => javaRegExp(pattern, "rlike")).toThrow(/not supported/),
  );
});

describe("the function table", () => {
  it("names each function once and says what it does", () => {
    const names = listFunctions().map((f) => f.name);
    expect(new Set(names).size).toBe(names.length);
    expect(names.length).toBeGreaterThan(250);
    expect(lookupFunction("SUBSTR")?.name).toBe("substring");
    expect(lookupFunction("no_such_function")).toBeUndefined();
  });
});
