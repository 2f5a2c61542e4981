/**
 * Turning names into column references: struct fields after the column, lambda parameters,
 * columns of the query around, and the error with its suggestions when nothing fits.
 */
import { distance } from "fastest-levenshtein";
import type { Identifier, Span } from "../ast.ts";
import { notImplemented, SqlError } from "../error.ts";
import type { Attribute, AttributeExpression, BoundExpression } from "../plan/expression.ts";
import {
  type ColumnResolver,
  type ExpressionEnv,
  type LambdaFrame,
  markOuter,
} from "./environment.ts";
import { bindExtraction } from "./extraction.ts";
import { bindGroupingCall } from "./grouping.ts";
import { findColumn, formatName, quoteName, type Scope, sameName } from "./scope.ts";
import { bindVariable } from "./variable.ts";

/** A reference to a column of the same query. */
export function refer(attribute: Attribute, span?: Span): AttributeExpression {
  return {
    kind: "attribute",
    attribute,
    outer: false,
    type: attribute.type,
    nullable: attribute.nullable,
    ...(span ? { span } : {}),
  };
}

/** Resolves names against one scope, fields of structs included. */
export function scopeResolver(scope: Scope): ColumnResolver {
  return (parts, span) => {
    const match = findColumn(scope, parts, span);
    if (!match) return null;
    return extractPath(refer(match.attribute, span), match.path, span);
  };
}

/** Asks resolvers in turn; the first that knows the name wins. */
export function chainResolvers(...resolvers: readonly ColumnResolver[]): ColumnResolver {
  return (parts, span) => {
    for (const resolve of resolvers) {
      const found = resolve(parts, span);
      if (found) return found;
    }
    return null;
  };
}

/** Asks `first`, and `second` where `first` does not know the name or knows it twice. */
export function preferResolver(first: ColumnResolver, second: ColumnResolver): ColumnResolver {
  return (parts, span) => {
    try {
      return first(parts, span) ?? second(parts, span);
    } catch (error) {
      const found = isOtherReading(error) ? second(parts, span) : null;
      if (found) return found;
      throw error;
    }
  };
}

/** Errors that only say that this reading of a name does not work. */
const NOT_THIS_ONE = new Set([
  "AMBIGUOUS_REFERENCE",
  "INVALID_EXTRACT_BASE_FIELD_TYPE",
  "FIELD_NOT_FOUND",
]);

function isOtherReading(error: unknown): boolean {
  return error instanceof SqlError && NOT_THIS_ONE.has(String(error.details.error_class));
}

/** Applies `.field` steps to a bound expression. */
export function extractPath(
  base: BoundExpression,
  path: readonly Identifier[],
  span: Span,
): BoundExpression {
  return path.reduce<BoundExpression>(
    (operand, part) => bindExtraction(operand, part.name, span),
    base,
  );
}

/** Binds a dotted name; throws UNRESOLVED_COLUMN with suggestions when nothing has it. */
export function bindColumn(
  parts: readonly Identifier[],
  span: Span,
  env: ExpressionEnv,
): BoundExpression {
  const found = tryBindColumn(parts, span, env);
  if (found) return found;
  if (env.allowAggregates && parts.length === 1 && sameName(parts[0]!.name, "grouping__id")) {
    return bindGroupingCall("grouping_id", [], span)!;
  }
  throw unresolvedColumn(parts, env.scope, span);
}

/** Binds a dotted name, or returns null when nothing has it. */
export function tryBindColumn(
  parts: readonly Identifier[],
  span: Span,
  env: ExpressionEnv,
): BoundExpression | null {
  const variable = findLambdaVariable(env.lambdas, parts, span);
  if (variable) return variable;
  const local = env.resolve(parts, span);
  if (local) return local;
  const around = env.query.outer?.(parts, span);
  if (around) return markOuter(around);
  const session = bindVariable(parts, span, env.query);
  if (session) return extractPath(session.reference, session.path, span);
  if (env.query.beyond?.(parts, span)) {
    throw notImplemented("a reference over more than one level of subqueries", span);
  }
  return null;
}

function findLambdaVariable(
  frame: LambdaFrame | null,
  parts: readonly Identifier[],
  span: Span,
): BoundExpression | null {
  for (let at = frame; at; at = at.parent) {
    const parameter = at.parameters.find((p) => sameName(p.name, parts[0]!.name));
    if (parameter) return extractPath(refer(parameter, span), parts.slice(1), span);
  }
  return null;
}

/** The error of a name nothing has, with the nearest names first. */
export function unresolvedColumn(parts: readonly Identifier[], scope: Scope, span: Span): SqlError {
  const name = parts.map((p) => quoteName(p.name)).join(".");
  const suggestions = suggestNames(parts.map((p) => p.name).join("."), scope);
  const known = suggestions.length > 0;
  return new SqlError(
    known
      ? `a column, variable, or function parameter with name ${name} cannot be resolved, ` +
          `did you mean one of: ${suggestions.join(", ")}`
      : `a column, variable, or function parameter with name ${name} cannot be resolved`,
    {
      errorClass: known
        ? "UNRESOLVED_COLUMN.WITH_SUGGESTION"
        : "UNRESOLVED_COLUMN.WITHOUT_SUGGESTION",
      sqlState: "42703",
      span,
      hint: known ? `did you mean ${suggestions[0]}?` : "no column is in sight here",
    },
  );
}

function suggestNames(wanted: string, scope: Scope): string[] {
  const visible = scope.attributes.filter((a) => !a.hidden);
  const qualifiers = new Set(visible.map((a) => a.qualifier.join(".")));
  const qualify = qualifiers.size > 1;
  const names = visible.map((a) => {
    const parts = qualify ? [...a.qualifier.slice(-1), a.name] : [a.name];
    return { shown: formatName(parts), plain: parts.join(".").toLowerCase() };
  });
  const target = wanted.toLowerCase();
  return [...new Map(names.map((n) => [n.shown, n])).values()]
    .sort((a, b) => distance(a.plain, target) - distance(b.plain, target))
    .slice(0, 5)
    .map((n) => n.shown);
}
