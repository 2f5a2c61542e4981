/**
 * Values of the lake as plain JavaScript: what a library user gets from `objects()`. Exactness is
 * kept: long stays bigint, decimal becomes its exact text; timestamps become `Date` (millisecond
 * precision), timestamps without a zone their text, a variant its two binary parts.
 */
import type { DataType, StructType } from "../schema/data-type.ts";
import { formatDate, formatTimestamp, formatValue } from "../schema/format-value.ts";
import type { MapValue, StructValue, Value, VariantValue } from "../schema/value.ts";

/**
 * A value of a row object, by its column's type: boolean; number for TINYINT to INT, FLOAT and
 * DOUBLE; bigint for BIGINT; text for STRING, DECIMAL (every digit), DATE (`2026-01-31`),
 * TIMESTAMP_NTZ and intervals; `Date` for TIMESTAMP (milliseconds: `rows()` has the microseconds); `Uint8Array` for
 * BINARY; arrays, `Map`s, and objects for structs; a VARIANT's two binary parts. NULL is null.
 */
export type PlainValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | Date
  | Uint8Array
  | PlainValue[]
  | Map<PlainValue, PlainValue>
  | { [name: string]: PlainValue };

/** One row by column name. */
export function toPlainObject(
  row: readonly Value[],
  schema: StructType,
): Record<string, PlainValue> {
  return Object.fromEntries(schema.fields.map((f, i) => [f.name, toPlain(row[i]!, f.type)]));
}

/** One value. */
export function toPlain(value: Value, type: DataType): PlainValue {
  if (value === null) return null;
  switch (type.kind) {
    case "timestamp":
      return new Date(Number((value as bigint) / 1000n));
    case "timestamp_ntz":
      return formatTimestamp(value as bigint);
    case "date":
      return formatDate(value as number);
    case "decimal":
    case "interval_ym":
    case "interval_dt":
      return formatValue(value, type);
    case "variant": {
      const variant = value as VariantValue;
      return { metadata: variant.metadata, value: variant.value };
    }
    case "array":
      return (value as readonly Value[]).map((item) => toPlain(item, type.element));
    case "map":
      return new Map(
        (value as MapValue).entries.map(([key, item]) => [
          toPlain(key, type.key),
          toPlain(item, type.value),
        ]),
      );
    case "struct":
      return toPlainObject((value as StructValue).values, type);
    default:
      return value as PlainValue;
  }
}
