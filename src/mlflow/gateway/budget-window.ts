/**
 * The windows in which a budget counts what was spent: they lie end to end since 1970, those of
 * weeks since a Sunday, those of months on the first (gateway/budget_tracker of MLflow 3.11.1).
 */

export type DurationUnit = "MINUTES" | "HOURS" | "DAYS" | "WEEKS" | "MONTHS";

export interface BudgetWindow {
  readonly startMs: number;
  /** Not in the window any more. */
  readonly endMs: number;
}

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
const UNIT_MS = { MINUTES: MINUTE_MS, HOURS: 60 * MINUTE_MS, DAYS: DAY_MS, WEEKS: 7 * DAY_MS };
/** 28 December 1969 was a Sunday. */
const FIRST_SUNDAY_MS = -4 * DAY_MS;
/** The year 9999 is the last that a date of MLflow's can name. */
const LAST_MS = Date.UTC(9999, 11, 31, 23, 59, 59, 999);

/** The window of `count` units around `nowMs`; null when it ends beyond the year 9999. */
export function windowAt(unit: DurationUnit, count: number, nowMs: number): BudgetWindow | null {
  const window = unit === "MONTHS" ? monthsAt(count, nowMs) : spanAt(unit, count, nowMs);
  return window.endMs > LAST_MS || Number.isNaN(window.endMs) ? null : window;
}

function spanAt(unit: Exclude<DurationUnit, "MONTHS">, count: number, nowMs: number) {
  const lengthMs = UNIT_MS[unit] * count;
  const originMs = unit === "WEEKS" ? FIRST_SUNDAY_MS : 0;
  const startMs = originMs + Math.floor((nowMs - originMs) / lengthMs) * lengthMs;
  return { startMs, endMs: startMs + lengthMs };
}

function monthsAt(count: number, nowMs: number): BudgetWindow {
  const now = new Date(nowMs);
  const months = (now.getUTCFullYear() - 1970) * 12 + now.getUTCMonth();
  const first = Math.floor(months / count) * count;
  return { startMs: Date.UTC(1970, first), endMs: Date.UTC(1970, first + count) };
}
