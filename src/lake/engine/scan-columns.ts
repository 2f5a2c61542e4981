/**
 * How one column is asked of `read_parquet` and how its logical form is rebuilt: physical names or
 * field ids at the top level, physical names inside structs, variants as their binary parts.
 */
import { isJsonObject } from "../../core/json/index.ts";
import type { DataType, JsonValue, StructField } from "../schema/data-type.ts";
import { engineType, quoteIdentifier, quoteString } from "./engine-type.ts";
import { encodeVariant, reshape } from "./reshape.ts";

type MappingMode = "none" | "name" | "id";

/**
 * The `schema =` argument: one entry per stored column, keyed by name or by field id, read under
 * its physical name. A void column is in no file and is left out.
 */
export function schemaArgument(
  fields: readonly StructField[],
  mode: MappingMode,
  encodedVariants: boolean,
): string {
  const entries = fields
    .filter((field) => field.type.kind !== "void")
    .map((field) => {
      const type = storedType(field.type, mode, encodedVariants);
      const key = mode === "id" ? String(fieldId(field)) : quoteString(storedName(field, mode));
      return `${key}: {name: ${quoteString(readName(field))}, type: ${quoteString(type)}, default_value: NULL}`;
    });
  // An empty map is no schema at all; row counts need none, and one absent column reads no data.
  if (entries.length === 0) {
    const key = mode === "id" ? "-1" : "'__absent'";
    entries.push(`${key}: {name: '__absent', type: 'BOOLEAN', default_value: NULL}`);
  }
  return `schema = MAP {${entries.join(", ")}}`;
}

/** Expression that gives the logical value of a stored column of the relation `f`. */
export function projectField(
  field: StructField,
  mode: MappingMode,
  encodedVariants: boolean,
): string {
  if (field.type.kind === "void") return "NULL";
  const column = `f.${quoteIdentifier(readName(field))}`;
  return reshape(isWidenedFreely(field) ? shieldFromFilters(column) : column, field.type, {
    leaf: (expression, type) => {
      if (type.kind === "void") return "NULL";
      if (type.kind !== "variant") return undefined;
      return encodedVariants ? wholeVariant(expression) : encodeVariant(expression);
    },
    sourceName: (inner) => storedName(inner, mode),
    targetName: (inner) => inner.name,
  });
}

/**
 * The engine casts the constant of a filter to the type a file holds, with rounding: `c = 1.5`
 * finds the 2 of a file from when `c` was SMALLINT. So no filter may reach such a column.
 */
function shieldFromFilters(column: string): string {
  return `CASE WHEN f.file_index >= 0 THEN ${column} END`;
}

const INTEGER_NAMES: readonly unknown[] = ["byte", "short", "integer", "long"];

/** Whether some part of the column was widened (`delta.typeChanges`) other than among integers. */
function isWidenedFreely(field: StructField): boolean {
  const changes = field.metadata["delta.typeChanges"];
  if (changes === undefined) return holdsWidened(field.type);
  const isAmongIntegers = (change: JsonValue) =>
    isJsonObject(change) &&
    INTEGER_NAMES.includes(change.fromType) &&
    INTEGER_NAMES.includes(change.toType);
  if (!Array.isArray(changes) || !changes.every(isAmongIntegers)) return true;
  return holdsWidened(field.type);
}

function holdsWidened(type: DataType): boolean {
  if (type.kind === "struct") return type.fields.some(isWidenedFreely);
  if (type.kind === "array") return holdsWidened(type.element);
  return type.kind === "map" && (holdsWidened(type.key) || holdsWidened(type.value));
}

/** Case-insensitive twins of virtual columns would clash; a prefix keeps every name its own. */
function readName(field: StructField): string {
  return `c_${field.name}`;
}

/** A group without its parts is no variant. */
function wholeVariant(expression: string): string {
  return `CASE WHEN struct_extract(${expression}, 'metadata') IS NOT NULL THEN ${expression} END`;
}

/** Name of a field inside the file. */
export function storedName(
  field: { name: string; metadata: Readonly<Record<string, unknown>> },
  mode: MappingMode,
): string {
  const physical = field.metadata["delta.columnMapping.physicalName"];
  return mode !== "none" && typeof physical === "string" ? physical : field.name;
}

function fieldId(field: StructField): number {
  return Number(field.metadata["delta.columnMapping.id"] ?? -1);
}

/** Engine type of a column as stored: physical field names, DuckDB's VARIANT unless in binary form. */
export function storedType(type: DataType, mode: MappingMode, encodedVariants: boolean): string {
  switch (type.kind) {
    case "array":
      return `${storedType(type.element, mode, encodedVariants)}[]`;
    case "map":
      return `MAP(${storedType(type.key, mode, encodedVariants)}, ${storedType(
        type.value,
        mode,
        encodedVariants,
      )})`;
    case "struct": {
      if (type.fields.length === 0) return engineType(type);
      const parts = type.fields
        .filter((field) => field.type.kind !== "void")
        .map(
          (field) =>
            `${quoteIdentifier(storedName(field, mode))} ${storedType(field.type, mode, encodedVariants)}`,
        );
      return `STRUCT(${parts.join(", ")})`;
    }
    default:
      return type.kind === "variant" && !encodedVariants ? "VARIANT" : engineType(type);
  }
}
