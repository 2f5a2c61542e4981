/**
 * The select list: star expansion, names of unnamed columns, lateral column aliases, and the one
 * generator a list may hold. A plain column keeps its attribute id, so that two mentions of one
 * column never become ambiguous further up; everything else gets a fresh id.
 */
import type { Expression, Identifier, Select, SelectItem } from "../ast.ts";
import { prettyName } from "../emit/pretty-name.ts";
import { notImplemented, SqlError } from "../error.ts";
import type { Attribute, BoundExpression, CallExpression } from "../plan/expression.ts";
import { rewriteExpression, someExpression, walkExpression } from "../plan/transform.ts";
import { isAggregateCall } from "./aggregate.ts";
import { generatorError } from "./call-checks.ts";
import { chainResolvers, scopeResolver } from "./column.ts";
import type { ColumnResolver, ExpressionEnv, QueryEnv } from "./environment.ts";
import { bindExpression } from "./expression.ts";
import { asGenerator, type GeneratorCall, generatedAttributes } from "./generator.ts";
import { createScope, quoteName, type Scope, sameName } from "./scope.ts";
import { expandStar } from "./star.ts";
import { isVariableReference } from "./variable.ts";
import { variantKeyOf } from "./variant-path.ts";

/** One item of the select list after star expansion. */
export interface SelectOutput {
  /** As bound: may refer to earlier outputs of the same list. */
  readonly expression: BoundExpression;
  /** One attribute, or one per column of a generator. */
  readonly attributes: readonly Attribute[];
  /** Written with AS: what lateral aliases and GROUP BY may name. */
  readonly aliased: boolean;
  readonly generator: GeneratorCall | null;
  /** Whether the attribute is the column's own, not computed. */
  readonly passThrough: boolean;
}

/** Binds the select list from left to right. */
export function bindSelectItems(
  select: Select,
  scope: Scope,
  query: QueryEnv,
): readonly SelectOutput[] {
  const outputs: SelectOutput[] = [];
  const env: ExpressionEnv = {
    query,
    clause: "select",
    resolve: chainResolvers(scopeResolver(scope), lateralResolver(outputs)),
    scope,
    allowAggregates: true,
    allowWindows: true,
    windows: select.windows,
    lambdas: null,
  };
  for (const item of select.items) {
    for (const output of bindItem(item, env)) outputs.push(output);
  }
  if (outputs.filter((output) => output.generator).length > 1) {
    throw new SqlError("only one generator is allowed per SELECT clause", {
      errorClass: "UNSUPPORTED_GENERATOR.MULTI_GENERATOR",
      sqlState: "42K0E",
      span: select.span,
      hint: "use LATERAL VIEW for each further one",
    });
  }
  return outputs;
}

function bindItem(item: SelectItem, env: ExpressionEnv): SelectOutput[] {
  if (item.expression.kind === "star") {
    return expandStar(item.expression, env).map(({ expression, name }) =>
      namedOutput(expression, name, false, env),
    );
  }
  const expression = bindExpression(item.expression, env);
  refuseLateralInside(expression);
  const generator = asGenerator(expression);
  if (generator) {
    const names = item.aliases ?? (item.alias ? [item.alias] : []);
    const attributes = generatedAttributes(generator, names, env.query.context, []);
    return [{ expression, attributes, aliased: false, generator, passThrough: false }];
  }
  const nested = firstGenerator(expression);
  if (nested) throw generatorError("NESTED_IN_EXPRESSIONS", nested.fn, nested.span);
  if (item.aliases) throw aliasCount(item.aliases, item);
  const name = item.alias?.name ?? outputName(item.expression, expression);
  return [namedOutput(expression, name, item.alias !== undefined, env)];
}

function firstGenerator(expression: BoundExpression): CallExpression | null {
  let found: CallExpression | null = null;
  walkExpression(expression, (node) => {
    if (node.kind === "call" && node.fn.kind === "generator") found ??= node;
  });
  return found;
}

function aliasCount(aliases: readonly Identifier[], item: SelectItem): SqlError {
  return new SqlError(`${aliases.length} aliases are given to an expression of one column`, {
    errorClass: "MULTI_ALIAS_WITHOUT_GENERATOR",
    sqlState: "42K0E",
    span: item.span,
    hint: "give one alias",
  });
}

/** Spark's name of an item written without AS. */
export function outputName(ast: Expression, bound: BoundExpression): string {
  if (ast.kind === "column") return ast.name.parts.at(-1)!.name;
  const variantKey = variantKeyOf(ast.kind === "cast" ? ast.operand : ast);
  if (variantKey !== null) return variantKey;
  // A cast column keeps its name (Spark's `ResolveAliases`).
  const isVariable = bound.kind === "cast" && isVariableReference(bound.operand);
  if (ast.kind === "cast" && ast.operand.kind === "column" && !isVariable) {
    return ast.operand.name.parts.at(-1)!.name;
  }
  if (bound.kind === "cast" && bound.implicit && bound.operand.kind === "attribute") {
    return bound.operand.attribute.name;
  }
  return prettyName(bound);
}

