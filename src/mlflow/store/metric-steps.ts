/**
 * Which steps a metric has and in which rows, kept in memory because SQLite cannot find the n-th
 * step of a million without reading them all. An entry is brought up to date from the rows that
 * came since, and made anew when its rows are gone (`mlflow gc`) or renumbered (VACUUM).
 */
import type { Database, SqlValue } from "../../core/store/index.ts";

/** The points of one metric of one run, by step. */
export interface MetricSteps {
  /** Ascending, one for each point. */
  readonly steps: Float64Array;
  /** `rowIds[i]` is the row of the point at `steps[i]`. */
  readonly rowIds: Float64Array;
  /** Ascending, without repeats. */
  readonly distinct: Float64Array;
}

interface Entry extends MetricSteps {
  /** Rows of the table up to this one were looked at; null for an empty table. */
  readonly seen: Row | null;
}

interface Row {
  readonly rowId: number;
  readonly runId: string;
  readonly key: string;
  readonly step: number;
}

type Points = Pick<MetricSteps, "steps" | "rowIds">;

/** 16 bytes a point: 32 MiB in all. */
const MAX_POINTS = 2_000_000;
/** What an entry costs beside its points, in points. */
const ENTRY_POINTS = 64;
/** Points read at a time. */
const CHUNK = 10_000;

/** The steps of recently charted metrics of one database; least recently used goes first. */
export class StepCache {
  readonly #database: Database;
  readonly #entries = new Map<string, Entry>();
  #pointCount = 0;

  constructor(database: Database) {
    this.#database = database;
  }

  /** The steps of a metric of a run; empty when it has none. */
  read(runId: string, key: string): MetricSteps {
    const name = `${runId} ${key}`;
    const known = this.#entries.get(name);
    const entry = this.#refresh(runId, key, known);
    if (known !== undefined) this.#drop(name, known);
    if (entry.steps.length > 0) {
      this.#entries.set(name, entry);
      this.#pointCount += entry.steps.length + ENTRY_POINTS;
    }
    for (const [oldest, old] of this.#entries) {
      if (this.#pointCount <= MAX_POINTS || this.#entries.size === 1) break;
      this.#drop(oldest, old);
    }
    return entry;
  }

  #drop(name: string, entry: Entry): void {
    this.#entries.delete(name);
    this.#pointCount -= entry.steps.length + ENTRY_POINTS;
  }

