/**
 * Names in sight of an expression, and how a dotted name finds its column (Spark 4.2
 * `AttributeSeq.resolve`): as catalog.schema.table.column, then schema.table.column, then
 * table.column, then column; what follows the column is a path of struct fields. A reading with
 * more qualifier parts wins, and two different columns under one reading are ambiguous.
 */
import type { Identifier, Span } from "../ast.ts";
import { SqlError } from "../error.ts";
import type { Attribute } from "../plan/expression.ts";

/** Columns an expression may name. */
export interface Scope {
  readonly attributes: readonly Attribute[];
  /** Reached with a qualifier only: the other side's key columns of a USING join. */
  readonly qualifiedOnly: readonly Attribute[];
}

export interface ColumnMatch {
  readonly attribute: Attribute;
  /** Parts after the column's name. */
  readonly path: readonly Identifier[];
}

/** A scope of these attributes and nothing else. */
export function createScope(
  attributes: readonly Attribute[],
  qualifiedOnly: readonly Attribute[] = [],
): Scope {
  return { attributes, qualifiedOnly };
}

/** Both scopes side by side, as a join sees them. */
export function joinScopes(left: Scope, right: Scope): Scope {
  return {
    attributes: [...left.attributes, ...right.attributes],
    qualifiedOnly: [...left.qualifiedOnly, ...right.qualifiedOnly],
  };
}

/** The same columns under a new qualifier, which replaces every old one. */
export function requalify(attributes: readonly Attribute[], qualifier: readonly string[]) {
  return attributes.map((attribute) => ({ ...attribute, qualifier }));
}

export function sameName(a: string, b: string): boolean {
  return a === b || a.toLowerCase() === b.toLowerCase();
}

/** Whether `parts` is the tail of the attribute's qualifier. */
export function hasQualifier(attribute: Attribute, parts: readonly string[]): boolean {
  const { qualifier } = attribute;
  if (parts.length > qualifier.length) return false;
  const start = qualifier.length - parts.length;
  return parts.every((part, i) => sameName(part, qualifier[start + i]!));
}

/** Finds the column a name means, or null; two candidates are an AMBIGUOUS_REFERENCE. */
export function findColumn(
  scope: Scope,
  parts: readonly Identifier[],
  span: Span,
): ColumnMatch | null {
  for (let depth = Math.min(3, parts.length - 1); depth >= 0; depth--) {
    const qualifier = parts.slice(0, depth).map((p) => p.name);
    const wanted = parts[depth]!.name;
    const pool = depth > 0 ? [...scope.attributes, ...scope.qualifiedOnly] : scope.attributes;
    const matches = pool.filter(
      (a) => sameName(a.name, wanted) && (depth === 0 || matchesExactly(a, qualifier)),
    );
    const distinct = preferVisible(dedupe(matches));
    if (distinct.length > 1) throw ambiguous(parts, distinct, span);
    const attribute = distinct[0];
    if (attribute) {
      return { attribute: { ...attribute, name: wanted }, path: parts.slice(depth + 1) };
    }
  }
  return null;
}

/** Qualifiers of one part match the last part; longer ones match their whole tail. */
function matchesExactly(attribute: Attribute, qualifier: readonly string[]): boolean {
  return hasQualifier(attribute, qualifier);
}

function dedupe(attributes: readonly Attribute[]): Attribute[] {
  const seen = new Map<number, Attribute>();
  for (const attribute of attributes) {
    if (!seen.has(attribute.id)) seen.set(attribute.id, attribute);
  }
  return [...seen.values()];
}

function preferVisible(attributes: Attribute[]): Attribute[] {
  if (attributes.length < 2) return attributes;
  const visible = attributes.filter((a) => !a.hidden);
  return visible.length > 0 ? visible : attributes;
}

function ambiguous(parts: readonly Identifier[], found: readonly Attribute[], span: Span) {
  const name = parts.map((p) => quoteName(p.name)).join(".");
  const options = found.map((a) => formatName([...a.qualifier, a.name])).sort();
  return new SqlError(`reference ${name} is ambiguous, could be: ${options.join(", ")}`, {
    errorClass: "AMBIGUOUS_REFERENCE",
    sqlState: "42704",
    span,
    hint: "write the table's name or alias in front of the column",
  });
}

/** A name part in back-ticks, as messages show it. */
export function quoteName(name: string): string {
  return `\`${name.replaceAll("`", "``")}\``;
}

/** A dotted name, every part in back-ticks. */
export function formatName(parts: readonly string[]): string {
  return parts.map(quoteName).join(".");
}
