/**
 * Fields inside a column's type, found and edited by path: structs by the names of their fields,
 * arrays and maps by `element`, `key` and `value`, as ALTER TABLE names them in Delta.
 */
import { SovereignError } from "../../../core/errors.ts";
import {
  type DataType,
  type StructField,
  type StructType,
  structField,
  structType,
} from "../../schema/data-type.ts";
import { findField } from "../write/align.ts";
import { unknownColumn } from "../write/column-values.ts";

type Edit = (fields: readonly StructField[]) => StructField[];

/** The field at a path of names, without case; through arrays and maps too. */
export function fieldAt(schema: StructType, path: readonly string[]): StructField | undefined {
  let type: DataType = schema;
  let field: StructField | undefined;
  for (const name of path) {
    field = partOf(type, name);
    if (!field) return undefined;
    type = field.type;
  }
  return field;
}

/** A field of a struct; what an array or a map holds goes by `element`, `key` and `value`. */
function partOf(type: DataType, name: string): StructField | undefined {
  if (type.kind === "struct") return findField(type, name);
  const part = name.toLowerCase();
  if (type.kind === "array" && part === "element") return structField(part, type.element);
  if (type.kind !== "map" || (part !== "key" && part !== "value")) return undefined;
  return structField(part, type[part]);
}

/** Edits the fields of the struct at `parents`, through arrays (`element`) and maps too. */
export function editStruct(schema: StructType, parents: readonly string[], edit: Edit): StructType {
  return editType(schema, parents, edit) as StructType;
}

function editType(type: DataType, parents: readonly string[], edit: Edit): DataType {
  const [first, ...rest] = parents;
  if (first === undefined && type.kind === "struct") return structType(edit(type.fields));
  if (type.kind === "array" && first?.toLowerCase() === "element") {
    return { ...type, element: editType(type.element, rest, edit) };
  }
  if (type.kind === "map" && first?.toLowerCase() === "value") {
    return { ...type, value: editType(type.value, rest, edit) };
  }
  if (type.kind === "map" && first?.toLowerCase() === "key") {
    return { ...type, key: editType(type.key, rest, edit) };
  }
  if (type.kind !== "struct" || first === undefined) {
    throw new SovereignError("INVALID_PARAMETER_VALUE", "only a struct has fields to change", {
      hint: "name a field of a STRUCT column",
      details: { error_class: "DELTA_ADD_COLUMN_PARENT_NOT_STRUCT" },
    });
  }
  const field = findField(type, first);
  if (!field) throw unknownColumn(first, type.fields);
  return structType(
    type.fields.map((f) => (f === field ? { ...f, type: editType(f.type, rest, edit) } : f)),
  );
}
