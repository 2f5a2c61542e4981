/**
 * Fields of structs that find those of the column by name. UPDATE and MERGE always do so (Delta 4.4
 * `UpdateExpressionsSupport.castIfNeeded`). INSERT takes them by position, unless its columns have
 * the names and the very types of the table's (`DeltaAnalysis.needsSchemaAdjustment…`): then Delta
 * casts nothing and writes the structs by name. The casts that follow are in `column-values.ts`.
 */
import { quoteIdentifier } from "../../engine/index.ts";
import {
  type DataType,
  formatTypeSql,
  type StructField,
  type StructType,
  sameType,
} from "../../schema/data-type.ts";
import { bindExtraction } from "../../sql/bind/extraction.ts";
import { notImplemented, SqlError } from "../../sql/error.ts";
import type { FunctionDef } from "../../sql/functions/definition.ts";
import type { BoundExpression } from "../../sql/plan/expression.ts";
import { bindOperator } from "../../sql/types/coercion.ts";
import { typedLiteral } from "../../sql/types/literal.ts";
import { assign } from "./column-values.ts";

const NOWHERE = { start: 0, end: 0 };

/** Whether values have the names and types that are written as they are, by name. */
export function isWrittenByName(
  values: readonly Pick<StructField, "name" | "type">[],
  fields: readonly StructField[],
): boolean {
  return values.every(({ name, type }, i) => {
    const field = fields[i]!;
    return name === field.name && isCompatible(type, field.type);
  });
}

/** Delta's `SchemaUtils.isReadCompatible`, for values of a table whose columns may be NULL. */
function isCompatible(from: DataType, to: DataType): boolean {
  if (from.kind === "array" && to.kind === "array") return isCompatible(from.element, to.element);
  if (from.kind === "map" && to.kind === "map") {
    return isCompatible(from.key, to.key) && isCompatible(from.value, to.value);
  }
  if (from.kind !== "struct" || to.kind !== "struct") return sameType(from, to);
  return (
    from.fields.length === to.fields.length &&
    to.fields.every((field) => {
      const other = from.fields.find(({ name }) => name === field.name);
      return other !== undefined && isCompatible(other.type, field.type);
    })
  );
}

/** A value made fit for a column; `mayLack`: fields the value does not have become NULL. */
export function assignByName(
  value: BoundExpression,
  field: StructField,
  mayLack = false,
): BoundExpression {
  return assign(matchNames(value, field.type, mayLack), field);
}

function matchNames(value: BoundExpression, target: DataType, mayLack: boolean): BoundExpression {
  const from = value.type;
  if (inOrder(from, target)) return value;
  if (from.kind === "array" || from.kind === "map") {
    throw notImplemented(
      "structs in an array or map whose fields have other names or another order than the column's",
      value.span,
      `write \`cast(… as ${formatTypeSql(target)})\` around the value`,
    );
  }
  return matchFields(value, from as StructType, target as StructType, mayLack);
}

/** Whether fields at the same place have the same name. */
function inOrder(from: DataType, to: DataType): boolean {
  if (from.kind === "array" && to.kind === "array") return inOrder(from.element, to.element);
  if (from.kind === "map" && to.kind === "map") {
    return inOrder(from.key, to.key) && inOrder(from.value, to.value);
  }
  if (from.kind !== "struct" || to.kind !== "struct") return true;
  return (
    from.fields.length === to.fields.length &&
    from.fields.every((field, i) => {
      const other = to.fields[i]!;
      return isSame(field.name, other.name) && inOrder(field.type, other.type);
    })
  );
}

function isSame(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}

function matchFields(
  value: BoundExpression,
  from: StructType,
  to: StructType,
  mayLack: boolean,
): BoundExpression {
  const has = (struct: StructType, name: string) => struct.fields.some((f) => isSame(f.name, name));
  const isKnown = from.fields.every((field) => has(to, field.name));
  if (!isKnown || (!mayLack && from.fields.length !== to.fields.length)) {
    throw namesDiffer(value, to);
  }
  const parts = to.fields.map((field) => {
    if (!has(from, field.name)) return typedLiteral(null, field.type);
    const part = bindExtraction(value, field.name, value.span ?? NOWHERE);
    return matchNames(part, field.type, mayLack);
  });
  const type: StructType = {
    ...to,
    fields: to.fields.map((field, i) => ({ ...field, type: parts[i]!.type, nullable: true })),
  };
  const built = buildStruct(type, parts);
  if (!value.nullable) return built;
  const isNull = bindOperator("is null", [value]);
  return {
    kind: "case",
    // biome-ignore lint/suspicious/noThenProperty: the plan's name for a CASE branch
    branches: [{ when: isNull, then: typedLiteral(null, type) }],
    otherwise: built,
    type,
    nullable: true,
  };
}

function namesDiffer(value: BoundExpression, to: StructType): SqlError {
  const from = formatTypeSql(value.type);
  return new SqlError(
    `cannot cast ${from} to ${formatTypeSql(to)}: all nested columns must match by name`,
    {
      errorClass: "DELTA_UPDATE_SCHEMA_MISMATCH_EXPRESSION",
      sqlState: "42846",
      span: value.span,
      hint: `write \`cast(… as ${formatTypeSql(to)})\` around the value, or named_struct(…)`,
    },
  );
}

/** A struct of given values, one for each field of its type. */
export function buildStruct(type: StructType, parts: BoundExpression[]): BoundExpression {
  return {
    kind: "call",
    fn: BUILD_STRUCT,
    args: parts,
    calledAs: "named_struct",
    type,
    nullable: false,
    data: type.fields.map((field) => field.name),
  };
}

const BUILD_STRUCT: FunctionDef = {
  name: "build_struct",
  kind: "scalar",
  summary: "a struct with some fields set anew",
  resolve: (args) => ({ type: args[0]!.type, nullable: false, args }),
  emit: (args, call) => {
    const names = call.data as readonly string[];
    const parts = args.map((arg, i) => `${quoteIdentifier(names[i]!)} := ${arg}`);
    return `struct_pack(${parts.join(", ")})`;
  },
};
