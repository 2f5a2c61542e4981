/**
 * The JavaScript value that stands for one cell of each data type. Results stay columnar; a value
 * is made only when someone asks for the cell.
 *
 * | type                          | value                                             |
 * |-------------------------------|---------------------------------------------------|
 * | any                           | `null` for SQL NULL                               |
 * | boolean                       | boolean                                           |
 * | byte short int float double   | number (NaN and infinities possible)              |
 * | long                          | bigint                                            |
 * | decimal(p,s)                  | bigint, the unscaled value                        |
 * | string                        | string                                            |
 * | binary                        | Uint8Array                                        |
 * | date                          | number, days since 1970-01-01                     |
 * | timestamp                     | bigint, microseconds since 1970-01-01T00:00:00Z   |
 * | timestamp_ntz                 | bigint, microseconds since 1970-01-01T00:00:00    |
 * | interval_ym                   | number, months                                    |
 * | interval_dt                   | bigint, microseconds                              |
 * | array                         | readonly Value[]                                  |
 * | map                           | MapValue, entries in storage order                |
 * | struct                        | StructValue, positional                           |
 * | variant                       | VariantValue, the two binary parts                |
 */

export type Value =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | readonly Value[]
  | MapValue
  | StructValue
  | VariantValue;

/** Entries of a map, in storage order. */
export class MapValue {
  readonly entries: readonly (readonly [Value, Value])[];
  constructor(entries: readonly (readonly [Value, Value])[]) {
    this.entries = entries;
  }
}

/** Fields in the order of the struct type; the names are the type's business. */
export class StructValue {
  readonly values: readonly Value[];
  constructor(values: readonly Value[]) {
    this.values = values;
  }
}

/** Parquet variant encoding (spec "Variant Binary Encoding"). */
export class VariantValue {
  readonly metadata: Uint8Array;
  readonly value: Uint8Array;
  constructor(metadata: Uint8Array, value: Uint8Array) {
    this.metadata = metadata;
    this.value = value;
  }
}

/** One column of one batch. `get` may build the value anew at each call. */
export interface ColumnVector {
  get(rowIndex: number): Value;
}

/** Some rows of a result, by column. */
export interface ColumnBatch {
  readonly rowCount: number;
  readonly columns: readonly ColumnVector[];
}
