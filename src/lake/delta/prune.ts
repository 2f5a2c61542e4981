/**
 * Data skipping (PROTOCOL.md, "Per-file Statistics"): a file is skipped only when no row of it can
 * make the predicate true. Missing, unreadable or foreign statistics keep the file. NOT is pushed
 * down to the comparisons first, where `not (x < 5)` is true exactly where `x >= 5` is, so the
 * three values of SQL need no further care.
 */
import { isJsonObject, parseJson } from "../../core/json/index.ts";
import type { StructType } from "../schema/data-type.ts";
import { physicalName, type ResolvedColumn, resolveColumn } from "./column-mapping.ts";
import { parsePartitionValue } from "./partition-value.ts";
import { type Comparison, chooseComparison, compareUtf8 } from "./prune-values.ts";
import type { AddFile, ColumnMappingMode, PruneLiteral, PruneOp, PrunePredicate } from "./types.ts";

export interface FilePruner {
  readonly table: PruneTable;
  readonly predicate: PrunePredicate;
  /** False only when no row of the file can satisfy the predicate. */
  mayMatch(add: AddFile): boolean;
}

/** What pruning needs to know of a table; a snapshot is one. */
export interface PruneTable {
  readonly schema: StructType;
  readonly columnMappingMode: ColumnMappingMode;
  readonly metadata: { readonly partitionColumns: readonly string[] };
}

interface FileFacts {
  add: AddFile;
  /** Parsed on first use; null when absent or unreadable. */
  stats: () => { [key: string]: unknown } | null;
}

/** Whether a condition may be true for some row of the file. */
type Test = (file: FileFacts) => boolean;

const ALWAYS: Test = () => true;
const NEVER: Test = () => false;
const INVERSE: Readonly<Record<Exclude<PruneOp, "<=>">, PruneOp>> = {
  "=": "!=",
  "!=": "=",
  "<": ">=",
  "<=": ">",
  ">": "<=",
  ">=": "<",
};

/** Compiles a predicate for a table; unknown columns and types keep every file. */
export function createFilePruner(table: PruneTable, predicate: PrunePredicate): FilePruner {
  const test = compile(table, predicate, false);
  return {
    table,
    predicate,
    mayMatch(add) {
      let stats: { [key: string]: unknown } | null | undefined;
      return test({
        add,
        stats: () => {
          if (stats === undefined) stats = readStats(add.stats);
          return stats;
        },
      });
    },
  };
}

/** The statistics document with exact numbers; null when there is none or it is malformed. */
export function readStats(text: string | null | undefined): { [key: string]: unknown } | null {
  if (!text) return null;
  try {
    const json = parseJson(text, { keepDecimals: hasFraction(text) });
    return isJsonObject(json) ? json : null;
  } catch {
    // Statistics are an optimisation: a file without readable ones is simply not skipped.
    return null;
  }
}

function hasFraction(text: string): boolean {
  return /[0-9][.eE][0-9+-]/.test(text);
}

function compile(table: PruneTable, predicate: PrunePredicate, negated: boolean): Test {
  switch (predicate.kind) {
    case "and":
    case "or": {
      const tests = predicate.args.map((arg) => compile(table, arg, negated));
      const all = (predicate.kind === "and") !== negated;
      return all
        ? (file) => tests.every((test) => test(file))
        : (file) => tests.some((test) => test(file));
    }
    case "not":
      return compile(table, predicate.arg, !negated);
    case "compare":
      return compileCompare(table, predicate, negated);
    case "in":
      return compileIn(table, predicate, negated);
    case "starts_with":
      return negated ? ALWAYS : compileStartsWith(table, predicate.column, predicate.prefix);
    case "is_null":
    case "is_not_null":
      return compileNullTest(table, predicate.column, (predicate.kind === "is_null") !== negated);
    case "literal":
      return predicate.value !== null && predicate.value !== negated ? ALWAYS : NEVER;
    case "unknown":
      return ALWAYS;
  }
}

function compileIn(
  table: PruneTable,
  { column, values }: { column: string[]; values: PruneLiteral[] },
  negated: boolean,
): Test {
  const op: PruneOp = negated ? "!=" : "=";
  const tests = values.map((value) => compileComparison(table, column, op, value));
  return negated
    ? (file) => tests.every((test) => test(file))
    : (file) => tests.some((test) => test(file));
}

function compileCompare(
  table: PruneTable,
  { op, column, value }: { op: PruneOp; column: string[]; value: PruneLiteral },
  negated: boolean,
): Test {
  if (op !== "<=>") {
    return compileComparison(table, column, negated ? INVERSE[op] : op, value);
  }
  if (!negated) return compileComparison(table, column, "=", value);
  const isNull = compileNullTest(table, column, true);
  const differs = compileComparison(table, column, "!=", value);
  return (file) => isNull(file) || differs(file);
}

interface PruneColumn extends ResolvedColumn {
  /** Physical name of the partition column, or null for a data column. */
  partitionKey: string | null;
}

function findColumn(table: PruneTable, path: readonly string[]): PruneColumn | null {
  const column = resolveColumn(table.schema, path, table.columnMappingMode);
  if (column === null) return null;
  // Statistics and `=` follow the bytes; a collation orders and equates otherwise.
  if (column.fields.some((field) => field.metadata.__COLLATIONS !== undefined)) return null;
  const isPartition =
    path.length === 1 && table.metadata.partitionColumns.includes(column.field.name);
  const partitionKey = isPartition ? physicalName(column.field, table.columnMappingMode) : null;
  return { ...column, partitionKey };
}