  #refresh(runId: string, key: string, known: Entry | undefined): Entry {
    const newest = this.#readRow("ORDER BY rowid DESC LIMIT 1");
    const newRowCount = (newest?.rowId ?? 0) - (known?.seen?.rowId ?? 0);
    const isCheaper = known !== undefined && newRowCount <= known.steps.length;
    if (!isCheaper || !this.#hasSameRows(runId, key, known)) {
      const points = this.#readAll(runId, key);
      return { ...points, distinct: withoutRepeats(points.steps), seen: newest };
    }
    if (newRowCount === 0) return known;
    const added = this.#readNew(runId, key, known.seen?.rowId ?? 0);
    if (added.steps.length === 0) return { ...known, seen: newest };
    const points = joinPoints([known, added]);
    return { ...points, distinct: withoutRepeats(points.steps), seen: newest };
  }

  /** True when the first point and the last row looked at are still in the rows they were in. */
  #hasSameRows(runId: string, key: string, { steps, rowIds, seen }: Entry): boolean {
    const first: Row = { rowId: rowIds[0] ?? -1, runId, key, step: steps[0] ?? 0 };
    return [first, seen].every((row) => {
      const now = row === null ? null : this.#readRow(`WHERE rowid = ?`, [row.rowId]);
      return now?.runId === row?.runId && now?.key === row?.key && now?.step === row?.step;
    });
  }

  #readRow(which: string, parameters: SqlValue[] = []): Row | null {
    return this.#database.get<Row>(
      `SELECT rowid AS rowId, run_uuid AS runId, key, step FROM metrics ${which}`,
      parameters,
    );
  }

  #readAll(runId: string, key: string): Points {
    const chunks: Points[] = [];
    let place: readonly SqlValue[] = [];
    for (;;) {
      const after = place.length === 0 ? "" : "AND (timestamp, step, value, is_nan) > (?, ?, ?, ?)";
      // Two texts for a chunk: a million rows as objects take a second and 100 MiB.
      const [texts] = this.#database.lists<[steps: string, rowIds: string]>(
        `SELECT json_group_array(step), json_group_array(row_id)
           FROM (SELECT step, rowid AS row_id FROM metrics WHERE run_uuid = ? AND key = ? ${after}
                  ORDER BY timestamp, step, value, is_nan LIMIT ${CHUNK})`,
        [runId, key, ...place],
      );
      const chunk = parsePoints(texts ?? ["[]", "[]"]);
      chunks.push(chunk);
      if (chunk.rowIds.length < CHUNK) return joinPoints(chunks);
      const [last] = this.#database.allExact<Record<string, SqlValue>>(
        "SELECT timestamp, step, value, is_nan FROM metrics WHERE rowid = ?",
        [chunk.rowIds.at(-1) ?? 0],
      );
      // Erased since the chunk was read, by `mlflow gc`.
      if (last === undefined) return this.#readAll(runId, key);
      place = Object.values(last);
    }
  }

  #readNew(runId: string, key: string, seenRowId: number): Points {
    // `+` keeps the index by key out: new rows are at the end of the index by run.
    const rows = this.#database.all<{ step: number; rowId: number }>(
      `SELECT step, rowid AS rowId FROM metrics
        WHERE run_uuid = ? AND +key = ? AND rowid > ?`,
      [runId, key, seenRowId],
    );
    return toPoints(rows);
  }
}

/** A sorted array without its repeats: itself when it has none. */
export function withoutRepeats(sorted: Float64Array): Float64Array {
  let count = 0;
  for (let at = 0; at < sorted.length; at++) if (at === 0 || sorted[at] !== sorted[at - 1]) count++;
  if (count === sorted.length) return sorted;
  const distinct = new Float64Array(count);
  count = 0;
  for (const step of sorted) {
    if (count === 0 || distinct[count - 1] !== step) distinct[count++] = step;
  }
  return distinct;
}

function toPoints(rows: readonly { step: number; rowId: number }[]): Points {
  return {
    steps: Float64Array.from(rows, (row) => row.step),
    rowIds: Float64Array.from(rows, (row) => row.rowId),
  };
}

function parsePoints([steps, rowIds]: readonly [string, string]): Points {
  return {
    steps: new Float64Array(JSON.parse(steps) as number[]),
    rowIds: new Float64Array(JSON.parse(rowIds) as number[]),
  };
}

function joinPoints(chunks: readonly Points[]): Points {
  const length = chunks.reduce((sum, chunk) => sum + chunk.steps.length, 0);
  const joined = { steps: new Float64Array(length), rowIds: new Float64Array(length) };
  let at = 0;
  for (const { steps, rowIds } of chunks) {
    joined.steps.set(steps, at);
    joined.rowIds.set(rowIds, at);
    at += steps.length;
  }
  return sortPoints(joined);
}

/** Points by step. By time they mostly are in that order already. */
function sortPoints({ steps, rowIds }: Points): Points {
  let at = 1;
  while (at < steps.length && (steps[at] as number) >= (steps[at - 1] as number)) at++;
  if (at >= steps.length) return { steps, rowIds };
  const order = Uint32Array.from(steps, (_, index) => index);
  order.sort((one, other) => (steps[one] ?? 0) - (steps[other] ?? 0));
  return {
    steps: Float64Array.from(order, (index) => steps[index] ?? 0),
    rowIds: Float64Array.from(order, (index) => rowIds[index] ?? 0),
  };
}