function namedOutput(
  expression: BoundExpression,
  name: string,
  aliased: boolean,
  env: ExpressionEnv,
): SelectOutput {
  const own = !aliased && expression.kind === "attribute" && !expression.outer;
  const attribute: Attribute = own
    ? { ...expression.attribute, name, hidden: false }
    : {
        id: env.query.context.allocate(),
        name,
        type: expression.type,
        nullable: expression.nullable,
        qualifier: [],
        ...(expression.kind === "attribute" && expression.attribute.metadata
          ? { metadata: expression.attribute.metadata }
          : {}),
      };
  return { expression, attributes: [attribute], aliased, generator: null, passThrough: own };
}

// ---------------------------------------------------------------- lateral aliases

function lateralResolver(outputs: readonly SelectOutput[]): ColumnResolver {
  return (parts, span) => {
    const found = outputs.filter(
      (output) => output.aliased && sameName(output.attributes[0]!.name, parts[0]!.name),
    );
    if (found.length === 0) return null;
    if (found.length > 1) {
      throw new SqlError(
        `lateral column alias ${quoteName(parts[0]!.name)} is ambiguous and has ` +
          `${found.length} matches`,
        {
          errorClass: "AMBIGUOUS_LATERAL_COLUMN_ALIAS",
          sqlState: "42702",
          span,
          hint: "give the aliases different names",
        },
      );
    }
    const bound = scopeResolver(createScope(found[0]!.attributes))(parts, span);
    return bound && named(bound);
  };
}

/** In column names a lateral alias shows as what it is. */
function named(bound: BoundExpression): BoundExpression {
  return rewriteExpression(bound, (node) => {
    if (node.kind !== "attribute") return node;
    const name = `${LATERAL}${node.attribute.name})`;
    return { ...node, attribute: { ...node.attribute, name } };
  });
}

const LATERAL = "lateralAliasReference(";

/** Aggregates, windows and generators do not see the aliases of their own select list. */
function refuseLateralInside(expression: BoundExpression): void {
  walkExpression(expression, (node) => {
    if (node.kind !== "call" || node.fn.kind === "scalar" || node.fn.kind === "operator") return;
    const [subclass, what] = node.window
      ? ["WINDOW", "a window expression"]
      : isAggregateCall(node)
        ? ["AGGREGATE_FUNC", "an aggregate function"]
        : ["GENERATOR", "a generator"];
    const used = someExpression(
      node,
      (e) => e.kind === "attribute" && e.attribute.name.startsWith(LATERAL),
    );
    if (!used) return;
    throw new SqlError(`${what} cannot use an alias of its own select list`, {
      errorClass: `UNSUPPORTED_FEATURE.LATERAL_COLUMN_ALIAS_IN_${subclass}`,
      sqlState: "0A000",
      span: node.span,
      hint: "name the column in a subquery first",
    });
  });
}

const MAX_NODES = 20_000;

/**
 * Replaces references to outputs of the select list by the expressions they stand for, so that
 * only columns of the input remain. A volatile one would be evaluated twice and is refused.
 */
export function lower(
  expression: BoundExpression,
  outputs: readonly SelectOutput[],
): BoundExpression {
  const byId = new Map<number, SelectOutput>();
  for (const output of outputs) {
    if (!output.passThrough) for (const a of output.attributes) byId.set(a.id, output);
  }
  let nodes = 0;
  const substitute = (node: BoundExpression): BoundExpression => {
    if (++nodes > MAX_NODES) {
      throw notImplemented("a chain of lateral aliases this long", expression.span);
    }
    if (node.kind !== "attribute" || node.outer) return node;
    const output = byId.get(node.attribute.id);
    if (!output) return node;
    refuseVolatile(output, node);
    return rewriteExpression(output.expression, substitute);
  };
  walkExpression(expression, (node) => {
    if (isAggregateCall(node)) refuseAggregatedAlias(node, byId);
  });
  return rewriteExpression(expression, substitute);
}

function refuseVolatile(output: SelectOutput, at: BoundExpression): void {
  if (output.generator) {
    throw notImplemented("a lateral reference to a generator's column", at.span);
  }
  const volatile = someExpression(
    output.expression,
    (node) => node.kind === "call" && node.fn.volatile === true,
  );
  if (volatile) throw notImplemented("a reference to the alias of a volatile expression", at.span);
}

function refuseAggregatedAlias(call: BoundExpression, byId: Map<number, SelectOutput>): void {
  const bad = someExpression(call, (node) => {
    if (node.kind !== "attribute") return false;
    const output = byId.get(node.attribute.id);
    return output !== undefined && someExpression(output.expression, isAggregateCall);
  });
  if (!bad) return;
  throw new SqlError("an aggregate function cannot use the alias of another aggregate", {
    errorClass: "UNSUPPORTED_FEATURE.LATERAL_COLUMN_ALIAS_IN_AGGREGATE_FUNC",
    sqlState: "0A000",
    span: call.span,
    hint: "aggregate in a subquery first",
  });
}
