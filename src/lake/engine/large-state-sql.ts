/**
 * A predicate over the `add` column of a checkpoint as engine SQL. It may keep too much, never too
 * little: what has no exact counterpart is left out, and the kernel's pruner looks again at every
 * file that comes back. Rules of statistics: see `delta/prune.ts`.
 */
import {
  type PruneLiteral,
  type PruneOp,
  type PrunePredicate,
  type PruneTable,
  physicalName,
  type ResolvedColumn,
  resolveColumn,
} from "../delta/index.ts";
import type { DataType } from "../schema/data-type.ts";
import { quoteString } from "./engine-type.ts";

const INTEGERS: readonly string[] = ["byte", "short", "int", "long"];
/** Spark cuts statistics to milliseconds. */
const MILLISECOND = 1000;

/** SQL over `add` (and `stats`, its statistics text), or null when nothing can be said. */
export function pruneSql(table: PruneTable, predicate: PrunePredicate): string | null {
  switch (predicate.kind) {
    case "and": {
      const parts = predicate.args.map((arg) => pruneSql(table, arg)).filter((p) => p !== null);
      return parts.length === 0 ? null : `(${parts.join(" AND ")})`;
    }
    case "or":
      return disjunction(predicate.args.map((arg) => pruneSql(table, arg)));
    case "compare":
      return predicate.op === "!="
        ? null
        : compareSql(table, predicate.column, predicate.op, predicate.value);
    case "in":
      return disjunction(
        predicate.values.map((value) => compareSql(table, predicate.column, "=", value)),
      );
    default:
      return null;
  }
}

function disjunction(parts: (string | null)[]): string | null {
  if (parts.length === 0 || parts.some((part) => part === null)) return null;
  return `(${parts.join(" OR ")})`;
}

function compareSql(
  table: PruneTable,
  path: readonly string[],
  op: PruneOp,
  literal: PruneLiteral,
): string | null {
  const column = resolveColumn(table.schema, path, table.columnMappingMode);
  if (column === null || column.fields.some((f) => f.metadata.__COLLATIONS !== undefined)) {
    return null;
  }
  const form = castForm(column.field.type, literal);
  if (form === null) return null;
  const isPartition =
    path.length === 1 && table.metadata.partitionColumns.includes(column.field.name);
  return isPartition
    ? partitionSql(physicalName(column.field, table.columnMappingMode), op, form)
    : statisticsSql(column, op, form);
}

/** How text is compared with the literal: a cast of the text, and the literal in that type. */
interface CastForm {
  cast: (text: string) => string;
  literal: string;
  /** Subtracted from a minimum and added to a maximum. */
  slack: number;
  isText: boolean;
}

function castForm(type: DataType, literal: PruneLiteral): CastForm | null {
  if (INTEGERS.includes(type.kind) && literal.kind === "long") {
    const cast = (text: string) => `TRY_CAST(${text} AS HUGEINT)`;
    return { cast, literal: `${literal.value}::HUGEINT`, slack: 0, isText: false };
  }
  if (type.kind === "string" && literal.kind === "string") {
    return { cast: (text) => text, literal: quoteString(literal.value), slack: 0, isText: true };
  }
  if (type.kind === "date" && literal.kind === "date") {
    const cast = (text: string) => `date_diff('day', DATE '1970-01-01', TRY_CAST(${text} AS DATE))`;
    return { cast, literal: String(literal.value), slack: 0, isText: false };
  }
  if (type.kind === "timestamp" && literal.kind === "timestamp") {
    const cast = (text: string) => `epoch_us(TRY_CAST(${text} AS TIMESTAMPTZ))`;
    return { cast, literal: String(literal.value), slack: MILLISECOND, isText: false };
  }
  return null;
}

function partitionSql(key: string, op: PruneOp, form: CastForm): string {
  const text = `add.partitionValues[${quoteString(key)}]`;
  const operator = op === "<=>" ? "=" : op;
  // Text that does not cast is kept for the kernel to judge; null and empty are null.
  const unreadable = `${text} <> '' AND ${text} IS NOT NULL`;
  return `coalesce(${form.cast(`nullif(${text}, '')`)} ${operator} ${form.literal}, ${unreadable})`;
}

function statisticsSql(column: ResolvedColumn, op: PruneOp, form: CastForm): string | null {
  if (column.physicalPath.some((name) => name.includes('"') || name.includes("\\"))) return null;
  const path = column.physicalPath.map((name) => `."${name}"`).join("");
  const bound = (which: string) =>
    form.cast(`json_extract_string(stats, ${quoteString(`$.${which}${path}`)})`);
  const { literal, slack } = form;
  const below = (operator: string) =>
    `coalesce(${bound("minValues")} - ${slack} ${operator} ${literal}, true)`;
  const above = (operator: string) =>
    `coalesce(${bound("maxValues")} + ${slack} ${operator} ${literal}, true)`;
  const textBelow = (operator: string) =>
    `coalesce(${bound("minValues")} ${operator} ${literal}, true)`;
  // A cut-off maximum stands for everything that continues it.
  const textAbove = (operator: string) =>
    `coalesce(${bound("maxValues")} ${operator} ${literal} ` +
    `OR starts_with(${literal}, ${bound("maxValues")}), true)`;
  const min = form.isText ? textBelow : below;
  const max = form.isText ? textAbove : above;
  switch (op) {
    case "<":
    case "<=":
      return min(op);
    case ">":
    case ">=":
      return max(op);
    default:
      return `(${min("<=")} AND ${max(">=")})`;
  }
}
