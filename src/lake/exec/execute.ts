/**
 * Runs one parsed statement: which handler, and what its failure says. Kinds that are recognised
 * and not built are refused by name.
 */
import { SovereignError } from "../../core/errors.ts";
import type { InputRows } from "../input-rows.ts";
import type { StructType } from "../schema/data-type.ts";
import type { ParsedStatement, Span, Statement } from "../sql/ast.ts";
import { type Place, placeSqlError, pointTo, SqlError } from "../sql/error.ts";
import { bindQueryPlan, type ParameterValues, queryOutcome, readParameters } from "./bind-port.ts";
import { executeAlterTable } from "./ddl/alter-table.ts";
import { executeCommentOn } from "./ddl/comment-on.ts";
import { executeCreateLike, executeCreateTable } from "./ddl/create-table.ts";
import { executeDrop } from "./ddl/drop.ts";
import { executeCreateCatalog, executeCreateSchema, executeUse } from "./ddl/namespaces.ts";
import { executeAlterView, executeCreateView } from "./ddl/views.ts";
import { executeDelete, executeTruncate } from "./dml/delete.ts";
import { executeMerge } from "./dml/merge.ts";
import { executeUpdate } from "./dml/update.ts";
import { executeImmediate } from "./execute-immediate.ts";
import { executeClone } from "./maintain/clone.ts";
import { executeConvert } from "./maintain/convert.ts";
import { executeFsck } from "./maintain/fsck.ts";
import { executeRewrite } from "./maintain/optimize.ts";
import { executeRestore } from "./maintain/restore.ts";
import { executeVacuum } from "./maintain/vacuum.ts";
import { createResult, NO_COLUMNS, type Outcome, type StatementResult } from "./result.ts";
import type { Session } from "./session.ts";
import { executeDescribe } from "./show/describe.ts";
import { executeExplain } from "./show/explain.ts";
import { executeReset, executeSet } from "./show/settings.ts";
import { executeShow } from "./show/show.ts";
import { stageRows } from "./staged-rows.ts";
import { StatementContext } from "./statement.ts";
import { unbuilt } from "./unbuilt.ts";
import {
  executeDeclare,
  executeDropVariable,
  executeSetVariable,
  withVariables,
} from "./variables.ts";
import { executeCopyInto } from "./write/copy-into.ts";
import { executeInsert } from "./write/insert.ts";

/** What goes with a statement beside its text. */
export interface ExecuteOptions {
  /** Values of `:name` markers: text, numbers, booleans, null. */
  parameters?: ParameterValues;
  /** Kept in the history of what the statement commits. */
  userMetadata?: string;
  /** Makes what the statement commits idempotent; see `CommitNotes`. */
  txn?: { readonly appId: string; readonly version: number | bigint };
  /**
   * Rows the statement reads as tables of these names, before any other of the same name. Types are
   * told from the values; see `InputRows`.
   */
  rows?: Readonly<Record<string, InputRows>>;
  /** @internal Types of the columns of `rows` that are known. */
  rowTypes?: StructType;
  /** @internal Where the statement starts in its script, for places in errors. */
  scriptPlace?: Place;
}

/** Runs a statement; rows of a query are read from the result. */
export async function executeStatement(
  session: Session,
  parsed: ParsedStatement,
  options: ExecuteOptions = {},
): Promise<StatementResult> {
  const { statement, text } = parsed;
  const parameters = withVariables(readParameters(options.parameters), session);
  const ctx = new StatementContext(session, text, parameters, options);
  try {
    for (const [name, rows] of Object.entries(options.rows ?? {})) {
      const types = { schema: options.rowTypes ?? NO_COLUMNS, infers: true };
      ctx.relations.set(name.toLowerCase(), await stageRows(ctx, name, rows, types));
    }
    const outcome = await dispatch(ctx, statement);
    return createResult(
      statement.kind,
      outcome,
      () => ctx.close(),
      () => session.requireOpen(),
    );
  } catch (error) {
    await ctx.close();
    throw placeError(error, parsed, options.scriptPlace);
  }
}

