/**
 * Column definitions of CREATE TABLE and ALTER TABLE as fields of a Delta schema. What Delta keeps
 * in a column's metadata (comment, default, generation expression, CHAR length) is put there under
 * the protocol's keys.
 */
import { identityMetadata, MAX_LONG, MIN_LONG } from "../../delta/write/identity-columns.ts";
import {
  type DataType,
  type JsonValue,
  type StructField,
  structField,
} from "../../schema/data-type.ts";
import type { ColumnDefinition } from "../../sql/ast.ts";
import { notImplemented, SqlError } from "../../sql/error.ts";
import { expressionBinder } from "../bind-port.ts";
import { schemaAttributes } from "../scan-attributes.ts";
import type { StatementContext } from "../statement.ts";
import {
  defaultText,
  defaultValue,
  generatedValue,
  generationText,
} from "../write/column-values.ts";

/** A column's last name part; nested names are for ALTER TABLE alone. */
export function columnName(column: ColumnDefinition): string {
  if (column.name.parts.length > 1) {
    throw new SqlError("a column of a table has a name of one part", {
      errorClass: "PARSE_SYNTAX_ERROR",
      sqlState: "42601",
      span: column.name.span,
      hint: "define a STRUCT column for nested fields",
    });
  }
  return column.name.parts[0]!.name;
}

/** One definition as a field. */
export function fieldOf(column: ColumnDefinition, name: string): StructField {
  if (column.charVarchar !== undefined && column.type.kind !== "string") {
    throw notImplemented("CHAR or VARCHAR inside another type", column.span, "use STRING there");
  }
  refuseNestedNotNull(column, name);
  const metadata: Record<string, JsonValue> = {};
  if (column.comment !== undefined) metadata.comment = column.comment;
  if (column.charVarchar !== undefined) metadata.__CHAR_VARCHAR_TYPE_STRING = column.charVarchar;
  if (column.default) metadata.CURRENT_DEFAULT = column.default.text;
  if (column.generated) metadata["delta.generationExpression"] = column.generated.text;
  if (column.identity) Object.assign(metadata, newIdentity(column, column.identity));
  return structField(name, column.type, !column.notNull, metadata);
}

function newIdentity(
  column: ColumnDefinition,
  { always, start = "1", step = "1" }: NonNullable<ColumnDefinition["identity"]>,
): Record<string, JsonValue> {
  if (column.type.kind !== "long") {
    throw new SqlError("an identity column must be BIGINT", {
      errorClass: "DELTA_IDENTITY_COLUMNS_UNSUPPORTED_DATA_TYPE",
      sqlState: "428H2",
      span: column.name.span,
      hint: "give the column the type BIGINT",
    });
  }
  if (column.default) {
    throw new SqlError("a column cannot have both a DEFAULT and an identity", {
      errorClass: "IDENTITY_COLUMN_WITH_DEFAULT_VALUE",
      sqlState: "42623",
      span: column.span,
      hint: "leave the DEFAULT out",
    });
  }
  const values = { start: BigInt(start), step: BigInt(step) };
  for (const value of Object.values(values)) {
    if (value <= MAX_LONG && value >= MIN_LONG) continue;
    throw new SqlError(`\`${value}\` does not fit into a BIGINT`, {
      errorClass: "INVALID_NUMERIC_LITERAL_RANGE",
      sqlState: "22003",
      span: column.span,
      hint: "choose a value of at most 64 bits",
    });
  }
  return identityMetadata({ ...values, allowsExplicit: !always });
}

/** Delta checks NOT NULL in structs, and cannot in arrays and maps. */
function refuseNestedNotNull(column: ColumnDefinition, name: string): void {
  const place = nestedNotNull(column.type, [name], false);
  if (place === null) return;
  throw new SqlError(`\`${place}\` is NOT NULL inside an array or map, which cannot be checked`, {
    errorClass: "DELTA_NESTED_NOT_NULL_CONSTRAINT",
    sqlState: "0AKDC",
    span: column.span,
    hint: "leave NOT NULL out there",
  });
}

function nestedNotNull(type: DataType, path: readonly string[], inside: boolean): string | null {
  switch (type.kind) {
    case "array":
      return nestedNotNull(type.element, [...path, "element"], true);
    case "map": {
      const key = nestedNotNull(type.key, [...path, "key"], true);
      return key ?? nestedNotNull(type.value, [...path, "value"], true);
    }
    case "struct":
      for (const field of type.fields) {
        const inner = [...path, field.name];
        if (inside && !field.nullable) return inner.join(".");
        const found = nestedNotNull(field.type, inner, inside);
        if (found !== null) return found;
      }
      return null;
    default:
      return null;
  }
}

/** Binds every default and generation expression: a mistake is found before the table is made. */
export async function checkColumnExpressions(
  ctx: StatementContext,
  fields: readonly StructField[],
): Promise<void> {
  if (!fields.some((field) => defaultText(field) !== null || generationText(field) !== null))
    return;
  const bind = await expressionBinder(ctx, null);
  const plain = fields.filter((field) => generationText(field) === null);
  const attributes = schemaAttributes({ kind: "struct", fields: plain }, ctx.allocate, []);
  for (const field of fields) {
    if (defaultText(field) !== null) defaultValue(field, bind);
    if (generationText(field) !== null) generatedValue(field, attributes, bind);
  }
}
