/** What the tables of the kill tests must hold, in plain maps; one text for equal states. */

export interface Model {
  /** Rows of `t`: id → v. Deletion vectors, change data feed, classic checkpoints. */
  t: Map<number, number>;
  /** Rows of `w`: copy-on-write, partitioned, V2 checkpoints, a log that is cleaned up. */
  w: Map<number, number>;
  /** `t` when the process was started: what RESTORE goes back to. */
  restorable: { rows: Map<number, number>; property: string | null };
  /** `step` property of `t`. */
  property: string | null;
  /** Columns and rows of `r`. */
  r: { columns: string[]; ids: number[] };
  /** Rows of the shallow clone `k` and the deep clone `d`. */
  k: Map<number, number>;
  d: Map<number, number>;
  /** The v of the rows of `g`, which has an identity column. */
  g: number[];
  /** Tables made by CTAS, with the ids in them. */
  copies: Map<string, number[]>;
  /** Newest folder converted to a table, and newest table repaired. */
  converted: number;
  repaired: number;
}

/** Nothing is there yet. */
export function emptyModel(): Model {
  return {
    t: new Map(),
    w: new Map(),
    restorable: { rows: new Map(), property: null },
    property: null,
    r: { columns: ["id:int"], ids: [] },
    k: new Map(),
    d: new Map(),
    g: [],
    copies: new Map(),
    converted: 0,
    repaired: 0,
  };
}

/** A model that changes apart from the given one. */
export function copyModel(model: Model): Model {
  return structuredClone(model);
}

/** One text for equal states. */
export function describeModel(model: Model): string {
  const lines = [
    ...(["t", "w", "k", "d"] as const).map((name) => `${name} ${pairs(model[name])}`),
    `step ${model.property}`,
    `r ${model.r.columns.join(",")}: ${sorted(model.r.ids)}`,
    `g ${sorted(model.g)}`,
    ...[...model.copies].sort().map(([name, rows]) => `${name} ${sorted(rows)}`),
    `converted ${model.converted}, repaired ${model.repaired}`,
  ];
  return lines.join("\n");
}

function pairs(rows: ReadonlyMap<number, number>): string {
  return [...rows].sort(([a], [b]) => a - b).join(" ");
}

function sorted(ids: readonly number[]): string {
  return [...ids].sort((a, b) => a - b).join(",");
}
