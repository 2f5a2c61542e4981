/**
 * Writing a checkpoint (Delta protocol, "Checkpoints"): the reconciled state of one version, and
 * `_last_checkpoint` pointing at it. A classic Parquet file, or, with the table's policy `v2`, a
 * UUID-named JSON file with the files in Parquet sidecars, as delta-spark 4.4 writes by default;
 * multi-part is never written. `log-cleanup.ts` takes away what a checkpoint makes superfluous.
 */
import { dirname } from "node:path";
import type { Clock } from "../../../core/clock.ts";
import { newUuid } from "../../../core/ids.ts";
import {
  createFolders,
  fsyncDirectory,
  removeStaleTemps,
  writeFileAtomic,
} from "../../../core/io/index.ts";
import { printJson } from "../../../core/json/index.ts";
import { hasFeature } from "../features.ts";
import { logFolderOf, statFile } from "../log-folder.ts";
import type { TableSnapshot } from "../snapshot.ts";
import type { AddFile, CheckpointAction, CheckpointWriter, RemoveFile, Txn } from "../types.ts";
import { orderedAction } from "./action-order.ts";
import { type CheckpointHint, writeHint } from "./checkpoint-hint.ts";
import { logPath } from "./commit.ts";
import { intervalProperty } from "./table-property.ts";

const WEEK_MS = 7 * 86_400_000;
/** Spark's default, `spark.databricks.delta.checkpoint.partSize` of V2 checkpoints. */
const SIDECAR_ACTIONS = 50_000;

/** Writes the checkpoint of a snapshot's version and updates the hint. */
export async function writeCheckpoint(
  snapshot: TableSnapshot,
  writer: CheckpointWriter,
  clock: Clock,
  sidecarActions: number = SIDECAR_ACTIONS,
): Promise<void> {
  const state = await checkpointActions(snapshot, clock);
  const hint = isV2(snapshot)
    ? await writeV2(snapshot, state, writer, sidecarActions)
    : await writeClassic(snapshot, state, writer);
  await writeHint(snapshot.tableRoot, hint);
  removeStaleTemps(logFolderOf(snapshot.tableRoot), clock);
}

/** What a checkpoint holds; commitInfo and cdc never are in one. */
export interface CheckpointState {
  /** Protocol, metadata, transactions, domains. */
  head: CheckpointAction[];
  /** Tombstones that have not expired, and live files. */
  files: CheckpointAction[];
  addCount: number;
}

/** Every action a checkpoint of this snapshot holds. */
export async function checkpointActions(
  snapshot: TableSnapshot,
  clock: Clock,
): Promise<CheckpointState> {
  const { protocol, metadata } = snapshot;
  const head: CheckpointAction[] = [{ protocol }, { metaData: metadata }];
  for (const txn of snapshot.txns().values()) {
    if (isLiveTxn(txn, snapshot, clock)) head.push({ txn });
  }
  for (const domainMetadata of snapshot.domains().values()) head.push({ domainMetadata });
  const files: CheckpointAction[] = [];
  const retentionMs = intervalProperty(metadata, "delta.deletedFileRetentionDuration", WEEK_MS);
  const oldestMs = clock.nowMs() - retentionMs;
  for await (const batch of snapshot.removes()) {
    for (const remove of batch) {
      if ((remove.deletionTimestamp ?? 0) > oldestMs) files.push({ remove: tombstone(remove) });
    }
  }
  const adds = await snapshot.files.scan(null);
  for (const add of adds) files.push({ add: stateOnly(add) });
  return { head, files, addCount: adds.length };
}

async function writeClassic(
  { tableRoot, version, schema }: TableSnapshot,
  { head, files, addCount }: CheckpointState,
  writer: CheckpointWriter,
): Promise<CheckpointHint> {
  const actions = [...head, ...files];
  const path = logPath(tableRoot, version, "checkpoint.parquet");
  const sizeInBytes = await writer.writeActions(path, actions, schema);
  return { version, size: actions.length, sizeInBytes, numOfAddFiles: addCount };
}

