/**
 * Where a Parquet footer calls a group a variant (parquet.thrift, `SchemaElement.logicalType` is
 * `VARIANT`), and a copy of a file whose footer no longer says so: the same pages, read as groups
 * of two binaries. A shredded variant has no such plain form.
 */
import {
  chmodSync,
  closeSync,
  constants,
  copyFileSync,
  fstatSync,
  openSync,
  readSync,
  writeSync,
} from "node:fs";
import { readFrame } from "./read-footer.ts";
import {
  advance,
  type Cursor,
  damagedAt,
  damagedParquet,
  readListHeader,
  readStruct,
  readVarint,
  readZigzag,
  TYPE,
} from "./read-thrift.ts";

export interface VariantAnnotation {
  /** Offset in the file of the byte that is the field id of `LogicalType.VARIANT`. */
  offset: number;
  isShredded: boolean;
}

interface SchemaElement {
  name: string;
  childCount: number;
  /** Offset of the annotation, or null where the element is no variant. */
  variantAt: number | null;
}

const FRAME_BYTES = 8;
const SCHEMA_FIELD = 2;
const ELEMENT = { NAME: 4, CHILD_COUNT: 5, LOGICAL_TYPE: 10 };
const VARIANT_FIELD = 16;
/** The field id 16 as it stands in a footer, and an id that no version of Parquet has. */
const VARIANT_ID_BYTE = VARIANT_FIELD * 2;
const UNKNOWN_ID_BYTE = 126;

/** The variants of a file by its footer; DATA_LOSS with the offset when that is damaged. */
export function readVariantAnnotations(path: string): VariantAnnotation[] {
  const file = openSync(path, "r");
  try {
    return annotationsIn(readFooter(file, path));
  } finally {
    closeSync(file);
  }
}

/**
 * Copies `path` to `copy`, where its variants are groups without the logical type. The pages are
 * shared with the original where the file system can do that.
 */
export function copyWithoutAnnotations(
  path: string,
  copy: string,
  annotations: readonly VariantAnnotation[],
): void {
  copyFileSync(path, copy, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE);
  chmodSync(copy, 0o600);
  const file = openSync(copy, "r+");
  try {
    for (const { offset } of annotations)
      writeSync(file, Uint8Array.of(UNKNOWN_ID_BYTE), 0, 1, offset);
  } finally {
    closeSync(file);
  }
}

function readFooter(file: number, source: string): Cursor {
  const fileSize = fstatSync(file).size;
  if (fileSize < 12) throw damagedParquet(source, fileSize, "too short for Parquet");
  const frame = readBytes(file, fileSize - FRAME_BYTES, FRAME_BYTES);
  const view = new DataView(frame.buffer, frame.byteOffset, FRAME_BYTES);
  const end = readFrame(view, { source, fileSize });
  const base = fileSize - FRAME_BYTES - end;
  return { bytes: readBytes(file, base, end), source, base, end, at: 0 };
}

function readBytes(file: number, offset: number, count: number): Uint8Array {
  const bytes = new Uint8Array(count);
  readSync(file, bytes, 0, count, offset);
  return bytes;
}

function annotationsIn(cursor: Cursor): VariantAnnotation[] {
  const elements: SchemaElement[] = [];
  readStruct(cursor, 0, (field, type) => {
    if (field !== SCHEMA_FIELD || type !== TYPE.LIST) return false;
    const { count, type: item } = readListHeader(cursor);
    if (item !== TYPE.STRUCT) throw damagedAt(cursor, "a schema of no elements");
    for (let i = 0; i < count; i++) elements.push(readElement(cursor));
    return true;
  });
  return elements.flatMap(({ variantAt, childCount }, i) => {
    if (variantAt === null) return [];
    // Both parts of a whole variant are leaves, so its children are the next two elements.
    const parts = elements.slice(i + 1, i + 3).map(({ name }) => name);
    const isWhole = childCount === 2 && parts.includes("metadata") && parts.includes("value");
    return [{ offset: variantAt, isShredded: !isWhole }];
  });
}

function readElement(cursor: Cursor): SchemaElement {
  const element: SchemaElement = { name: "", childCount: 0, variantAt: null };
  readStruct(cursor, 1, (field, type) => {
    if (field === ELEMENT.NAME && type === TYPE.BINARY) {
      element.name = readName(cursor);
    } else if (field === ELEMENT.CHILD_COUNT && type === TYPE.I32) {
      element.childCount = readZigzag(cursor);
    } else if (field === ELEMENT.LOGICAL_TYPE && type === TYPE.STRUCT) {
      element.variantAt = readLogicalType(cursor);
    } else return false;
    return true;
  });
  return element;
}

function readName(cursor: Cursor): string {
  const length = readVarint(cursor);
  const start = cursor.at;
  advance(cursor, length);
  return new TextDecoder().decode(cursor.bytes.subarray(start, cursor.at));
}

/** The union's field id is the byte before its value; an id above 15 always stands by itself. */
function readLogicalType(cursor: Cursor): number | null {
  let variantAt: number | null = null;
  readStruct(cursor, 2, (field, type) => {
    if (field !== VARIANT_FIELD || type !== TYPE.STRUCT) return false;
    if (cursor.bytes[cursor.at - 1] !== VARIANT_ID_BYTE) {
      throw damagedAt(cursor, "a variant in a form no writer uses");
    }
    variantAt = cursor.base + cursor.at - 1;
    return false;
  });
  return variantAt;
}
