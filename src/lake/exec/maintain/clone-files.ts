/**
 * The files of a clone. Shallow: the source's own, by absolute URI, their deletion vectors too.
 * Deep: fsynced copies below the clone's root, tagged with where they came from, so that a second
 * clone copies only what is new.
 */
import { constants, rmSync } from "node:fs";
import { copyFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { SovereignError } from "../../../core/errors.ts";
import { newUuid } from "../../../core/ids.ts";
import { createFolders, errnoOf, fsyncDirectory, fsyncFile } from "../../../core/io/index.ts";
import {
  type AddFile,
  type DeletionVectorDescriptor,
  deletionVectorId,
  deletionVectorPath,
  type ScanFile,
  type Snapshot,
} from "../../delta/index.ts";
import { encodeLogPath } from "../../delta/write/partition-path.ts";
import { encodeZ85 } from "../../delta/z85.ts";

export interface ClonedFiles {
  /** Files that become the clone's. */
  adds: AddFile[];
  /** Files the clone had and the source has not. */
  removes: AddFile[];
  /** Those of `adds` that were copied. */
  copied: AddFile[];
  /** Removes the copies again. */
  discard(): void;
}

/** The source's files, named where they are. */
export async function referredFiles(source: Snapshot): Promise<ClonedFiles> {
  const adds = (await source.scanFiles()).map(({ add, absolutePath }) => ({
    ...withoutRowIds(add),
    path: uriOf(absolutePath),
    ...(add.deletionVector && {
      deletionVector: absoluteVector(source.tableRoot, add.deletionVector),
    }),
  }));
  return { adds, removes: [], copied: [], discard() {} };
}

function uriOf(absolutePath: string): string {
  return `file:${encodeLogPath(absolutePath)}`;
}

function absoluteVector(
  tableRoot: string,
  vector: DeletionVectorDescriptor,
): DeletionVectorDescriptor {
  const path = deletionVectorPath(tableRoot, vector);
  if (path === null) return vector;
  return { ...vector, storageType: "p", pathOrInlineDv: uriOf(path) };
}

/** A clone gives ids of its own. */
function withoutRowIds(add: AddFile): AddFile {
  const { baseRowId: _, defaultRowCommitVersion: __, ...rest } = add;
  return { ...rest, dataChange: true };
}

interface Copy {
  from: string;
  to: string;
}

interface CopyPlan {
  /** Adds of the clone, with what has to be copied for each. */
  changed: { add: AddFile; data: Copy | null; vector: Copy | null }[];
  /** Files of the clone that go. */
  removes: AddFile[];
}

/** Where a file of a deep clone came from: the source's id and path, and its deletion vector. */
const FILE_TAG = "sovereign.clonedFile";
const VECTOR_TAG = "sovereign.clonedVector";

/** What a deep clone into `root` would copy, and what of the clone's files would go. */
export async function planCopies(
  source: Snapshot,
  root: string,
  target: Snapshot | null,
): Promise<CopyPlan> {
  const old = ((await target?.scanFiles()) ?? []).map(({ add }) => add);
  const byOrigin = new Map(old.map((add) => [add.tags?.[FILE_TAG], add]));
  const kept = new Set<AddFile>();
  const changed: CopyPlan["changed"] = [];
  const vectors = new Map<string, string>();
  for (const file of await source.scanFiles()) {
    const origin = `${source.metadata.id}/${file.add.path}`;
    const known = byOrigin.get(origin);
    if (known && isSame(known, file.add)) kept.add(known);
    else changed.push(copyOf(file, { source, root, origin, known, vectors }));
  }
  return { changed, removes: old.filter((add) => !kept.has(add)) };
}

/** Deleting more rows keeps the tags and makes the vector larger. */
function isSame(known: AddFile, { deletionVector: vector }: AddFile): boolean {
  const wanted = vector ? deletionVectorId(vector) : undefined;
  const cardinality = Number(known.deletionVector?.cardinality ?? 0);
  return known.tags?.[VECTOR_TAG] === wanted && cardinality === Number(vector?.cardinality ?? 0);
}

interface CopyFacts {
  source: Snapshot;
  root: string;
  origin: string;
  /** The clone's copy of the file, under another deletion vector. */
  known: AddFile | undefined;
  /** Uuids of copied vector files by the path they came from. */
  vectors: Map<string, string>;
}

/** The copy gets a name of its own, so that no two writers ever share one. */
function copyOf({ add, absolutePath }: ScanFile, facts: CopyFacts): CopyPlan["changed"][number] {
  const { source, root, origin, known } = facts;
  const folder = dirname(absolutePath).slice(source.tableRoot.length + 1);
  const isBelow = absolutePath.startsWith(`${source.tableRoot}/`);
  const name = join(isBelow ? folder : "", `part-00000-${newUuid()}.parquet`);
  const path = known?.path ?? encodeLogPath(name);
  const vector = add.deletionVector && copiedVector(add.deletionVector, facts);
  const tags = {
    ...add.tags,
    [FILE_TAG]: origin,
    ...(add.deletionVector && { [VECTOR_TAG]: deletionVectorId(add.deletionVector) }),
  };
  return {
    add: {
      ...withoutRowIds(add),
      path,
      tags,
      ...(vector && { deletionVector: vector.descriptor }),
    },
    data: known ? null : { from: absolutePath, to: join(root, name) },
    vector: vector?.copy ?? null,
  };
}

function copiedVector(vector: DeletionVectorDescriptor, { source, root, vectors }: CopyFacts) {
  const from = deletionVectorPath(source.tableRoot, vector);
  if (from === null) return { descriptor: vector, copy: null };
  const known = vectors.get(from);
  const uuid = known ?? newUuid();
  vectors.set(from, uuid);
  const pathOrInlineDv = encodeZ85(Buffer.from(uuid.replaceAll("-", ""), "hex"));
  return {
    descriptor: { ...vector, storageType: "u" as const, pathOrInlineDv },
    copy: known ? null : { from, to: join(root, `deletion_vector_${uuid}.bin`) },
  };
}

/** Copies what is missing, each file durable before this resolves. */
export async function copiedFiles(
  source: Snapshot,
  root: string,
  target: Snapshot | null,
): Promise<ClonedFiles> {
  const { changed, removes } = await planCopies(source, root, target);
  const copies = changed.flatMap(({ data, vector }) => [data ?? [], vector ?? []].flat());
  const discard = () => {
    for (const { to } of copies) rmSync(to, { force: true });
  };
  const made = new Set<string>();
  try {
    for (const { from, to } of copies) {
      for (const folder of createFolders(dirname(to))) made.add(dirname(folder));
      await copyFile(from, to, constants.COPYFILE_FICLONE | constants.COPYFILE_EXCL);
      await fsyncFile(to);
      made.add(dirname(to));
    }
    for (const folder of made) await fsyncDirectory(folder);
  } catch (error) {
    discard();
    throw missingSource(error, source);
  }
  const copied = changed.flatMap(({ add, data }) => (data ? [add] : []));
  return { adds: changed.map(({ add }) => add), removes, copied, discard };
}

function missingSource(error: unknown, source: Snapshot): unknown {
  if (errnoOf(error) !== "ENOENT") return error;
  const { path } = error as NodeJS.ErrnoException;
  return new SovereignError(
    "DATA_LOSS",
    `version ${source.version} needs \`${path}\`: it is gone`,
    {
      hint: "clone a newer version, or restore the file from a backup",
      details: { path },
      cause: error,
    },
  );
}
