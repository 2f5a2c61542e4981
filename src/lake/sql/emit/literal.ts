/** Constants as engine SQL; every literal carries its type, so that the engine never infers one. */

import { engineType, quoteIdentifier, quoteString } from "../../engine/engine-type.ts";
import type { DataType } from "../../schema/data-type.ts";
import { formatDecimal } from "../../schema/format-number.ts";
import type { MapValue, StructValue, Value } from "../../schema/value.ts";
import { notImplemented } from "../error.ts";

/** Engine SQL of a value of `type`. */
export function emitLiteral(value: Value, type: DataType): string {
  if (value === null) return type.kind === "void" ? "NULL" : `NULL::${engineType(type)}`;
  switch (type.kind) {
    case "boolean":
      return value ? "true" : "false";
    case "int":
      return `${parenthesize(String(value))}::INTEGER`;
    case "byte":
    case "short":
    case "long":
      return `'${value}'::${engineType(type)}`;
    case "float":
    case "double":
      return `'${floatText(value as number)}'::${engineType(type)}`;
    case "decimal":
      return `'${formatDecimal(value as bigint, type.scale)}'::${engineType(type)}`;
    case "string":
      return emitString(value as string);
    case "binary":
      return `from_hex('${Buffer.from(value as Uint8Array).toString("hex")}')`;
    case "date":
      return `('1970-01-01'::DATE + (${value})::INTEGER)`;
    case "timestamp":
      return `make_timestamptz('${value}'::BIGINT)`;
    case "timestamp_ntz":
      return `make_timestamp('${value}'::BIGINT)`;
    case "interval_ym":
      return `to_months(${value})`;
    case "interval_dt":
      return `to_microseconds('${value}'::BIGINT)`;
    case "array": {
      const items = (value as readonly Value[]).map((v) => emitLiteral(v, type.element));
      return `[${items.join(", ")}]::${engineType(type)}`;
    }
    case "map": {
      const { entries } = value as MapValue;
      const keys = entries.map(([k]) => emitLiteral(k, type.key)).join(", ");
      const values = entries.map(([, v]) => emitLiteral(v, type.value)).join(", ");
      return `MAP([${keys}], [${values}])::${engineType(type)}`;
    }
    case "struct": {
      const { values } = value as StructValue;
      const fields = type.fields.map(
        (f, i) => `${quoteIdentifier(f.name)} := ${emitLiteral(values[i] ?? null, f.type)}`,
      );
      return `struct_pack(${fields.join(", ")})`;
    }
    default:
      throw notImplemented(`a constant of type ${type.kind}`);
  }
}

function parenthesize(text: string): string {
  return text.startsWith("-") ? `(${text})` : text;
}

function floatText(value: number): string {
  if (Number.isNaN(value)) return "NaN";
  if (!Number.isFinite(value)) return value > 0 ? "Infinity" : "-Infinity";
  return Object.is(value, -0) ? "-0.0" : String(value);
}

/** A string; the engine's text cannot hold NUL, so those become `chr(0)`. */
function emitString(text: string): string {
  if (!text.includes("\0")) return quoteString(text);
  return `concat(${text.split("\0").map(quoteString).join(", chr(0), ")})`;
}