/**
 * The failure of a statement with its place in the script: that of the word at fault, or of the
 * statement when it is not the script's first.
 */
export function placeError(
  error: unknown,
  { statement, text }: ParsedStatement,
  scriptPlace?: Place,
): unknown {
  const pointed = pointToName(error, statement);
  if (pointed instanceof SqlError && pointed.span) {
    return placeSqlError(pointed, text, scriptPlace);
  }
  const isLater = scriptPlace && scriptPlace.line + scriptPlace.column > 2;
  if (!isLater || !(error instanceof SovereignError) || "line" in error.details) return error;
  const { line, column } = scriptPlace;
  return new SovereignError(error.code, `line ${line}, column ${column}: ${error.message}`, {
    ...(error.hint === undefined ? {} : { hint: error.hint }),
    details: { ...error.details, line, column },
    cause: error,
  });
}

/** An error about the name a statement is about says where that name stands. */
function pointToName(error: unknown, statement: Statement): unknown {
  if (!(error instanceof SovereignError) || error instanceof SqlError) return error;
  if (!ABOUT_A_NAME.test(String(error.details.error_class))) return error;
  const name = nameOf(statement, error);
  return name ? pointTo(error, name.span) : error;
}

const ABOUT_A_NAME = /_(NOT_FOUND|ALREADY_EXISTS)$/;

function nameOf(statement: Statement, error: SovereignError): { span: Span } | undefined {
  if (statement.kind === "explain") return nameOf(statement.statement, error);
  const isMissing = error.code === "RESOURCE_DOES_NOT_EXIST";
  if (statement.kind === "create_table_like" && isMissing) return statement.source.name;
  if (statement.kind === "merge") return statement.target.name;
  if ("table" in statement && statement.table) return statement.table.name;
  return "name" in statement ? statement.name : undefined;
}

/** The handler of a statement; also for the statement inside EXPLAIN-like ones. */
export async function dispatch(ctx: StatementContext, statement: Statement): Promise<Outcome> {
  switch (statement.kind) {
    case "query":
      return queryOutcome(ctx, await bindQueryPlan(ctx, statement.query));
    case "create_table":
      return executeCreateTable(ctx, statement);
    case "create_table_like":
      return executeCreateLike(ctx, statement);
    case "create_view":
      return executeCreateView(ctx, statement);
    case "alter_view":
      return executeAlterView(ctx, statement);
    case "drop":
      return executeDrop(ctx, statement);
    case "truncate":
      return executeTruncate(ctx, statement);
    case "create_catalog":
      return executeCreateCatalog(ctx, statement);
    case "create_schema":
      return executeCreateSchema(ctx, statement);
    case "use":
      return executeUse(ctx, statement);
    case "insert":
      return executeInsert(ctx, statement);
    case "copy_into":
      return executeCopyInto(ctx, statement);
    case "update":
      return executeUpdate(ctx, statement);
    case "delete":
      return executeDelete(ctx, statement);
    case "merge":
      return executeMerge(ctx, statement);
    case "optimize":
    case "reorg":
      return executeRewrite(ctx, statement);
    case "fsck":
      return executeFsck(ctx, statement);
    case "vacuum":
      return executeVacuum(ctx, statement);
    case "restore":
      return executeRestore(ctx, statement);
    case "clone_table":
      return executeClone(ctx, statement);
    case "convert":
      return executeConvert(ctx, statement);
    case "alter_table":
      return executeAlterTable(ctx, statement);
    case "comment_on":
      return executeCommentOn(ctx, statement);
    case "show":
      return executeShow(ctx, statement);
    case "describe":
      return executeDescribe(ctx, statement);
    case "explain":
      return executeExplain(ctx, statement);
    case "set":
      return executeSet(ctx, statement);
    case "reset":
      return executeReset(ctx, statement);
    case "declare_variable":
      return executeDeclare(ctx, statement);
    case "set_variable":
      return executeSetVariable(ctx, statement);
    case "drop_variable":
      return executeDropVariable(ctx, statement);
    case "execute_immediate":
      return executeImmediate(ctx, statement, dispatch);
    default:
      throw unbuilt(statement);
  }
}
