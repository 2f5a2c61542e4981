/**
 * Column mapping at the writer's side (Delta protocol, "Writer Requirements for Column Mapping"):
 * every field at every depth gets an id above the table's `maxColumnId` and a physical name. Fields
 * that have both keep them.
 */
import { newUuid } from "../../../core/ids.ts";
import type { DataType, StructField, StructType } from "../../schema/data-type.ts";
import { COLUMN_MAPPING_ID, COLUMN_MAPPING_PHYSICAL_NAME } from "../column-mapping.ts";

export interface AssignedColumns {
  schema: StructType;
  /** Highest id in use, at least the one given. */
  maxColumnId: number;
}

/** How a field without a physical name gets one: fresh, or its own where files exist already. */
export type PhysicalNaming = "uuid" | "logical";

/** Assigns ids and physical names; parents before children, in field order, as Spark does. */
export function assignColumns(
  schema: StructType,
  maxColumnId: number,
  naming: PhysicalNaming,
): AssignedColumns {
  const state = { maxColumnId: Math.max(maxColumnId, highestId(schema)) };
  const assigned = assignType(schema, state, naming) as StructType;
  return { schema: assigned, maxColumnId: state.maxColumnId };
}

function assignType(
  type: DataType,
  state: { maxColumnId: number },
  naming: PhysicalNaming,
): DataType {
  switch (type.kind) {
    case "struct":
      return { ...type, fields: type.fields.map((field) => assignField(field, state, naming)) };
    case "array":
      return { ...type, element: assignType(type.element, state, naming) };
    case "map": {
      const key = assignType(type.key, state, naming);
      return { ...type, key, value: assignType(type.value, state, naming) };
    }
    default:
      return type;
  }
}

function assignField(
  field: StructField,
  state: { maxColumnId: number },
  naming: PhysicalNaming,
): StructField {
  const id = field.metadata[COLUMN_MAPPING_ID] ?? ++state.maxColumnId;
  const fresh = naming === "uuid" ? `col-${newUuid()}` : field.name;
  const name = field.metadata[COLUMN_MAPPING_PHYSICAL_NAME] ?? fresh;
  const metadata = {
    ...field.metadata,
    [COLUMN_MAPPING_ID]: id,
    [COLUMN_MAPPING_PHYSICAL_NAME]: name,
  };
  return { ...field, type: assignType(field.type, state, naming), metadata };
}

function highestId(type: DataType): number {
  if (type.kind === "array") return highestId(type.element);
  if (type.kind === "map") return Math.max(highestId(type.key), highestId(type.value));
  if (type.kind !== "struct") return 0;
  return type.fields.reduce((highest, field) => {
    const id = field.metadata[COLUMN_MAPPING_ID];
    return Math.max(highest, typeof id === "number" ? id : 0, highestId(field.type));
  }, 0);
}
