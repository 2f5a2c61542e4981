/**
 * EXECUTE IMMEDIATE (Spark 4.2 `ResolveExecuteImmediate`): runs a statement given as text, with
 * values for its markers, and puts the row of a query into variables.
 */
import type { Expression, Identifier, Statement } from "../sql/ast.ts";
import { notImplemented, SqlError } from "../sql/error.ts";
import { parseStatement } from "../sql/parse/index.ts";
import type { LiteralExpression } from "../sql/plan/expression.ts";
import { bindQueryPlan } from "./bind-port.ts";
import { emptyOutcome, type Outcome } from "./result.ts";
import { StatementContext, type StatementOf } from "./statement.ts";
import { assign, evaluate, findTargets, withVariables } from "./variables.ts";

type Execute = StatementOf<"execute_immediate">;
type Dispatch = (ctx: StatementContext, statement: Statement) => Promise<Outcome>;

/** Runs EXECUTE IMMEDIATE; `dispatch` runs the statement inside. */
export async function executeImmediate(
  ctx: StatementContext,
  statement: Execute,
  dispatch: Dispatch,
): Promise<Outcome> {
  const text = await statementText(ctx, statement.sql);
  const parsed = inText(statement, () => parseStatement(text));
  const values = await usedValues(ctx, statement.using);
  const parameters = withVariables(values, ctx.session);
  refuseSpareValues(parsed, statement);
  const inner = new StatementContext(ctx.session, text, parameters, ctx.notes);
  try {
    if (statement.into.length > 0) {
      await intoVariables(inner, parsed, statement);
      await inner.close();
      return emptyOutcome();
    }
    const outcome = await dispatch(inner, parsed);
    const close = async () => {
      await outcome.close?.();
      await inner.close();
    };
    return { ...outcome, close };
  } catch (error) {
    await inner.close();
    throw atText(error, statement);
  }
}

async function statementText(ctx: StatementContext, sql: Expression): Promise<string> {
  const { value, type } = await evaluate(ctx, sql);
  if (type.kind !== "string") {
    throw new SqlError(`the statement to execute must be a STRING, not ${type.kind}`, {
      errorClass: "INVALID_EXPR_TYPE_FOR_QUERY_EXECUTE_IMMEDIATE",
      sqlState: "42K09",
      span: sql.span,
      hint: "give the statement's text",
    });
  }
  if (value !== null) return value as string;
  throw new SqlError("the statement to execute is NULL", {
    errorClass: "NULL_QUERY_STRING_EXECUTE_IMMEDIATE",
    sqlState: "22004",
    span: sql.span,
    hint: "give the statement's text",
  });
}

/** The values of USING under their names, or their positions. */
async function usedValues(
  ctx: StatementContext,
  using: Execute["using"],
): Promise<Map<string, LiteralExpression>> {
  const values = new Map<string, LiteralExpression>();
  for (const [i, { value, alias }] of using.entries()) {
    if (value.kind === "scalar_query") {
      throw new SqlError("a value of USING cannot be a subquery", {
        errorClass: "UNSUPPORTED_EXPR_FOR_PARAMETER",
        sqlState: "42K0E",
        span: value.span,
        hint: "put it into a variable first",
      });
    }
    values.set(nameOf(i, alias, using), await evaluate(ctx, value));
  }
  return values;
}

function nameOf(index: number, alias: Identifier | undefined, using: Execute["using"]): string {
  if (alias) return alias.name;
  const named = using.find((item) => item.alias);
  if (!named) return String(index);
  throw new SqlError("either every value of USING has a name or none", {
    errorClass: "ALL_PARAMETERS_MUST_BE_NAMED",
    sqlState: "07001",
    span: using[index]!.value.span,
    hint: "write USING 1 AS a, 2 AS b",
  });
}

/** What Spark does with values that no marker takes is not settled: they are refused. */
function refuseSpareValues(parsed: Statement, { using, span }: Execute): void {
  const markers = new Set<string>();
  const visit = (node: unknown): void => {
    if (typeof node !== "object" || node === null) return;
    const { kind, name } = node as { kind?: string; name?: unknown };
    if (kind === "parameter" && typeof name === "string") markers.add(name);
    for (const value of Object.values(node)) visit(value);
  };
  visit(parsed);
  const spare = using.some(({ alias }, i) => !markers.has(alias?.name ?? String(i)));
  if (spare) throw notImplemented("a value of USING that the statement does not use", span);
}

async function intoVariables(
  inner: StatementContext,
  parsed: Statement,
  { into, span }: Execute,
): Promise<void> {
  if (parsed.kind !== "query") {
    throw new SqlError("only a query can give values INTO variables", {
      errorClass: "INVALID_STATEMENT_FOR_EXECUTE_INTO",
      sqlState: "07501",
      span,
      hint: "leave INTO out",
    });
  }
  const targets = findTargets(inner.session, into);
  const plan = await bindQueryPlan(inner, parsed.query);
  await assign(inner, { targets, plan, span });
}

function inText<T>(statement: Execute, run: () => T): T {
  try {
    return run();
  } catch (error) {
    throw atText(error, statement);
  }
}

/** Places in the text executed mean nothing in the statement around it. */
function atText(error: unknown, { sql }: Execute): unknown {
  if (!(error instanceof SqlError)) return error;
  const { error_class: errorClass, sql_state: sqlState, ...details } = error.details;
  return new SqlError(`in the statement executed: ${error.message}`, {
    code: error.code,
    errorClass: String(errorClass),
    sqlState: String(sqlState),
    span: sql.span,
    ...(error.hint === undefined ? {} : { hint: error.hint }),
    details,
    cause: error,
  });
}
