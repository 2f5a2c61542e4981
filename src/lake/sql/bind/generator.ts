/**
 * Generators: explode, posexplode, inline, stack … in LATERAL VIEW, as table functions and in the
 * select list; and `range()`. An entry of kind `generator` has the type `array<struct<…>>` of the
 * rows and columns it makes; `_outer` in its name (or OUTER) keeps input rows that make none.
 */
import type { StructType } from "../../schema/data-type.ts";
import type { Expression, FunctionArgument, Identifier, LateralView, Relation } from "../ast.ts";
import { notImplemented, SqlError } from "../error.ts";
import { lookupFunction } from "../functions/index.ts";
import type { Attribute, BoundExpression, CallExpression } from "../plan/expression.ts";
import { outputOf, type Plan } from "../plan/plan.ts";
import { resolveNamedCall } from "./call.ts";
import type { BindContext } from "./context.ts";
import type { ExpressionEnv, QueryEnv } from "./environment.ts";
import { bindExpression } from "./expression.ts";
import { bindRange } from "./range.ts";
import { ONE_ROW } from "./relation.ts";
import type { BoundRelation } from "./relation-alias.ts";
import { createScope, quoteName } from "./scope.ts";
import { inputEnv } from "./select.ts";
import type { SelectOutput } from "./select-list.ts";
import { columnlessEnv } from "./values.ts";

type TableFunction = Extract<Relation, { kind: "table_function" }>;

/** A generator call with the columns it makes. */
export interface GeneratorCall {
  readonly call: CallExpression;
  readonly columns: StructType["fields"];
  readonly outer: boolean;
}

/** The expression as a generator, or null when it is none. */
export function asGenerator(expression: BoundExpression): GeneratorCall | null {
  if (expression.kind !== "call" || expression.fn.kind !== "generator") return null;
  const { type } = expression;
  if (type.kind !== "array" || type.element.kind !== "struct") {
    throw new Error(`generator ${expression.fn.name} has no row type`);
  }
  const outer = expression.fn.name.endsWith("_outer") || /_outer$/i.test(expression.calledAs);
  return { call: expression, columns: type.element.fields, outer };
}

/** Fresh attributes for a generator's columns, named by `names` when there are any. */
export function generatedAttributes(
  generator: GeneratorCall,
  names: readonly Identifier[],
  context: BindContext,
  qualifier: readonly string[],
): Attribute[] {
  const { columns } = generator;
  if (names.length > 0 && names.length !== columns.length) {
    throw new SqlError(
      `the generator makes ${columns.length} column(s), but ${names.length} alias(es) are given`,
      {
        errorClass: "UDTF_ALIAS_NUMBER_MISMATCH",
        sqlState: "42802",
        span: names[0]!.span,
        hint: "give one alias per column",
      },
    );
  }
  return columns.map((column, i) => ({
    id: context.allocate(),
    name: names[i]?.name ?? column.name,
    type: column.type,
    nullable: column.nullable || generator.outer,
    qualifier,
  }));
}

/** Puts the select list's generator above `plan`; `expression` is the call after rewriting. */
export function placeGenerator(
  plan: Plan,
  expression: BoundExpression,
  output: SelectOutput,
): Plan {
  const generator = asGenerator(expression);
  if (!generator) throw new Error("a generator stayed no generator");
  const { call, outer } = generator;
  return { kind: "generate", input: plan, call, outer, generated: output.attributes };
}

/** LATERAL VIEW [OUTER] generator(…) t AS a, b. */
export function bindLateralView(
  input: BoundRelation,
  view: LateralView,
  env: QueryEnv,
): BoundRelation {
  const expressionEnv = inputEnv("table function", input.scope, env);
  const generator = asGenerator(bindExpression(view.call, expressionEnv));
  if (!generator) {
    throw new SqlError("LATERAL VIEW needs a generator such as explode", {
      errorClass: "UNSUPPORTED_GENERATOR.NOT_GENERATOR",
      sqlState: "42K0E",
      span: view.call.span,
      hint: "use explode, posexplode, inline or stack",
    });
  }
  const outer = view.outer || generator.outer;
  const names = view.columns;
  const generated = generatedAttributes({ ...generator, outer }, names, env.context, [
    view.alias.name,
  ]);
  const plan: Plan = {
    kind: "generate",
    input: input.plan,
    call: generator.call,
    outer,
    generated,
  };
  return {
    plan,
    scope: createScope([...input.scope.attributes, ...generated], input.scope.qualifiedOnly),
  };
}

// ---------------------------------------------------------------- table functions

/** `range(…)`, `explode(…)` in FROM, and functions the executor provides. */
export function bindTableFunction(relation: TableFunction, env: QueryEnv): BoundRelation {
  const name = relation.name.parts.map((part) => part.name.toLowerCase()).join(".");
  // A LATERAL table function sees its left neighbours as the query around it.
  const argumentEnv: ExpressionEnv = columnlessEnv(env, "table function");
  if (name === "range") {
    const plan = bindRange(positional(relation.args, argumentEnv), relation.span, env.context);
    return { plan, scope: createScope(plan.output) };
  }
  if (lookupFunction(name)?.kind === "generator") {
    const args = positional(relation.args, argumentEnv);
    const generator = asGenerator(resolveNamedCall(name, args, relation.span))!;
    const generated = generatedAttributes(generator, [], env.context, []);
    const { call, outer } = generator;
    const plan: Plan = { kind: "generate", input: ONE_ROW, call, outer, generated };
    return { plan, scope: createScope(generated) };
  }
  const args = relation.args.map((arg) => ({
    name: arg.name?.name ?? null,
    value: bindArgument(arg.value, argumentEnv),
  }));
  const plan = env.context.tableFunction?.({
    name,
    args,
    namespace: env.namespace,
    allocate: env.context.allocate,
    span: relation.span,
  });
  if (!plan) throw unknownTableFunction(name, relation);
  return { plan, scope: createScope(outputOf(plan)) };
}

function positional(args: readonly FunctionArgument[], env: ExpressionEnv): BoundExpression[] {
  return args.map((arg) => {
    if (arg.name || arg.table) throw notImplemented("named and table arguments", arg.value.span);
    return bindArgument(arg.value, env);
  });
}

function bindArgument(value: Expression, env: ExpressionEnv): BoundExpression {
  return env.query.context.constants?.get(value) ?? bindExpression(value, env);
}

function unknownTableFunction(name: string, relation: TableFunction): SqlError {
  return new SqlError(`the table function ${quoteName(name)} is not supported`, {
    code: "NOT_IMPLEMENTED",
    errorClass: "UNRESOLVABLE_TABLE_VALUED_FUNCTION",
    sqlState: "42883",
    span: relation.name.span,
    hint: "use range, explode, inline, stack, read_files or table_changes",
  });
}
