/**
 * The demo's calendar: two years ending on a fixed "as of" day, so that the same seed gives the
 * same bytes whenever it is run. Days are counted from 2024-01-01; negative days lie before it.
 */

const FIRST_DAY_MS = Date.UTC(2024, 0, 1);
const DAY_MS = 86_400_000;

/** Days of history; the last one is 2025-12-31. */
export const DAY_COUNT = 731;
/** Last day of history, as the pipeline's `as_of`. */
export const AS_OF = "2025-12-31";
/** A customer without a purchase in the last this many days counts as churned. */
export const CHURN_DAYS = 60;

/** `2024-01-31` of a day number. */
export function dayText(day: number): string {
  return new Date(FIRST_DAY_MS + day * DAY_MS).toISOString().slice(0, 10);
}

/** `2024-01-31T12:34:56Z` of a day number with a fraction for the time of day. */
export function timestampText(day: number): string {
  return `${new Date(FIRST_DAY_MS + Math.floor(day * 86_400) * 1000).toISOString().slice(0, 19)}Z`;
}

/** `2024-01`, the month a day lies in. */
export function monthText(day: number): string {
  return dayText(day).slice(0, 7);
}

/** Day number of `2024-01-31`. */
export function dayOf(date: string): number {
  return Math.round((Date.parse(`${date}T00:00:00Z`) - FIRST_DAY_MS) / DAY_MS);
}

/** How much busier than usual a day is: weekends, the weeks before Christmas, a summer dip. */
export function seasonWeight(day: number): number {
  const date = new Date(FIRST_DAY_MS + day * DAY_MS);
  const weekday = date.getUTCDay();
  const weekend = weekday === 0 || weekday === 6 ? 1.25 : 0.9;
  const month = date.getUTCMonth();
  const yearly = [0.9, 0.9, 1, 1, 1, 0.95, 0.85, 0.85, 1, 1.05, 1.25, 1.4][month] as number;
  return weekend * yearly;
}

const cumulative = new Float64Array(DAY_COUNT + 1);
for (let day = 0; day < DAY_COUNT; day++) {
  cumulative[day + 1] = (cumulative[day] as number) + seasonWeight(day);
}

/** Sum of `seasonWeight` over [from, to), days within the history. */
export function seasonSum(from: number, to: number): number {
  return to <= from ? 0 : (cumulative[to] as number) - (cumulative[from] as number);
}

/** The moment in [from, to) that leaves `part` (0 to 1) of its season weight behind it. */
export function seasonMoment(from: number, to: number, part: number): number {
  const wanted = (cumulative[from] as number) + part * seasonSum(from, to);
  let low = from;
  let high = to - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((cumulative[middle] as number) <= wanted) low = middle;
    else high = middle - 1;
  }
  const before = cumulative[low] as number;
  return low + Math.min(0.999_99, (wanted - before) / ((cumulative[low + 1] as number) - before));
}
