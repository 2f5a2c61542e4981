/** Where a budget's window starts and ends; figures from MLflow 3.11.1's own functions. */
import { expect, test } from "vitest";
import { type DurationUnit, windowAt } from "../../../src/mlflow/gateway/budget-window.ts";

const NOW = Date.UTC(2026, 10, 21, 22, 33, 44, 555);

test.each<[DurationUnit, number, string, string]>([
  ["MINUTES", 1, "2026-11-21T22:33Z", "2026-11-21T22:34Z"],
  ["MINUTES", 45, "2026-11-21T22:30Z", "2026-11-21T23:15Z"],
  ["HOURS", 1, "2026-11-21T22:00Z", "2026-11-21T23:00Z"],
  ["HOURS", 5, "2026-11-21T18:00Z", "2026-11-21T23:00Z"],
  ["DAYS", 1, "2026-11-21T00:00Z", "2026-11-22T00:00Z"],
  ["DAYS", 7, "2026-11-19T00:00Z", "2026-11-26T00:00Z"],
  ["WEEKS", 1, "2026-11-15T00:00Z", "2026-11-22T00:00Z"],
  ["WEEKS", 3, "2026-11-08T00:00Z", "2026-11-29T00:00Z"],
  ["MONTHS", 1, "2026-11-01T00:00Z", "2026-12-01T00:00Z"],
  ["MONTHS", 3, "2026-10-01T00:00Z", "2027-01-01T00:00Z"],
  ["MONTHS", 7, "2026-08-01T00:00Z", "2027-03-01T00:00Z"],
  ["MONTHS", 24, "2026-01-01T00:00Z", "2028-01-01T00:00Z"],
])("%s × %i", (unit, count, start, end) => {
  const window = windowAt(unit, count, NOW);
  expect(window && [new Date(window.startMs), new Date(window.endMs)]).toEqual([
    new Date(start),
    new Date(end),
  ]);
});

test("a window that never ends is none", () => {
  for (const unit of ["MINUTES", "HOURS", "DAYS", "WEEKS", "MONTHS"] as const) {
    const window = windowAt(unit, 2 ** 31 - 1, NOW);
    expect(window === null || window.endMs > NOW).toBe(true);
  }
  expect(windowAt("MONTHS", 2 ** 31 - 1, NOW)).toBeNull();
  expect(windowAt("WEEKS", 2 ** 31 - 1, NOW)).toBeNull();
});
