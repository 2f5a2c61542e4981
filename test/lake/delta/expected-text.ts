/** Values as the recorded expectations spell them: kernel-rs's text tables and Spark's JSON rows. */
import type { DataType } from "../../../src/lake/schema/data-type.ts";
import type { MapValue, StructValue, Value, VariantValue } from "../../../src/lake/schema/value.ts";
import { variantToJson } from "./variant-json.ts";

/** Cells of an ASCII table (`| a | b |`), rows sorted, header first. */
export function parseTextTable(text: string): { header: string[]; rows: string[] } {
  const lines = text.split("\n").filter((line) => line.startsWith("|"));
  const cells = lines.map((line) =>
    line
      .split("|")
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
  const [header = [], ...rows] = cells;
  return { header, rows: rows.map((row) => row.join("|")).sort() };
}

/** The spelling of arrow-rs's pretty printer, which made the kernel-rs tables. */
export function toTableText(value: Value, type: DataType): string {
  if (value === null) return "";
  switch (type.kind) {
    case "timestamp":
      return `${isoMicros(value as bigint)}Z`;
    case "timestamp_ntz":
      return isoMicros(value as bigint);
    case "date":
      return isoDate(value as number);
    case "variant": {
      const { metadata, value: bytes } = value as VariantValue;
      return `{metadata: ${hex(metadata)}, value: ${hex(bytes)}}`;
    }
    case "float":
    case "double":
      return floatText(value as number, type.kind);
    case "array":
      return `[${(value as Value[]).map((v) => toTableText(v, type.element)).join(", ")}]`;
    case "map": {
      const entries = (value as MapValue).entries.map(
        ([k, v]) => `${toTableText(k, type.key)}: ${toTableText(v, type.value)}`,
      );
      return `{${entries.join(", ")}}`;
    }
    case "struct": {
      const { values } = value as StructValue;
      const fields = type.fields.map((f, i) => `${f.name}: ${toTableText(values[i]!, f.type)}`);
      return `{${fields.join(", ")}}`;
    }
    default:
      return String(value);
  }
}

function floatText(value: number, kind: "float" | "double"): string {
  const shortest = kind === "float" ? shortestFloat(value) : value;
  return Number.isInteger(shortest) ? `${shortest}.0` : String(shortest);
}

function shortestFloat(value: number): number {
  for (let digits = 1; digits <= 9; digits++) {
    const candidate = Number(value.toPrecision(digits));
    if (Math.fround(candidate) === value) return candidate;
  }
  return value;
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex");
}

function isoDate(days: number): string {
  return new Date(days * 86_400_000).toISOString().slice(0, -14);
}

function isoMicros(micros: bigint): string {
  const rest = ((micros % 1_000_000n) + 1_000_000n) % 1_000_000n;
  const base = new Date(Number((micros - rest) / 1000n)).toISOString().slice(0, -5);
  if (rest === 0n) return base;
  const digits = String(rest).padStart(6, "0");
  return `${base}.${digits.endsWith("000") ? digits.slice(0, 3) : digits}`;
}

/** The JSON that PySpark rows were recorded as; decimals and int64 exact. */
export function toRecordedJson(value: Value, type: DataType): unknown {
  if (value === null) return null;
  switch (type.kind) {
    case "long":
      return value;
    case "float":
    case "double":
      return Number.isFinite(value) ? value : String(value);
    case "decimal":
      return decimalText(value as bigint, type.scale);
    case "binary":
      return hex(value as Uint8Array);
    case "date":
      return isoDate(value as number);
    case "timestamp":
    case "timestamp_ntz":
      return isoMicros(value as bigint).replace(/\.(\d{3})$/, ".$1000");
    case "variant":
      return variantToJson(value as VariantValue);
    case "array":
      return (value as Value[]).map((v) => toRecordedJson(v, type.element));
    case "map":
      return Object.fromEntries(
        (value as MapValue).entries.map(([k, v]) => [String(k), toRecordedJson(v, type.value)]),
      );
    case "struct":
      return Object.fromEntries(
        type.fields.map((f, i) => [
          f.name,
          toRecordedJson((value as StructValue).values[i]!, f.type),
        ]),
      );
    default:
      return value;
  }
}

function decimalText(unscaled: bigint, scale: number): string {
  const digits = String(unscaled < 0n ? -unscaled : unscaled).padStart(scale + 1, "0");
  const split = digits.length - scale;
  const text = scale === 0 ? digits : `${digits.slice(0, split)}.${digits.slice(split)}`;
  return unscaled < 0n ? `-${text}` : text;
}
