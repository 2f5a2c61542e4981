/**
 * Rows and hits as typed columns: id, what comes with it, then each metadata field by its name
 * (`metadata.x` where the name is taken). Whole numbers are BIGINT where all of a field's are.
 */
import { printJson } from "../../core/json/index.ts";
import {
  arrayType,
  BOOLEAN,
  type DataType,
  DOUBLE,
  LONG,
  STRING,
  structField,
  structType,
} from "../../lake/schema/data-type.ts";
import type { Value } from "../../lake/schema/value.ts";
import {
  type FieldType,
  fieldValue,
  type Metadata,
  type MetadataValue,
} from "../../vector/index.ts";
import type { RowSource } from "../output/rows.ts";

/** A column of every row, before the metadata. */
export interface LeadingColumn<Row> {
  readonly name: string;
  readonly type: DataType;
  get(row: Row): Value;
}

const ROWS_PER_BATCH = 4096;

/** The rows as a source for printing and writing. */
export function rowColumns<Row extends { readonly metadata?: Metadata }>(
  rows: readonly Row[],
  leading: readonly LeadingColumn<Row>[],
  fields: Readonly<Record<string, FieldType>>,
): RowSource {
  const taken = new Set(leading.map(({ name }) => name));
  const columns = [
    ...leading.map(({ name, type, get }) => ({ name, type, get: (row: Row) => get(row) })),
    ...Object.entries(fields).map(([name, fieldType]) => {
      const type = columnType(fieldType, () => rows.map((row) => fieldValue(row.metadata, name)));
      return {
        name: taken.has(name) ? `metadata.${name}` : name,
        type,
        get: (row: Row) => toValue(fieldValue(row.metadata, name), type),
      };
    }),
  ];
  return {
    schema: structType(columns.map(({ name, type }) => structField(name, type))),
    async *batches() {
      for (let start = 0; start < rows.length || start === 0; start += ROWS_PER_BATCH) {
        const batch = rows.slice(start, start + ROWS_PER_BATCH);
        yield {
          rowCount: batch.length,
          columns: columns.map(({ get }) => ({ get: (i: number) => get(batch[i]!) })),
        };
      }
    },
  };
}

function columnType(
  type: FieldType,
  values: () => readonly (MetadataValue | undefined)[],
): DataType {
  switch (type) {
    case "boolean":
      return BOOLEAN;
    case "number":
      return values().every(isWhole) ? LONG : DOUBLE;
    case "number[]":
      return arrayType(values().every((list) => isList(list).every(isWhole)) ? LONG : DOUBLE);
    case "string[]":
      return arrayType(STRING);
    default:
      return STRING;
  }
}

function isList(value: MetadataValue | undefined): readonly MetadataValue[] {
  return Array.isArray(value) ? (value as readonly MetadataValue[]) : [];
}

/** A number that BIGINT holds, or nothing. */
function isWhole(value: MetadataValue | undefined): boolean {
  if (value == null) return true;
  if (typeof value === "bigint") return BigInt.asIntN(64, value) === value;
  return Number.isSafeInteger(value) && !Object.is(value, -0);
}

function toValue(value: MetadataValue | undefined, type: DataType): Value {
  if (value == null) return null;
  switch (type.kind) {
    case "long":
      return BigInt(value as number | bigint);
    case "double":
      return Number(value);
    case "array":
      return isList(value).map((item) => toValue(item, type.element));
    case "string":
      return typeof value === "string" ? value : printJson(value);
    default:
      return value as boolean;
  }
}