/** Sidecars first: the file that names them makes the checkpoint whole. */
async function writeV2(
  snapshot: TableSnapshot,
  { head, files, addCount }: CheckpointState,
  writer: CheckpointWriter,
  sidecarActions: number,
): Promise<CheckpointHint> {
  const { tableRoot, version } = snapshot;
  const sidecars = await writeSidecars(snapshot, files, writer, sidecarActions);
  const sidecarBytes = sidecars.reduce((sum, { sizeInBytes }) => sum + sizeInBytes, 0);
  const tags = {
    sidecarNumActions: String(files.length),
    sidecarSizeInBytes: String(sidecarBytes),
    numOfAddFiles: String(addCount),
  };
  const actions: CheckpointAction[] = [
    { checkpointMetadata: { version, tags } },
    ...sidecars.map((sidecar) => ({ sidecar })),
    ...head.map(orderedAction),
  ];
  const path = logPath(tableRoot, version, `checkpoint.${newUuid()}.json`);
  const text = actions.map((action) => `${printJson(action)}\n`).join("");
  await writeFileAtomic(path, text);
  const { sizeBytes, modifiedMs } = statFile(path)!;
  return {
    version,
    size: actions.length + files.length,
    sizeInBytes: sizeBytes + sidecarBytes,
    numOfAddFiles: addCount,
    v2Checkpoint: {
      path: path.slice(dirname(path).length + 1),
      sizeInBytes: sizeBytes,
      modificationTime: modifiedMs,
    },
  };
}

type Sidecar = NonNullable<CheckpointAction["sidecar"]>;

async function writeSidecars(
  { tableRoot, version, schema, protocol, metadata }: TableSnapshot,
  files: readonly CheckpointAction[],
  writer: CheckpointWriter,
  sidecarActions: number,
): Promise<Sidecar[]> {
  const folder = `${logFolderOf(tableRoot)}/_sidecars`;
  for (const made of createFolders(folder)) await fsyncDirectory(dirname(made));
  const count = Math.max(1, Math.ceil(files.length / sidecarActions));
  const sidecars: Sidecar[] = [];
  const start = logPath(tableRoot, version, "checkpoint").slice(logFolderOf(tableRoot).length + 1);
  for (let part = 1; part <= count; part++) {
    const name = `${start}.${tenDigits(part)}.${tenDigits(count)}.${newUuid()}.parquet`;
    const path = `${folder}/${name}`;
    const rows = files.slice((part - 1) * sidecarActions, part * sidecarActions);
    const sizeInBytes = await writer.writeActions(path, rows, schema, { protocol, metadata });
    sidecars.push({ path: name, sizeInBytes, modificationTime: statFile(path)!.modifiedMs });
  }
  return sidecars;
}

function tenDigits(count: number): string {
  return String(count).padStart(10, "0");
}

function isV2({ protocol, metadata }: TableSnapshot): boolean {
  const policy = metadata.configuration["delta.checkpointPolicy"]?.toLowerCase();
  return policy === "v2" && hasFeature(protocol, "v2Checkpoint");
}

function isLiveTxn(txn: Txn, snapshot: TableSnapshot, clock: Clock): boolean {
  if (txn.lastUpdated === undefined || txn.lastUpdated === null) return true;
  const key = "delta.setTransactionRetentionDuration";
  const retentionMs = intervalProperty(snapshot.metadata, key, Number.POSITIVE_INFINITY);
  return txn.lastUpdated > clock.nowMs() - retentionMs;
}

function tombstone(remove: RemoveFile): RemoveFile {
  const { stats: _stats, tags: _tags, ...kept } = remove;
  return { ...kept, dataChange: false };
}

/** A state has no changes: nobody may take a checkpoint's files for new rows. */
function stateOnly(add: AddFile): AddFile {
  return add.dataChange ? { ...add, dataChange: false } : add;
}
