/** `*`, `t.*`, `struct_column.*` and EXCEPT lists (Spark 4.2 `UnresolvedStar`). */
import type { Expression, Identifier, MultipartName } from "../ast.ts";
import { notImplemented, SqlError } from "../error.ts";
import type { Attribute, BoundExpression } from "../plan/expression.ts";
import { refer, tryBindColumn } from "./column.ts";
import { type ExpressionEnv, markOuter } from "./environment.ts";
import { bindExtraction } from "./extraction.ts";
import { findColumn, formatName, hasQualifier, sameName } from "./scope.ts";

type Star = Extract<Expression, { kind: "star" }> & { span: { start: number; end: number } };

export interface StarColumn {
  readonly expression: BoundExpression;
  readonly name: string;
}

/** The columns a star stands for, in order. */
export function expandStar(star: Star, env: ExpressionEnv): StarColumn[] {
  const columns = starAttributes(star, env);
  if (columns) {
    const kept = dropExcepted(columns, star, env);
    return kept.map((attribute) => ({
      expression: refer(attribute, star.span),
      name: attribute.name,
    }));
  }
  const around = outerAttributes(star, env);
  if (around.length > 0 && star.except.length === 0) {
    return around.map((a) => ({ expression: markOuter(refer(a, star.span)), name: a.name }));
  }
  return structColumns(star, env);
}

function starAttributes(star: Star, env: ExpressionEnv): readonly Attribute[] | null {
  const { scope } = env;
  const qualifier = star.qualifier.map((part: Identifier) => part.name);
  if (qualifier.length === 0) {
    const visible = scope.attributes.filter((a) => !a.hidden);
    if (visible.length > 0 || scope.attributes.length > 0) return visible;
    if (env.clause === "select") throw noColumns(star);
    return visible;
  }
  const pool = [...scope.qualifiedOnly, ...scope.attributes.filter((a) => !a.hidden)];
  const found = pool.filter((a) => hasQualifier(a, qualifier));
  return found.length > 0 ? found : null;
}

/** `t.*` of a LATERAL side may name a relation before it. */
function outerAttributes(star: Star, env: ExpressionEnv): readonly Attribute[] {
  const qualifier = star.qualifier.map((part: Identifier) => part.name);
  const around = env.query.outerScope?.attributes ?? [];
  return around.filter((a) => !a.hidden && hasQualifier(a, qualifier));
}

function structColumns(star: Star, env: ExpressionEnv): StarColumn[] {
  const operand = tryBindColumn(star.qualifier, star.span, env);
  if (operand?.type.kind === "struct") {
    if (star.except.length > 0) throw notImplemented("EXCEPT on a struct's fields", star.span);
    return operand.type.fields.map((field) => ({
      expression: bindExtraction(operand, field.name, star.span),
      name: field.name,
    }));
  }
  const name = formatName(star.qualifier.map((part: Identifier) => part.name));
  throw new SqlError(`cannot resolve ${name}.* given the columns in sight`, {
    errorClass: "CANNOT_RESOLVE_STAR_EXPAND",
    sqlState: "42704",
    span: star.span,
    hint: "put a table's alias or a struct column in front of .*",
  });
}

function noColumns(star: Star): SqlError {
  return new SqlError("`*` needs a FROM clause", {
    errorClass: "INVALID_USAGE_OF_STAR_OR_REGEX",
    sqlState: "42000",
    span: star.span,
    hint: "name the columns",
  });
}

function dropExcepted(
  columns: readonly Attribute[],
  star: Star,
  env: ExpressionEnv,
): readonly Attribute[] {
  const dropped = new Set<number>();
  for (const name of star.except as readonly MultipartName[]) {
    const match = findColumn(env.scope, name.parts, name.span);
    const known = match && columns.some((a) => a.id === match.attribute.id);
    if (!match || !known) throw unknownExcept(name, columns);
    if (match.path.length > 0) throw notImplemented("EXCEPT of a struct's field", name.span);
    if (dropped.has(match.attribute.id)) {
      throw new SqlError(`EXCEPT names ${formatName(name.parts.map((p) => p.name))} twice`, {
        errorClass: "EXCEPT_OVERLAPPING_COLUMNS",
        sqlState: "42702",
        span: name.span,
        hint: "name each column once",
      });
    }
    dropped.add(match.attribute.id);
  }
  return columns.filter((a) => !dropped.has(a.id));
}

function unknownExcept(name: MultipartName, columns: readonly Attribute[]): SqlError {
  const last = name.parts.at(-1)!.name;
  const near = columns.find((a) => sameName(a.name, last))?.name ?? columns[0]?.name ?? "";
  return new SqlError(`EXCEPT column ${formatName(name.parts.map((p) => p.name))} is not there`, {
    errorClass: "UNRESOLVED_COLUMN.WITH_SUGGESTION",
    sqlState: "42703",
    span: name.span,
    hint: `did you mean \`${near}\`?`,
  });
}
