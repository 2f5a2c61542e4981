/**
 * Rows as JSON: an array of objects, or one object a line. Integers and decimals keep every digit;
 * NaN and infinities, which JSON cannot say, become null and are reported once.
 */
import type { DataType, StructType } from "../../lake/schema/data-type.ts";
import { formatJson, formatValue } from "../../lake/schema/format-value.ts";
import type { ColumnBatch, MapValue, StructValue, Value } from "../../lake/schema/value.ts";
import type { RowEncoder } from "./rows.ts";

export interface JsonOptions {
  /** One object a line instead of an array. */
  readonly lines: boolean;
  /** Two-space indent, for terminals. */
  readonly pretty: boolean;
  readonly int64: "number" | "string";
  /** Told once when a value had to become null. */
  onNotFinite(): void;
}

/** Encodes batches as JSON objects by field name, in schema order. */
export function createJsonEncoder(schema: StructType, options: JsonOptions): RowEncoder {
  const keys = schema.fields.map((field) => JSON.stringify(field.name));
  let isFirst = true;
  let hasWarned = false;
  const values: JsonValueOptions = {
    int64: options.int64,
    onNotFinite() {
      if (!hasWarned) options.onNotFinite();
      hasWarned = true;
    },
  };
  const pretty = options.pretty && !options.lines;
  const encodeRow = (batch: ColumnBatch, row: number): string => {
    const members = keys.map((key, i) => {
      const cell = encodeValue(batch.columns[i]!.get(row), schema.fields[i]!.type, values);
      return pretty ? `${key}: ${cell}` : `${key}:${cell}`;
    });
    if (!pretty) return `{${members.join(",")}}`;
    return members.length === 0 ? "{}" : `{\n    ${members.join(",\n    ")}\n  }`;
  };
  return {
    begin: () => (options.lines ? null : "["),
    batch(batch) {
      let text = "";
      for (let row = 0; row < batch.rowCount; row++) {
        if (!options.lines) text += `${isFirst ? "" : ","}${pretty ? "\n  " : ""}`;
        text += encodeRow(batch, row);
        if (options.lines) text += "\n";
        isFirst = false;
      }
      return text;
    },
    end: () => (options.lines ? null : isFirst || !pretty ? "]\n" : "\n]\n"),
  };
}

export interface JsonValueOptions {
  /** `string` quotes bigint values, for readers without 64-bit integers. */
  readonly int64: "number" | "string";
  onNotFinite?(): void;
}

/** One value as JSON text; map keys become member names. */
export function encodeValue(value: Value, type: DataType, options: JsonValueOptions): string {
  if (value === null) return "null";
  const inner = (v: Value, t: DataType): string => encodeValue(v, t, options);
  switch (type.kind) {
    case "long":
      return options.int64 === "string" ? `"${value}"` : String(value);
    case "float":
    case "double":
      if (Number.isFinite(value)) return formatJson(value, type);
      options.onNotFinite?.();
      return "null";
    case "array":
      return `[${(value as readonly Value[]).map((v) => inner(v, type.element)).join(",")}]`;
    case "struct": {
      const { values } = value as StructValue;
      return `{${type.fields
        .map((f, i) => `${JSON.stringify(f.name)}:${inner(values[i]!, f.type)}`)
        .join(",")}}`;
    }
    case "map":
      return `{${(value as MapValue).entries
        .map(([k, v]) => `${JSON.stringify(formatValue(k, type.key))}:${inner(v, type.value)}`)
        .join(",")}}`;
    default:
      return formatJson(value, type);
  }
}
