/**
 * Engine SQL that rebuilds a nested value part by part: renaming struct fields between logical and
 * physical names, and turning DuckDB's own variants into their two binary parts. A part that needs no
 * change is passed through untouched, so flat columns cost nothing.
 */
import { type DataType, VARIANT } from "../schema/data-type.ts";
import { engineType, quoteIdentifier } from "./engine-type.ts";

/** What to do at one place of a type; `undefined` descends. */
export type Rewrite = (expression: string, type: DataType) => string | undefined;

export interface Reshape {
  /** Handles a leaf (a variant); returns the new expression or undefined to keep it. */
  leaf(expression: string, type: DataType): string | undefined;
  /** Field names read from and written to; equal names everywhere mean no rebuilding. */
  sourceName(field: { name: string; metadata: Readonly<Record<string, unknown>> }): string;
  targetName(field: { name: string; metadata: Readonly<Record<string, unknown>> }): string;
}

/** Rebuilds `expression` of `type`, or returns it unchanged when nothing inside differs. */
export function reshape(expression: string, type: DataType, how: Reshape): string {
  return rebuild(expression, type, how, 0) ?? expression;
}

function rebuild(
  expression: string,
  type: DataType,
  how: Reshape,
  depth: number,
): string | undefined {
  const element = `_e${depth}`;
  switch (type.kind) {
    case "array": {
      const inner = rebuild(element, type.element, how, depth + 1);
      return inner && `list_transform(${expression}, lambda ${element}: ${inner})`;
    }
    case "map": {
      const key = rebuild(`${element}.key`, type.key, how, depth + 1);
      const value = rebuild(`${element}.value`, type.value, how, depth + 1);
      if (!key && !value) return undefined;
      const entry = `struct_pack(key := ${key ?? `${element}.key`}, value := ${
        value ?? `${element}.value`
      })`;
      return `map_from_entries(list_transform(map_entries(${expression}), lambda ${element}: ${entry}))`;
    }
    case "struct":
      return rebuildStruct(expression, type, how, depth);
    default:
      return how.leaf(expression, type);
  }
}

function rebuildStruct(
  expression: string,
  type: Extract<DataType, { kind: "struct" }>,
  how: Reshape,
  depth: number,
): string | undefined {
  let changed = false;
  const parts = type.fields.map((field) => {
    const source = how.sourceName(field);
    const target = how.targetName(field);
    // NOTE: struct_extract, not a dot: a dot after a lambda parameter may read as a table name.
    const access = `struct_extract(${expression}, '${source.replaceAll("'", "''")}')`;
    const inner =
      field.type.kind === "void" ? undefined : rebuild(access, field.type, how, depth + 1);
    if (inner || source !== target) changed = true;
    return `${quoteIdentifier(target)} := ${inner ?? access}`;
  });
  if (!changed) return undefined;
  return `CASE WHEN ${expression} IS NULL THEN NULL ELSE struct_pack(${parts.join(", ")}) END`;
}

/** DuckDB's variants inside a value as STRUCT(metadata, value), the form they have elsewhere. */
export function encodeVariants(expression: string, type: DataType): string {
  return reshape(expression, type, {
    leaf: (e, t) => (t.kind === "variant" ? encodeVariant(e) : undefined),
    sourceName: (field) => field.name,
    targetName: (field) => field.name,
  });
}

/** One of DuckDB's variants as its two binary parts: of their plain type, which functions take. */
export function encodeVariant(expression: string): string {
  const type = engineType(VARIANT);
  return (
    `CASE WHEN ${expression} IS NULL THEN CAST(NULL AS ${type}) ` +
    `ELSE CAST(variant_to_parquet_variant(${expression}) AS ${type}) END`
  );
}
