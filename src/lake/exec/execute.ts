/**
 * Runs one parsed statement: which handler, and what its failure says. Kinds that are recognised
 * and not built are refused by name.
 */
import type { ParsedStatement, Statement } from "../sql/ast.ts";
import { notImplemented, placeSqlError, SqlError } from "../sql/error.ts";
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
import { createResult, type Outcome, type StatementResult } from "./result.ts";
import type { Session } from "./session.ts";
import { executeDescribe } from "./show/describe.ts";
import { executeExplain } from "./show/explain.ts";
import { executeReset, executeSet } from "./show/settings.ts";
import { executeShow } from "./show/show.ts";
import { StatementContext } from "./statement.ts";
import { executeCopyInto } from "./write/copy-into.ts";
import { executeInsert } from "./write/insert.ts";

export interface ExecuteOptions {
  parameters?: ParameterValues;
  /** Kept in the history of what the statement commits. */
  userMetadata?: string;
  /** Line of the script that the statement starts on, for places in errors. */
  scriptLine?: number;
}

/** Runs a statement; rows of a query are read from the result. */
export async function executeStatement(
  session: Session,
  parsed: ParsedStatement,
  options: ExecuteOptions = {},
): Promise<StatementResult> {
  const { statement, text } = parsed;
  const parameters = readParameters(options.parameters);
  const ctx = new StatementContext(session, text, parameters, options.userMetadata);
  try {
    const outcome = await dispatch(ctx, statement);
    return createResult(statement.kind, outcome, () => ctx.close());
  } catch (error) {
    await ctx.close();
    throw error instanceof SqlError ? placeSqlError(error, text, options.scriptLine) : error;
  }
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
    default:
      throw notImplemented(nameOf(statement), statement.span);
  }
}

const NAMES: Partial<Record<Statement["kind"], string>> = {
  clone_table: "CLONE",
  create_view_using: "CREATE VIEW … USING",
  set_variable: "SET VARIABLE",
  execute_immediate: "EXECUTE IMMEDIATE",
  convert: "CONVERT TO DELTA",
  fsck: "FSCK REPAIR TABLE",
  msck: "MSCK REPAIR TABLE",
};

function nameOf(statement: Statement): string {
  if (statement.kind === "unsupported") return statement.keyword;
  return NAMES[statement.kind] ?? statement.kind.toUpperCase();
}
