/**
 * Deleting rows without rewriting their files (PROTOCOL.md, "Deletion Vectors"): one vector file
 * for all files of a commit, each file's new vector holding its older deletions too.
 *
 * The file goes to disk before the commit names it; `discard` takes it away when no commit does.
 */
import { rmSync } from "node:fs";
import { open } from "node:fs/promises";
import { crc32 } from "node:zlib";
import { newUuid } from "../../../core/ids.ts";
import { fsyncDirectory } from "../../../core/io/index.ts";
import { isJsonObject, parseExactJson, printJson } from "../../../core/json/index.ts";
import { encodeDeletionVector } from "../deletion-vector.ts";
import type { AddFile, DeletionVectorDescriptor, ScanFile } from "../types.ts";
import { encodeZ85 } from "../z85.ts";

const FILE_VERSION = 1;

/** A file some of whose rows go. */
export interface MarkedRows {
  file: ScanFile;
  /** Positions that go, ascending and distinct, none of them deleted before. */
  positions: BigUint64Array;
  /** Rows in the file, deleted ones included. */
  physicalRowCount: number;
}

/** What a commit needs to delete marked rows. */
export interface MarkedFiles {
  /** The files with their new vectors. */
  adds: AddFile[];
  /** The same files as they were. */
  removes: AddFile[];
  /** How many of them had a vector before. */
  updatedCount: number;
  /** Removes the vector file; for a statement that does not reach its commit. */
  discard(): void;
}

/** Writes the vectors, fsynced, below the table's root; touches no log. */
export async function markDeleted(
  tableRoot: string,
  marked: readonly MarkedRows[],
): Promise<MarkedFiles> {
  if (marked.length === 0) return { adds: [], removes: [], updatedCount: 0, discard() {} };
  const vectors: BigUint64Array[] = [];
  for (const { file, positions } of marked) {
    vectors.push(file.deletedRows ? union(await file.deletedRows(), positions) : positions);
  }
  // Before the file is written: damaged statistics are refused here.
  const stats = marked.map(({ file, physicalRowCount }) =>
    looseStats(file.add.stats, physicalRowCount),
  );
  const { path, descriptors } = await writeVectorFile(tableRoot, vectors);
  return {
    adds: marked.map(({ file }, i) => ({
      ...file.add,
      dataChange: true,
      stats: stats[i]!,
      deletionVector: descriptors[i]!,
    })),
    removes: marked.map(({ file }) => file.add),
    updatedCount: marked.filter(({ file }) => file.deletedRows).length,
    discard: () => rmSync(path, { force: true }),
  };
}

async function writeVectorFile(
  tableRoot: string,
  vectors: readonly BigUint64Array[],
): Promise<{ path: string; descriptors: DeletionVectorDescriptor[] }> {
  const uuid = newUuid();
  const path = `${tableRoot}/deletion_vector_${uuid}.bin`;
  const pathOrInlineDv = encodeZ85(Buffer.from(uuid.replaceAll("-", ""), "hex"));
  const descriptors: DeletionVectorDescriptor[] = [];
  const file = await open(path, "wx");
  try {
    await file.write(Uint8Array.of(FILE_VERSION));
    let offset = 1;
    for (const positions of vectors) {
      const record = frame(encodeDeletionVector(positions));
      await file.write(record);
      const sizeInBytes = record.length - 8;
      const cardinality = positions.length;
      descriptors.push({ storageType: "u", pathOrInlineDv, offset, sizeInBytes, cardinality });
      offset += record.length;
    }
    await file.sync();
  } catch (error) {
    rmSync(path, { force: true });
    throw error;
  } finally {
    await file.close();
  }
  await fsyncDirectory(tableRoot);
  return { path, descriptors };
}

/** Size and checksum, both big-endian, around a vector. */
function frame(vector: Uint8Array): Uint8Array {
  const record = new Uint8Array(vector.length + 8);
  const view = new DataView(record.buffer);
  view.setInt32(0, vector.length);
  record.set(vector, 4);
  view.setUint32(4 + vector.length, crc32(vector));
  return record;
}

/** Both ascending; the result too. */
function union(a: BigUint64Array, b: BigUint64Array): BigUint64Array {
  const merged = new BigUint64Array(a.length + b.length);
  merged.set(a);
  merged.set(b, a.length);
  merged.sort();
  return merged;
}

/** The bounds now also cover deleted rows; a file with a vector must say how many rows it has. */
function looseStats(stats: string | null | undefined, physicalRowCount: number): string {
  const known = stats ? parseExactJson(stats, { keepDecimals: true }) : {};
  const { tightBounds: _, ...facts } = isJsonObject(known) ? known : {};
  return printJson({ numRecords: physicalRowCount, ...facts, tightBounds: false });
}