function compileComparison(
  table: PruneTable,
  path: readonly string[],
  op: PruneOp,
  literal: PruneLiteral,
): Test {
  const column = findColumn(table, path);
  const comparison = column === null ? null : chooseComparison(column.field.type, literal);
  if (column === null || comparison === null) return ALWAYS;
  if (column.partitionKey !== null) return comparePartition(column, op, comparison);
  // A widened float kept its shortest form in old statistics, which is another double.
  const widened = column.field.metadata["delta.typeChanges"] !== undefined;
  if (widened && comparison.mayHoldNan) return ALWAYS;
  return (file) => {
    const stats = file.stats();
    if (stats === null) return true;
    if (isAllNull(stats, column.physicalPath)) return false;
    const min = comparison.readMin(lookUp(stats.minValues, column.physicalPath));
    const max = comparison.readMax(lookUp(stats.maxValues, column.physicalPath));
    return rangeMayMatch(op, comparison, min, max);
  };
}

function comparePartition(column: PruneColumn, op: PruneOp, comparison: Comparison): Test {
  return (file) => {
    const cell = readPartition(file.add, column);
    if (cell === undefined) return true;
    if (cell === null) return false;
    const value = comparison.readPartition(cell);
    if (value === null) return true;
    const order = comparison.compare(value, comparison.literal);
    switch (op) {
      case "<":
        return order < 0;
      case "<=":
        return order <= 0;
      case ">":
        return order > 0;
      case ">=":
        return order >= 0;
      case "!=":
        return order !== 0;
      default:
        return order === 0;
    }
  };
}

/** The partition value; `undefined` when the log does not give a readable one. */
function readPartition(add: AddFile, column: PruneColumn) {
  const text = add.partitionValues[column.partitionKey!];
  if (text === undefined) return undefined;
  try {
    return parsePartitionValue(text, column.field.type, column.field.name);
  } catch {
    // Reading the file will say what is wrong with the value; skipping it would hide that.
    return undefined;
  }
}

function rangeMayMatch<T>(
  op: PruneOp,
  comparison: Comparison<T>,
  min: T | null,
  max: T | null,
): boolean {
  const { literal, compare } = comparison;
  const minOrder = min === null ? null : compare(min, literal);
  const maxOrder = max === null ? null : compare(max, literal);
  // With a cut-off maximum, literals that continue it may still be below the real one.
  const maxIsOpen =
    maxOrder === null || (comparison.maxIsPrefix && String(literal).startsWith(String(max)));
  switch (op) {
    case "<":
      return minOrder === null || minOrder < 0;
    case "<=":
      return minOrder === null || minOrder <= 0;
    case ">":
      return comparison.mayHoldNan || maxIsOpen || maxOrder > 0;
    case ">=":
      return comparison.mayHoldNan || maxIsOpen || maxOrder >= 0;
    case "!=":
      return comparison.mayHoldNan || maxIsOpen || minOrder !== 0 || maxOrder !== 0;
    default:
      return (minOrder === null || minOrder <= 0) && (maxIsOpen || maxOrder >= 0);
  }
}

function compileStartsWith(table: PruneTable, path: readonly string[], prefix: string): Test {
  const column = findColumn(table, path);
  if (column === null || column.field.type.kind !== "string") return ALWAYS;
  if (column.partitionKey !== null) {
    return (file) => {
      const value = readPartition(file.add, column);
      return value === undefined || (typeof value === "string" && value.startsWith(prefix));
    };
  }
  return (file) => {
    const stats = file.stats();
    if (stats === null) return true;
    if (isAllNull(stats, column.physicalPath)) return false;
    const min = lookUp(stats.minValues, column.physicalPath);
    const max = lookUp(stats.maxValues, column.physicalPath);
    if (typeof min === "string" && compareUtf8(min, prefix) > 0 && !min.startsWith(prefix)) {
      return false;
    }
    const below = typeof max === "string" && compareUtf8(max, prefix) < 0;
    return !below || prefix.startsWith(max);
  };
}

function compileNullTest(table: PruneTable, path: readonly string[], wantsNull: boolean): Test {
  const column = findColumn(table, path);
  if (column === null) return ALWAYS;
  if (column.partitionKey !== null) {
    return (file) => {
      const value = readPartition(file.add, column);
      return value === undefined || (value === null) === wantsNull;
    };
  }
  // Writers disagree on null counts of nested columns: some count their leaves.
  if (["array", "map", "struct", "variant"].includes(column.field.type.kind)) return ALWAYS;
  return (file) => {
    const stats = file.stats();
    if (stats === null) return true;
    if (!wantsNull) return !isAllNull(stats, column.physicalPath);
    return toCount(lookUp(stats.nullCount, column.physicalPath)) !== 0n;
  };
}

/** Every row is null there; deletion vectors only take rows away, so the counts still say so. */
function isAllNull(stats: { [key: string]: unknown }, path: readonly string[]): boolean {
  const nullCount = toCount(lookUp(stats.nullCount, path));
  const numRecords = toCount(stats.numRecords);
  return nullCount !== null && numRecords !== null && nullCount === numRecords;
}

function toCount(json: unknown): bigint | null {
  if (typeof json === "bigint") return json;
  return Number.isSafeInteger(json) ? BigInt(json as number) : null;
}

function lookUp(json: unknown, path: readonly string[]): unknown {
  let value = json;
  for (const name of path) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, name)) {
      return undefined;
    }
    value = (value as { [key: string]: unknown })[name];
  }
  return value;
}
