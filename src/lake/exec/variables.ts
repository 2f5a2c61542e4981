/**
 * Session variables: DECLARE, SET VARIABLE, DROP TEMPORARY VARIABLE (Spark 4.2
 * `CreateVariableExec`, `SetVariableExec`). A variable's default is kept as written and computed
 * again by SET … = DEFAULT.
 */
import type { DataType } from "../schema/data-type.ts";
import type { Value } from "../schema/value.ts";
import type { Expression, Identifier, MultipartName, Query, Span } from "../sql/ast.ts";
import { refer } from "../sql/bind/column.ts";
import { formatName } from "../sql/bind/scope.ts";
import { castTo } from "../sql/bind/set-operation.ts";
import { variableKey } from "../sql/bind/variable.ts";
import { SqlError } from "../sql/error.ts";
import type { LiteralExpression } from "../sql/plan/expression.ts";
import { outputOf, type Plan } from "../sql/plan/plan.ts";
import { walkPlan } from "../sql/plan/transform.ts";
import { explicitCast, typedLiteral } from "../sql/types/coercion.ts";
import { bindQueryPlan, planRows } from "./bind-port.ts";
import { emptyOutcome, type Outcome } from "./result.ts";
import type { Session } from "./session.ts";
import type { StatementContext, StatementOf } from "./statement.ts";

/** A variable of the session, under its name in lower case. */
export interface SessionVariable {
  readonly literal: LiteralExpression;
  /** What SET … = DEFAULT computes; absent: NULL. */
  readonly default?: Expression;
}

/** The statement's parameters with the session's variables among them. */
export function withVariables(
  parameters: ReadonlyMap<string, LiteralExpression>,
  { variables }: Session,
): ReadonlyMap<string, LiteralExpression> {
  if (variables.size === 0) return parameters;
  const entries = [...variables].map(([key, { literal }]) => [key, literal] as const);
  return new Map([...parameters, ...entries]);
}

/** The parameters alone. */
export function withoutVariables(
  parameters: ReadonlyMap<string, LiteralExpression>,
): ReadonlyMap<string, LiteralExpression> {
  return new Map([...parameters].filter(([key]) => !key.startsWith("@")));
}

/** Runs DECLARE. */
export async function executeDeclare(
  ctx: StatementContext,
  statement: StatementOf<"declare_variable">,
): Promise<Outcome> {
  const { variables } = ctx.session;
  const keys = statement.names.map((name) => keyOf(name, UNDECLARABLE));
  const repeated = statement.names.find((_, i) => keys.indexOf(keys[i]!) !== i);
  if (repeated) {
    throw variableError("DUPLICATE_VARIABLE_NAME_INSIDE_DECLARE", "42734", {
      name: repeated,
      what: "is declared twice",
      hint: "name each variable once",
    });
  }
  const known = statement.names.find((_, i) => variables.has(keys[i]!));
  if (known && !statement.orReplace) {
    throw variableError("VARIABLE_ALREADY_EXISTS", "42723", {
      name: known,
      what: "exists already",
      hint: "write DECLARE OR REPLACE, or SET VARIABLE",
    });
  }
  const literal = await declaredValue(ctx, statement);
  const made: SessionVariable = {
    literal,
    ...(statement.default ? { default: statement.default } : {}),
  };
  for (const key of keys) variables.set(key, made);
  return emptyOutcome();
}

async function declaredValue(
  ctx: StatementContext,
  { default: value, type, span }: StatementOf<"declare_variable">,
): Promise<LiteralExpression> {
  if (!value) return typedLiteral(null, type!);
  if (holdsQuery(value)) {
    throw new SqlError("the default of a variable cannot hold a subquery", {
      errorClass: "INVALID_DEFAULT_VALUE.SUBQUERY_EXPRESSION",
      sqlState: "42623",
      span: value.span,
      hint: "declare the variable first, then SET VARIABLE to the query",
    });
  }
  const plan = await bindQueryPlan(ctx, selectOf([value], span));
  walkPlan(plan, (node) => {
    if (!["aggregate", "window", "generate"].includes(node.kind)) return;
    throw new SqlError("the default of a variable cannot aggregate", {
      errorClass: "UNSUPPORTED_EXPR_FOR_OPERATOR",
      sqlState: "42K0E",
      span: value.span,
      hint: "declare the variable first, then SET VARIABLE to the query",
    });
  });
  return (await valuesOf(ctx, plan, [type ?? null], value.span))[0]!;
}

function holdsQuery(node: unknown): boolean {
  if (typeof node !== "object" || node === null) return false;
  if (Array.isArray(node)) return node.some(holdsQuery);
  if ("body" in node && "orderBy" in node) return true;
  return Object.values(node).some(holdsQuery);
}

/** Runs SET VARIABLE: every value is computed before the first is set. */
export async function executeSetVariable(
  ctx: StatementContext,
  statement: StatementOf<"set_variable">,
): Promise<Outcome> {
  const { query, values, span } = statement;
  const targets = findTargets(ctx.session, statement.names);
  const plan = query
    ? await bindQueryPlan(ctx, query)
    : await bindQueryPlan(
        ctx,
        selectOf(
          values!.map((value, i) => (value.kind === "default" ? targets[i]!.default : value)),
          span,
        ),
      );
  await assign(ctx, { targets, plan, span });
  return emptyOutcome();
}

