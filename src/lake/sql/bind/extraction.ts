/** `value.field`: struct fields, map entries by key, a field of every struct of an array. */
import { arrayType, formatTypeSql, STRING, type StructType } from "../../schema/data-type.ts";
import type { Span } from "../ast.ts";
import { SqlError } from "../error.ts";
import type { BoundExpression } from "../plan/expression.ts";
import { bindOperator } from "../types/coercion.ts";
import { quoteName, sameName } from "./scope.ts";

/** Extracts a named part of a value (Spark 4.2 `ExtractValue`). */
export function bindExtraction(
  operand: BoundExpression,
  name: string,
  span: Span,
): BoundExpression {
  const { type } = operand;
  if (type.kind === "struct") {
    const { index, field } = fieldOf(type, name, span);
    const nullable = operand.nullable || field.nullable;
    return { kind: "field", operand, index, type: field.type, nullable, span };
  }
  if (type.kind === "map") {
    const key: BoundExpression = { kind: "literal", value: name, type: STRING, nullable: false };
    return bindOperator("[]", [operand, key], span);
  }
  if (type.kind === "array" && type.element.kind === "struct") {
    const { index, field } = fieldOf(type.element, name, span);
    const containsNull = type.containsNull || field.nullable;
    const result = arrayType(field.type, containsNull);
    return { kind: "field", operand, index, type: result, nullable: operand.nullable, span };
  }
  throw new SqlError(`can't extract a value from ${formatTypeSql(type)}`, {
    errorClass: "INVALID_EXTRACT_BASE_FIELD_TYPE",
    sqlState: "42000",
    span,
    hint: "only structs, arrays of structs and maps have fields",
  });
}

function fieldOf(type: StructType, name: string, span: Span) {
  const matches = type.fields.flatMap((f, i) => (sameName(f.name, name) ? [i] : []));
  if (matches.length > 1) throw ambiguousField(name, matches.length, span);
  const index = matches[0];
  if (index === undefined) {
    throw noField(
      name,
      type.fields.map((f) => f.name),
      span,
    );
  }
  return { index, field: type.fields[index]! };
}

function noField(name: string, fields: readonly string[], span: Span): SqlError {
  return new SqlError(
    `no such struct field ${quoteName(name)} in ${fields.map(quoteName).join(", ")}`,
    {
      errorClass: "FIELD_NOT_FOUND",
      sqlState: "42704",
      span,
      hint: `its fields are ${fields.join(", ")}`,
    },
  );
}

function ambiguousField(name: string, count: number, span: Span): SqlError {
  return new SqlError(`the struct has ${count} fields named ${quoteName(name)}`, {
    errorClass: "AMBIGUOUS_REFERENCE_TO_FIELDS",
    sqlState: "42000",
    span,
    hint: "rename one of them",
  });
}
