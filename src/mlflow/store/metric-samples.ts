/**
 * Points for a chart: at most so many steps of a metric, evenly spread over the steps that any of
 * the runs has, with the first and last step of each run (`get_metric_history_bulk_interval` of
 * MLflow's SqlAlchemyStore, whose choice of steps is kept to the last one).
 */
import type { Database } from "../../core/store/index.ts";
import { MAX_HISTORY, metricJson, readList } from "./metric-history.ts";
import { type MetricSteps, StepCache, withoutRepeats } from "./metric-steps.ts";

export interface SampleWish {
  readonly runIds: readonly string[];
  readonly key: string;
  /** Steps, not points: a step may have several points, and runs share steps. */
  readonly maxSteps: number;
  /** Inclusive; null for 0 to the last step. */
  readonly range: readonly [number, number] | null;
}

const caches = new WeakMap<Database, StepCache>();

/**
 * The points of the sampled steps, run by run in the order asked, by step, timestamp and value: a
 * JSON list, or null for none.
 */
export function sampleMetrics(database: Database, wish: SampleWish): string | null {
  const cache = caches.get(database) ?? new StepCache(database);
  caches.set(database, cache);
  const perRun = wish.runIds.map((runId) => cache.read(runId, wish.key));
  const steps = chooseSteps(perRun, wish);
  const lists = wish.runIds.flatMap((runId, index) => {
    const rowIds = rowsOf(perRun[index] as MetricSteps, steps);
    return readPoints(database, runId, rowIds)?.slice(1, -1) ?? [];
  });
  return lists.length === 0 ? null : `[${lists.join()}]`;
}

function chooseSteps(perRun: readonly MetricSteps[], wish: SampleWish): Set<number> {
  const all = uniteSteps(perRun.map((run) => run.distinct));
  const chosen = new Set<number>();
  if (all.length === 0) return chosen;
  const [first, last] = wish.range ?? [0, all.at(-1) as number];
  const start = lowerBound(all, first);
  const end = upperBound(all, last);
  const interval = (end - start) / wish.maxSteps;
  if (interval <= 1) {
    for (let index = start; index < end; index++) chosen.add(all[index] as number);
  } else {
    for (let sample = 0; sample < wish.maxSteps; sample++) {
      const index = start + Math.trunc(sample * interval);
      if (index < end) chosen.add(all[index] as number);
    }
    chosen.add(all[end - 1] as number);
  }
  for (const { distinct } of perRun) {
    if (distinct.length === 0) continue;
    for (const step of [distinct[0] as number, distinct.at(-1) as number]) {
      if (step >= first && step <= last) chosen.add(step);
    }
  }
  return chosen;
}

function rowsOf({ steps, rowIds }: MetricSteps, wanted: ReadonlySet<number>): number[] {
  const rows: number[] = [];
  for (const step of wanted) {
    for (let at = lowerBound(steps, step); steps[at] === step; at++) rows.push(rowIds[at] ?? 0);
  }
  return rows;
}

function readPoints(database: Database, runId: string, rowIds: readonly number[]) {
  if (rowIds.length === 0) return null;
  // A row that was replaced since the steps were read would belong to another run. `+` keeps
  // SQLite from reading all rows of the run instead of those wanted.
  return readList(
    database,
    `SELECT json_group_array(${metricJson("m", ", 'run_id', m.run_uuid")})
       FROM (SELECT metrics.* FROM json_each(?) AS wanted
              CROSS JOIN metrics ON metrics.rowid = wanted.value
              WHERE +run_uuid = ? ORDER BY step, timestamp, metrics.value LIMIT ?) m`,
    [JSON.stringify(rowIds), runId, MAX_HISTORY],
  );
}

function uniteSteps(lists: readonly Float64Array[]): Float64Array {
  const [first, ...others] = lists.filter((list) => list.length > 0);
  if (first === undefined) return new Float64Array();
  // Runs of one kind mostly have the same steps.
  const unlike = others.filter((list) => !isEqual(list, first));
  if (unlike.length === 0) return first;
  const length = unlike.reduce((sum, list) => sum + list.length, first.length);
  const joined = new Float64Array(length);
  let at = 0;
  for (const list of [first, ...unlike]) {
    joined.set(list, at);
    at += list.length;
  }
  return withoutRepeats(joined.sort());
}

function isEqual(one: Float64Array, other: Float64Array): boolean {
  return one.length === other.length && one.every((step, index) => step === other[index]);
}

/** The first index whose value is not below `value`. */
function lowerBound(sorted: Float64Array, value: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] as number) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The first index whose value is above `value`. */
function upperBound(sorted: Float64Array, value: number): number {
  let low = lowerBound(sorted, value);
  while (low < sorted.length && sorted[low] === value) low++;
  return low;
}
