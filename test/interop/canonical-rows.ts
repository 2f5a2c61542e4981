/** Our rows in the text `canonical.py` gives a peer's, and tables opened by path. */
import type { DataType, Lake, StructValue, Value } from "../../src/lake/index.ts";
import { formatValue, type MapValue } from "../../src/lake/index.ts";
import type { PeerRows } from "./peer.ts";

/** All rows of a query, canonical and sorted. */
export async function canonicalAnswer(lake: Lake, query: string): Promise<PeerRows> {
  const result = await lake.sql(query);
  const { fields } = result.schema;
  const rows = (await result.rows()).map((row) =>
    pythonJson(row.map((value, i) => canonical(value, fields[i]!.type))),
  );
  return { columns: fields.map((field) => field.name), rows: rows.sort(byCodePoint) };
}

/** The rows of the table at a path. */
export function readPath(lake: Lake, path: string): Promise<PeerRows> {
  return canonicalAnswer(lake, `SELECT * FROM delta.\`${path}\``);
}

function canonical(value: Value, type: DataType): unknown {
  if (value === null || typeof value === "boolean") return value;
  switch (type.kind) {
    case "float":
    case "double":
      return doubleText(value as number);
    case "binary":
      return Buffer.from(value as Uint8Array).toString("hex");
    case "date":
      return new Date((value as number) * 86_400_000).toISOString().slice(0, 10);
    case "decimal":
      return formatValue(value, type);
    case "array":
      return (value as Value[]).map((item) => canonical(item, type.element));
    case "map":
      return (value as MapValue).entries
        .map(([k, v]) => [canonical(k, type.key), canonical(v, type.value)])
        .sort((a, b) => byCodePoint(pythonJson(a), pythonJson(b)));
    case "struct":
      return type.fields.map((f, i) => canonical((value as StructValue).values[i]!, f.type));
    default:
      return String(value);
  }
}

function doubleText(value: number): string {
  if (Number.isNaN(value)) return "nan";
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleBE(value);
  return bytes.toString("hex");
}

/** As Python's `json.dumps`: a space after separators, everything beyond ASCII escaped. */
export function pythonJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(pythonJson).join(", ")}]`;
  return JSON.stringify(value).replace(
    /[\u007f-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** The order of `sorted` in Python. */
export function byCodePoint(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
