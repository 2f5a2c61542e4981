/** How many traces meet two filters, each and both. */
import type { Database } from "../../core/store/index.ts";
import { allOf, Binder } from "../search/sql.ts";
import { traceConditions } from "../search/trace-conditions.ts";
import { inExperiments } from "../search/trace-query.ts";

/** Traces that meet the first filter, the second, both, and all there are. */
export interface TraceCounts {
  first: number;
  second: number;
  both: number;
  all: number;
}

/** Counts the traces of some experiments that meet `base` (empty for every trace). */
export function countTraces(
  database: Database,
  asked: { experimentIds: readonly string[]; first: string; second: string; base: string },
): TraceCounts {
  const binder = new Binder();
  const [first, second] = [asked.first, asked.second].map((filter) =>
    allOf(traceConditions(binder, filter)),
  );
  const base = traceConditions(binder, asked.base);
  const where = allOf([inExperiments(binder, asked.experimentIds), ...base]);
  const row = database.get<TraceCounts>(
    `SELECT count(*) AS "all", total(a) AS first, total(b) AS second, total(a AND b) AS both
     FROM (SELECT (${first}) AS a, (${second}) AS b FROM trace_info r WHERE ${where})`,
    binder.parameters,
  );
  return row ?? { first: 0, second: 0, both: 0, all: 0 };
}
