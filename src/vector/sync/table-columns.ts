/**
 * Columns of a Delta table as rows of a collection: the key becomes the id, one column the vector,
 * the others metadata (times and dates as ISO text, decimals as numbers, binary as base64). What is
 * NULL, NaN or infinite is left out of the metadata.
 */
import { SovereignError } from "../../core/errors.ts";
import { parseJson } from "../../core/json/index.ts";
import { suggestName } from "../../core/suggest.ts";
import {
  type ColumnBatch,
  type DataType,
  formatJson,
  type StructType,
  type Value,
} from "../../lake/index.ts";
import type { Metadata, MetadataValue, TableSource, VectorRow } from "../types.ts";

/** How a source's columns are read. */
export interface ColumnReader {
  /** The columns to ask for, key first. */
  readonly columns: readonly string[];
  /** Types by column, to be compared with those of another version. */
  readonly types: Readonly<Record<string, string>>;
  /** Rows of a batch of these columns. */
  read(batch: ColumnBatch): ReadRows;
}

export interface ReadRows {
  readonly rows: VectorRow[];
  /** Keys of rows without a vector, which cannot be in the collection. */
  readonly withoutVector: string[];
  /** Rows without a key. */
  readonly withoutKey: number;
}

const KEY_TYPES = ["string", "byte", "short", "int", "long"];
const NUMBER_TYPES = ["float", "double", "byte", "short", "int", "long"];
/** As a metadata field the id goes by this name in filters already. */
const ID_FIELD = "id";

/** INVALID_PARAMETER_VALUE for a column that is missing or of a type that cannot be. */
export function planColumns(source: TableSource, schema: StructType): ColumnReader {
  const types = new Map(
    schema.fields.map(({ name, type }) => [name.toLowerCase(), { name, type }]),
  );
  const find = (column: string) => {
    const found = types.get(column.toLowerCase());
    if (found === undefined) throw noColumn(source, column, schema);
    return found;
  };
  const key = find(source.keyColumn);
  if (!KEY_TYPES.includes(key.type.kind)) {
    throw refuse(
      `column \`${key.name}\` is ${key.type.kind}, which cannot name rows`,
      "name a column of texts or whole numbers with `--primary-key`",
    );
  }
  const vector = source.vectorColumn === undefined ? null : find(source.vectorColumn);
  if (vector !== null && !isVector(vector.type)) {
    throw refuse(
      `column \`${vector.name}\` is ${vector.type.kind}, and vectors are arrays of numbers`,
      "name a column of type ARRAY<FLOAT> with `--vector-column`",
    );
  }
  const wanted = source.columns?.map(find) ?? [...types.values()];
  const metadata = wanted.filter(({ name }) => name !== vector?.name && name !== key.name);
  if (key.name !== ID_FIELD) metadata.unshift(key);
  const read = [...new Set([key, ...(vector === null ? [] : [vector]), ...metadata])];
  return {
    columns: read.map(({ name }) => name),
    types: Object.fromEntries(read.map(({ name, type }) => [name, JSON.stringify(type)])),
    read: (batch) => readBatch(batch, { read, vector, metadata }),
  };
}

interface Column {
  readonly name: string;
  readonly type: DataType;
}

function isVector(type: DataType): boolean {
  return type.kind === "array" && NUMBER_TYPES.includes(type.element.kind);
}

function readBatch(
  { rowCount, columns }: ColumnBatch,
  plan: { read: readonly Column[]; vector: Column | null; metadata: readonly Column[] },
): ReadRows {
  const vectors = plan.vector === null ? null : columns[plan.read.indexOf(plan.vector)]!;
  const fields = plan.metadata.map(({ name, type }) => {
    const index = plan.read.findIndex((column) => column.name === name);
    return { name, type, values: columns[index]! };
  });
  const rows: VectorRow[] = [];
  const withoutVector: string[] = [];
  let withoutKey = 0;
  for (let i = 0; i < rowCount; i++) {
    const key = columns[0]!.get(i);
    const vector = vectors?.get(i) as readonly (number | bigint)[] | null | undefined;
    if (key === null || key === "") withoutKey++;
    else if (vector === null) withoutVector.push(String(key));
    if (key === null || key === "" || vector === null) continue;
    const cells = fields.map(({ name, type, values }) => [name, toMetadata(values.get(i), type)]);
    const metadata: Metadata = Object.fromEntries(cells.filter(([, value]) => value !== null));
    const row = { id: String(key), metadata };
    rows.push(vector === undefined ? row : { ...row, vector: Float32Array.from(vector, Number) });
  }
  return { rows, withoutVector, withoutKey };
}

function toMetadata(value: Value, type: DataType): MetadataValue {
  switch (typeof value) {
    case "string":
    case "boolean":
      return value;
    case "number":
      if (type.kind !== "date") return Number.isFinite(value) ? value : null;
      break;
    case "bigint":
      if (type.kind === "long") {
        const number = Number(value);
        return Number.isSafeInteger(number) ? number : value;
      }
  }
  return parseJson(formatJson(value, type)) as MetadataValue;
}

function noColumn(source: TableSource, column: string, schema: StructType): SovereignError {
  const names = schema.fields.map(({ name }) => name);
  const near = suggestName(column, names);
  const flag = column === source.keyColumn ? "; `--primary-key` names the one of the ids" : "";
  const list = `its columns: ${names.join(", ")}${flag}`;
  return refuse(
    `\`${source.table}\` has no column \`${column}\``,
    near === null ? list : `did you mean \`${near}\`? ${list}`,
  );
}

function refuse(message: string, hint: string): SovereignError {
  return new SovereignError("INVALID_PARAMETER_VALUE", message, { hint });
}
