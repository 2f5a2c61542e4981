/**
 * `table_changes('t', start [, end])` and `table_changes_by_path('path', start [, end])`: the
 * arguments read (whole numbers are versions, texts and timestamps are times), the feed opened.
 */
import { formatTypeSql } from "../../schema/data-type.ts";
import type { Namespace } from "../../sql/bind/context.ts";
import { SqlError } from "../../sql/error.ts";
import { parseTableName } from "../../sql/parse/index.ts";
import type { LiteralExpression } from "../../sql/plan/expression.ts";
import { partsOfName, resolveName } from "../names.ts";
import type { StatementContext } from "../statement.ts";
import { openResolved } from "../table-handle.ts";
import { parseInstant } from "../time-travel.ts";
import { type Bound, resolveRange } from "./change-range.ts";
import { type ChangeFeed, openChangeFeed } from "./read-changes.ts";

export const CHANGE_FUNCTIONS: ReadonlySet<string> = new Set([
  "table_changes",
  "table_changes_by_path",
]);

export interface ChangesCall {
  name: string;
  args: readonly LiteralExpression[];
  span: { start: number; end: number };
  /** What an unqualified table name means. */
  namespace: Namespace;
}

/** Opens the feed a call asks for. */
export async function openChangesCall(
  ctx: StatementContext,
  call: ChangesCall,
): Promise<ChangeFeed> {
  const { name, args, span } = call;
  if (args.length < 2 || args.length > 3) {
    throw new SqlError(`\`${name}\` takes 2 or 3 arguments, not ${args.length}`, {
      errorClass: "INCORRECT_NUMBER_OF_ARGUMENTS",
      sqlState: "42605",
      span,
      hint: `write ${name}('${name === "table_changes" ? "t" : "path"}', 0) or with an end: (…, 0, 5)`,
    });
  }
  const [table, from, to] = args;
  const handle = await openNamed(ctx, call, table!);
  const start = boundOf(from!, "starting", span);
  const end = to ? boundOf(to, "ending", span) : null;
  const range = await resolveRange(handle.log, start, end);
  return openChangeFeed(handle.log, range, handle);
}

async function openNamed(ctx: StatementContext, call: ChangesCall, table: LiteralExpression) {
  const { name, namespace, span } = call;
  const isPath = name === "table_changes_by_path";
  if (table.type.kind !== "string" || table.value === null) {
    throw unsupported(table, isPath ? "table path" : "table name", "a text", span);
  }
  const text = String(table.value);
  const parts = isPath ? ["delta", text] : partsOfName(parseTableName(text));
  const [first] = parts;
  if (parts.length === 1 && ctx.session.temporaryViews.has(first!.toLowerCase())) {
    throw new SqlError(`\`${first}\` is a temporary view, and \`${name}\` needs a Delta table`, {
      errorClass: "DELTA_TABLE_ONLY_OPERATION",
      sqlState: "0AKDD",
      span,
      hint: "name the table behind the view",
    });
  }
  return openResolved(ctx.session, resolveName(ctx.session, parts, namespace));
}

function boundOf(literal: LiteralExpression, what: string, span: ChangesCall["span"]): Bound {
  const { type, value } = literal;
  if (value === null) {
    throw new SqlError("a bound of the changes is NULL", {
      errorClass: "DELTA_CDC_READ_NULL_RANGE_BOUNDARY",
      sqlState: "22004",
      span,
      hint: "give a version or a timestamp",
    });
  }
  switch (type.kind) {
    case "int":
    case "long":
      return { version: Number(value) };
    case "timestamp":
      return { timestampMs: Number((value as bigint) / 1000n) };
    case "string": {
      const millis = parseInstant(String(value).trim());
      if (millis !== null) return { timestampMs: millis };
      throw new SqlError(`\`${String(value)}\` is not a timestamp`, {
        errorClass: "DELTA_TIMESTAMP_INVALID",
        sqlState: "42816",
        span,
        hint: "write it as `2026-01-31 12:00:00`, or give a version without quotes",
      });
    }
    default:
      throw unsupported(literal, `${what} option`, "a version or a timestamp", span);
  }
}

function unsupported(
  literal: LiteralExpression,
  what: string,
  wanted: string,
  span: ChangesCall["span"],
): SqlError {
  return new SqlError(`the ${what} is ${formatTypeSql(literal.type)}, not ${wanted}`, {
    errorClass: "DELTA_UNSUPPORTED_EXPRESSION",
    sqlState: "0A000",
    span,
    hint: "table_changes takes a name as text, and versions or timestamps",
  });
}
