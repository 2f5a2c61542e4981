/**
 * Values and partition strings as literals of engine SQL. Every literal carries its type, so the
 * engine never infers one.
 */
import { SovereignError } from "../../core/errors.ts";
import { parsePartitionValue } from "../delta/index.ts";
import { BINARY, type DataType, formatType } from "../schema/data-type.ts";
import { MapValue, StructValue, type Value, VariantValue } from "../schema/value.ts";
import { engineType, quoteIdentifier, quoteString } from "./engine-type.ts";

/** `value` of `type` as engine SQL. */
export function literalSql(value: Value, type: DataType): string {
  if (value === null) return type.kind === "void" ? "NULL" : `CAST(NULL AS ${engineType(type)})`;
  switch (type.kind) {
    case "boolean":
      return value ? "true" : "false";
    case "byte":
    case "short":
    case "int":
    case "long":
      return `CAST(${quoteString(String(value))} AS ${engineType(type)})`;
    case "float":
    case "double":
      return `CAST(${quoteString(formatFloat(value as number))} AS ${engineType(type)})`;
    case "decimal":
      return `CAST(${quoteString(formatUnscaled(value as bigint, type.scale))} AS ${engineType(type)})`;
    case "string":
      return stringSql(value as string);
    case "binary":
      return `unhex('${Buffer.from(value as Uint8Array).toString("hex")}')`;
    case "date":
      return `CAST(DATE '1970-01-01' + CAST(${value as number} AS INTEGER) AS DATE)`;
    case "timestamp":
      return `make_timestamptz(CAST(${value as bigint} AS BIGINT))`;
    case "timestamp_ntz":
      return `make_timestamp(CAST(${value as bigint} AS BIGINT))`;
    case "interval_ym":
      return `to_months(CAST(${value as number} AS INTEGER))`;
    case "interval_dt":
      return `to_microseconds(CAST(${value as bigint} AS BIGINT))`;
    default:
      return nestedSql(value, type);
  }
}

function nestedSql(value: Value, type: DataType): string {
  if (type.kind === "array") {
    const items = (value as readonly Value[]).map((item) => literalSql(item, type.element));
    return `CAST([${items.join(", ")}] AS ${engineType(type)})`;
  }
  if (type.kind === "map" && value instanceof MapValue) {
    const keys = value.entries.map(([key]) => literalSql(key, type.key));
    const values = value.entries.map(([, item]) => literalSql(item, type.value));
    return `CAST(map([${keys.join(", ")}], [${values.join(", ")}]) AS ${engineType(type)})`;
  }
  if (type.kind === "struct" && value instanceof StructValue) {
    const parts = type.fields.map(
      (field, i) => `${quoteIdentifier(field.name)} := ${literalSql(value.values[i]!, field.type)}`,
    );
    return `struct_pack(${parts.join(", ")})`;
  }
  if (type.kind === "variant" && value instanceof VariantValue) {
    const [metadata, bytes] = [value.metadata, value.value].map((part) => literalSql(part, BINARY));
    return `struct_pack(metadata := ${metadata}, "value" := ${bytes})`;
  }
  throw new SovereignError("INTERNAL_ERROR", `a value does not fit the type ${formatType(type)}`);
}

/** NUL bytes may stand in a Spark string and not in engine SQL text. */
function stringSql(text: string): string {
  if (!text.includes("\0")) return quoteString(text);
  return `(${text.split("\0").map(quoteString).join(" || chr(0) || ")})`;
}

function formatFloat(value: number): string {
  if (Number.isNaN(value)) return "nan";
  if (value === Infinity) return "inf";
  if (value === -Infinity) return "-inf";
  return Object.is(value, -0) ? "-0.0" : String(value);
}

function formatUnscaled(unscaled: bigint, scale: number): string {
  const sign = unscaled < 0n ? "-" : "";
  const digits = (unscaled < 0n ? -unscaled : unscaled).toString().padStart(scale + 1, "0");
  const point = digits.length - scale;
  return scale === 0 ? sign + digits : `${sign}${digits.slice(0, point)}.${digits.slice(point)}`;
}

/**
 * A partition value of the log as engine SQL (protocol, "Partition Value Serialization"). An empty
 * string is NULL for every type; text that does not fit the type of `column` is DATA_LOSS.
 */
export function partitionLiteralSql(
  text: string | null | undefined,
  type: DataType,
  column: string,
): string {
  return literalSql(parsePartitionValue(text, type, column), type);
}
