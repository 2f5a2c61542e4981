/**
 * The part of apache-arrow's `Table` that this library takes and gives, by shape: its declarations
 * then need no other package's. Every `Table` fits it, and what comes out is one, so a program that
 * depends on apache-arrow itself may write `(await result.toArrow()) as Table`.
 */

/** A column's name and type. */
export interface ArrowField {
  readonly name: string;
  readonly nullable: boolean;
  /** `typeId` is a `Type` of apache-arrow; as text `Int32`, `Utf8`, `Decimal[10e+2]`. */
  readonly type: { readonly typeId: number; toString(): string };
  readonly metadata: Map<string, string>;
}

/** The values of a column, null where there is none. */
export interface ArrowColumn extends Iterable<unknown> {
  readonly length: number;
  readonly nullCount: number;
  get(rowIndex: number): unknown;
  toArray(): unknown;
}

/** One row, by column name; `toJSON` makes a plain object of it. */
export interface ArrowRow {
  readonly [column: string]: unknown;
  toJSON(): Record<string, unknown>;
}

/** Rows held by column. */
export interface ArrowTable extends Iterable<ArrowRow | null> {
  readonly numRows: number;
  readonly numCols: number;
  readonly schema: {
    readonly fields: readonly ArrowField[];
    readonly metadata: Map<string, string>;
  };
  /** The column of that name, or null. */
  getChild(name: string): ArrowColumn | null;
  getChildAt(columnIndex: number): ArrowColumn | null;
  get(rowIndex: number): ArrowRow | null;
  toArray(): (ArrowRow | null)[];
}
