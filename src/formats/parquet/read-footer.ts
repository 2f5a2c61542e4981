/**
 * The little of a Parquet footer (parquet.thrift, `FileMetaData`, Thrift compact protocol) that
 * must be known before a decoder is let loose on foreign bytes: how many row groups there are and
 * how large they claim to become. Everything else is skipped over, with bounds.
 */
import {
  type Cursor,
  damagedAt,
  damagedParquet,
  readListHeader,
  readStruct,
  readZigzag,
  TYPE,
} from "./read-thrift.ts";

export interface RowGroupFacts {
  rowCount: number;
  /** Uncompressed bytes of all columns, as the writer states them. */
  totalByteSize: number;
}

const MAGIC = 0x31524150;
const ROW_GROUPS_FIELD = 4;
const TOTAL_BYTE_SIZE_FIELD = 2;
const NUM_ROWS_FIELD = 3;

/** Row groups of a file; DATA_LOSS with the offset when frame or footer are damaged. */
export function readRowGroups(bytes: Uint8Array, source: string): RowGroupFacts[] {
  const { length } = bytes;
  if (length < 12) throw damagedParquet(source, length, "too short for Parquet");
  const view = new DataView(bytes.buffer, bytes.byteOffset, length);
  if (view.getUint32(0, true) !== MAGIC) throw damagedParquet(source, 0, "no PAR1 at the start");
  const end = length - 8;
  const footerLength = readFrame(view, { source, fileSize: length });
  const cursor: Cursor = { bytes, source, base: 0, end, at: end - footerLength };
  const groups: RowGroupFacts[] = [];
  readStruct(cursor, 0, (field, type) => {
    if (field !== ROW_GROUPS_FIELD || type !== TYPE.LIST) return false;
    const { count } = readListHeader(cursor);
    for (let i = 0; i < count; i++) groups.push(readRowGroup(cursor));
    return true;
  });
  return groups;
}

/** Length of the footer by the last eight bytes of a file, which `view` ends with. */
export function readFrame(view: DataView, file: { source: string; fileSize: number }): number {
  const { source, fileSize } = file;
  if (view.getUint32(view.byteLength - 4, true) !== MAGIC) {
    throw damagedParquet(source, fileSize - 4, "no PAR1 at the end (truncated?)");
  }
  const footerLength = view.getUint32(view.byteLength - 8, true);
  if (footerLength > fileSize - 12) {
    throw damagedParquet(source, fileSize - 8, `footer of ${footerLength} bytes`);
  }
  return footerLength;
}

function readRowGroup(cursor: Cursor): RowGroupFacts {
  const facts = { rowCount: 0, totalByteSize: 0 };
  readStruct(cursor, 1, (field, type) => {
    if (type !== TYPE.I64) return false;
    if (field === TOTAL_BYTE_SIZE_FIELD) facts.totalByteSize = readZigzag(cursor);
    else if (field === NUM_ROWS_FIELD) facts.rowCount = readZigzag(cursor);
    else return false;
    return true;
  });
  if (facts.rowCount < 0 || facts.totalByteSize < 0) {
    throw damagedAt(cursor, "negative size of a row group");
  }
  return facts;
}