/** A variable to be set. */
export interface VariableTarget {
  readonly key: string;
  readonly type: DataType;
  readonly default: Expression;
  readonly variable: SessionVariable;
}

/** The variables of these names, each named once. */
export function findTargets(session: Session, names: readonly MultipartName[]): VariableTarget[] {
  const targets = names.map((name) => {
    const key = keyOf(name, UNKNOWN);
    const variable = session.variables.get(key);
    if (!variable) throw variableError("UNRESOLVED_VARIABLE", "42883", { name, ...UNKNOWN });
    const nothing: Expression = { kind: "literal", value: { kind: "null" }, span: name.span };
    return { key, variable, type: variable.literal.type, default: variable.default ?? nothing };
  });
  const repeated = names.find((_, i) => targets.findIndex((t) => t.key === targets[i]!.key) !== i);
  if (!repeated) return targets;
  throw variableError("DUPLICATE_ASSIGNMENTS", "42701", {
    name: repeated,
    what: "is set twice",
    hint: "set each variable once",
  });
}

/** Sets variables to the one row of a plan; without a row to NULL. */
export async function assign(
  ctx: StatementContext,
  { targets, plan, span }: { targets: readonly VariableTarget[]; plan: Plan; span: Span },
): Promise<void> {
  const width = outputOf(plan).length;
  if (width !== targets.length) {
    throw new SqlError(`${targets.length} variables cannot take ${width} columns`, {
      errorClass: "ASSIGNMENT_ARITY_MISMATCH",
      sqlState: "42802",
      span,
      hint: "name one variable for each column",
    });
  }
  const types = targets.map((target) => target.type);
  const literals = await valuesOf(ctx, plan, types, span);
  targets.forEach(({ key, variable }, i) => {
    ctx.session.variables.set(key, { ...variable, literal: literals[i]! });
  });
}

/** The values of a plan's one row, cast to the types that are given. */
async function valuesOf(
  ctx: StatementContext,
  plan: Plan,
  types: readonly (DataType | null)[],
  span: Span,
): Promise<LiteralExpression[]> {
  const output = outputOf(plan);
  const wanted = output.map((attribute, i) => types[i] ?? attribute.type);
  // Only to see which casts there are.
  for (const [i, attribute] of output.entries())
    explicitCast(refer(attribute), wanted[i]!, { span });
  const limit = { kind: "literal", type: { kind: "int" }, nullable: false, value: 2 } as const;
  const few: Plan = { kind: "limit", input: plan, limit, offset: null };
  const rows: Value[][] = await planRows(ctx, castTo(few, wanted, ctx));
  if (rows.length > 1) {
    throw new SqlError("the query gives more than one row", {
      errorClass: "ROW_SUBQUERY_TOO_MANY_ROWS",
      sqlState: "21000",
      span,
      hint: "aggregate, or add LIMIT 1",
    });
  }
  return wanted.map((type, i) => typedLiteral(rows[0]?.[i] ?? null, type));
}

/** The value of an expression without a FROM clause. */
export async function evaluate(
  ctx: StatementContext,
  expression: Expression,
): Promise<LiteralExpression> {
  const plan = await bindQueryPlan(ctx, selectOf([expression], expression.span));
  return (await valuesOf(ctx, plan, [null], expression.span))[0]!;
}

function selectOf(values: readonly Expression[], span: Span): Query {
  const items = values.map((expression, i) => {
    const alias: Identifier = { name: `v${i}`, quoted: true, span };
    return { expression, alias, span };
  });
  const select = { distinct: false, items, windows: [], hints: [], span };
  return {
    ...{ with: [], body: { kind: "select", ...select }, span },
    ...{ orderBy: [], sortBy: [], distributeBy: [], clusterBy: [] },
  };
}

/** Runs DROP TEMPORARY VARIABLE. */
export function executeDropVariable(
  ctx: StatementContext,
  { name, ifExists }: StatementOf<"drop_variable">,
): Outcome {
  const key = keyOf(name, UNKNOWN);
  if (!ctx.session.variables.delete(key) && !ifExists) {
    throw variableError("VARIABLE_NOT_FOUND", "42883", { name, ...UNKNOWN });
  }
  return emptyOutcome();
}

const UNKNOWN = { what: "does not exist", hint: "DECLARE it first" };
const UNDECLARABLE = { what: "cannot be declared", hint: "leave the qualifier out" };

function keyOf(name: MultipartName, fault: { what: string; hint: string }): string {
  const key = variableKey(name.parts);
  if (key !== null) return key;
  throw variableError("UNRESOLVED_VARIABLE", "42883", { name, ...fault });
}

function variableError(
  errorClass: string,
  sqlState: string,
  { name, what, hint }: { name: MultipartName; what: string; hint: string },
): SqlError {
  const shown = formatName(name.parts.map((part) => part.name));
  return new SqlError(`the variable ${shown} ${what}`, {
    ...{ errorClass, sqlState, hint },
    span: name.span,
  });
}
