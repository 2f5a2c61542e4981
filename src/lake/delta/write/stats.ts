/**
 * Delta's statistics document of a data file, from what the engine reports (Delta protocol,
 * "Per-file Statistics"): numbers stay exact text, strings are cut at 32 characters with the
 * maximum raised to stay an upper bound, timestamps are cut to milliseconds (readers add one to a
 * maximum). Left out: bounds of booleans (as Spark), binaries, lists, maps and variants, of columns
 * with NaN, and values that have no form here (infinities, years beyond 9999).
 */
import type { DataType } from "../../schema/data-type.ts";
import type { ColumnStatistics } from "./column-statistics.ts";
import { type StatsColumnsOf, statsColumns } from "./stats-columns.ts";

export interface FileStatistics extends StatsColumnsOf {
  rowCount: number;
  columns: readonly ColumnStatistics[];
  /** False when the bounds may be wider than the live rows (with a deletion vector). */
  tightBounds?: boolean;
}

const STRING_PREFIX_LENGTH = 32;

/** The `stats` text of an `add`. */
export function buildStats(file: FileStatistics): string {
  const known = new Map(file.columns.map((column) => [pathKey(column.path), column]));
  const minValues: JsonTree = new Map();
  const maxValues: JsonTree = new Map();
  const nullCount: JsonTree = new Map();
  const prefixLength = stringPrefixLength(file.configuration);
  for (const { physicalPath, type } of statsColumns(file)) {
    // A variant is NULL where its parts are.
    const storedPath = type.kind === "variant" ? [...physicalPath, "metadata"] : physicalPath;
    const column = known.get(pathKey(storedPath));
    if (!column || isRepeated(type)) continue;
    const { min, max } = boundsOf(column, type, prefixLength);
    if (min !== null) setLeaf(minValues, physicalPath, min);
    if (max !== null) setLeaf(maxValues, physicalPath, max);
    if (column.nullCount !== null) setLeaf(nullCount, physicalPath, String(column.nullCount));
  }
  const parts = [
    `"numRecords":${file.rowCount}`,
    file.tightBounds === undefined ? "" : `"tightBounds":${file.tightBounds}`,
    `"minValues":${printTree(minValues)}`,
    `"maxValues":${printTree(maxValues)}`,
    `"nullCount":${printTree(nullCount)}`,
  ];
  return `{${parts.filter((part) => part !== "").join(",")}}`;
}

/** The minimum's text: a prefix is never greater than the whole, so cutting is enough. */
export function cutStringMin(value: string, prefixLength = STRING_PREFIX_LENGTH): string | null {
  if (value.length <= prefixLength) return value;
  if (prefixLength <= 0) return null;
  return value.slice(0, prefixLength + (endsInsidePair(value, prefixLength) ? 1 : 0));
}

const ASCII_MAX = "\u007f";
const CODE_POINT_MAX = "\u{10ffff}";

/**
 * The maximum's text: the prefix plus a character above the first one cut off, so that it is an
 * upper bound in UTF-8 order; null when no such character exists within twice the length.
 */
export function cutStringMax(value: string, prefixLength = STRING_PREFIX_LENGTH): string | null {
  const prefix = cutStringMin(value, prefixLength);
  if (prefix === null || prefix === value) return prefix;
  for (let length = prefix.length; length <= 2 * prefixLength; length += 2) {
    if (length >= value.length) return value;
    if (!value.startsWith(CODE_POINT_MAX, length)) {
      return value.slice(0, length) + (value[length]! < ASCII_MAX ? ASCII_MAX : CODE_POINT_MAX);
    }
  }
  return null;
}

/** Leaves are JSON text already. */
type JsonTree = Map<string, string | JsonTree>;

function boundsOf(
  column: ColumnStatistics,
  type: DataType,
  prefixLength: number,
): { min: string | null; max: string | null } {
  const none = { min: null, max: null };
  if (column.min === null || column.max === null || column.hasNan) return none;
  if (type.kind === "string") {
    return {
      min: quote(cutStringMin(column.min, prefixLength)),
      max: quote(cutStringMax(column.max, prefixLength)),
    };
  }
  return { min: boundText(column.min, type), max: boundText(column.max, type) };
}

const INTEGER = /^-?\d+$/;
const DECIMAL = /^-?\d+(?:\.\d+)?$/;
const FLOATING = /^-?\d+(?:\.\d+)?(?:e[+-]?\d+)?$/i;
const DATE = /^\d{4}-\d{2}-\d{2}$/;
const TIMESTAMP = /^(\d{4}-\d{2}-\d{2})[ T](\d{2}:\d{2}:\d{2})(?:\.(\d{1,9}))?(\+00(?::00)?|Z)?$/;

function boundText(text: string, type: DataType): string | null {
  switch (type.kind) {
    case "byte":
    case "short":
    case "int":
    case "long":
      return INTEGER.test(text) ? text : null;
    case "decimal":
      return DECIMAL.test(text) ? text : null;
    case "float":
    case "double":
      return FLOATING.test(text) ? text : null;
    case "date":
      return DATE.test(text) ? quote(text) : null;
    case "timestamp":
    case "timestamp_ntz":
      return timestampText(text, type.kind);
    default:
      return null;
  }
}

/** Cutting the text of a fraction rounds down on both sides of 1970. */
function timestampText(text: string, kind: "timestamp" | "timestamp_ntz"): string | null {
  const match = TIMESTAMP.exec(text);
  if (match === null || (match[4] !== undefined) !== (kind === "timestamp")) return null;
  const milliseconds = (match[3] ?? "").padEnd(3, "0").slice(0, 3);
  return `"${match[1]}T${match[2]}.${milliseconds}${kind === "timestamp" ? "Z" : ""}"`;
}

function isRepeated(type: DataType): boolean {
  return type.kind === "array" || type.kind === "map";
}

function stringPrefixLength(configuration: Readonly<Record<string, string>>): number {
  const text = configuration["delta.dataSkippingStringPrefixLength"];
  return text === undefined ? STRING_PREFIX_LENGTH : Number(text);
}

function endsInsidePair(value: string, length: number): boolean {
  const last = value.charCodeAt(length - 1);
  const next = value.charCodeAt(length);
  return last >= 0xd800 && last < 0xdc00 && next >= 0xdc00 && next < 0xe000;
}

function quote(text: string | null): string | null {
  return text === null ? null : JSON.stringify(text);
}

function pathKey(path: readonly string[]): string {
  return path.join("\u0000");
}

function setLeaf(tree: JsonTree, path: readonly string[], text: string): void {
  let node = tree;
  for (const part of path.slice(0, -1)) {
    let child = node.get(part);
    if (!(child instanceof Map)) {
      child = new Map();
      node.set(part, child);
    }
    node = child;
  }
  node.set(path.at(-1)!, text);
}

function printTree(tree: JsonTree): string {
  const members = [...tree].map(([name, value]) => {
    const text = typeof value === "string" ? value : printTree(value);
    return `${JSON.stringify(name)}:${text}`;
  });
  return `{${members.join(",")}}`;
}
