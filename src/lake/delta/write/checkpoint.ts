/**
 * Writing a checkpoint (Delta protocol, "Checkpoints"): the reconciled state of one version as a
 * classic-named Parquet file, and `_last_checkpoint` pointing at it. Tables with the policy `v2`
 * get the V2 form under the same name, everything inline; multi-part is never written. Not written
 * here: sidecars and the struct form of statistics.
 */
import type { Clock } from "../../../core/clock.ts";
import { removeStaleTemps, writeFileAtomic } from "../../../core/io/index.ts";
import { isJsonObject, parseJson, printJson } from "../../../core/json/index.ts";
import { hasFeature } from "../features.ts";
import { logFolderOf, readOptionalText } from "../log-folder.ts";
import type { TableSnapshot } from "../snapshot.ts";
import type { AddFile, CheckpointAction, CheckpointWriter, RemoveFile, Txn } from "../types.ts";
import { jsonChecksum } from "./canonical-json.ts";
import { logPath } from "./commit.ts";
import { intervalProperty } from "./table-property.ts";

const WEEK_MS = 7 * 86_400_000;

/** Writes the checkpoint of a snapshot's version and updates the hint. */
export async function writeCheckpoint(
  snapshot: TableSnapshot,
  writer: CheckpointWriter,
  clock: Clock,
): Promise<void> {
  const { actions, addCount } = await checkpointActions(snapshot, clock);
  const path = logPath(snapshot.tableRoot, snapshot.version, "checkpoint.parquet");
  const sizeInBytes = await writer.writeActions(path, actions, snapshot.schema);
  await writeHint(snapshot.tableRoot, {
    version: snapshot.version,
    size: actions.length,
    sizeInBytes,
    numOfAddFiles: addCount,
  });
  await removeStaleTemps(logFolderOf(snapshot.tableRoot), clock);
}

/** Every action a checkpoint of this snapshot holds; commitInfo and cdc never are in one. */
export async function checkpointActions(
  snapshot: TableSnapshot,
  clock: Clock,
): Promise<{ actions: CheckpointAction[]; addCount: number }> {
  const actions: CheckpointAction[] = [];
  const { protocol, metadata, version } = snapshot;
  if (hasFeature(protocol, "v2Checkpoint") && isV2Policy(metadata.configuration)) {
    actions.push({ checkpointMetadata: { version } });
  }
  actions.push({ protocol }, { metaData: metadata });
  for (const txn of snapshot.txns().values()) {
    if (isLiveTxn(txn, snapshot, clock)) actions.push({ txn });
  }
  for (const domainMetadata of snapshot.domains().values()) actions.push({ domainMetadata });
  const retentionMs = intervalProperty(metadata, "delta.deletedFileRetentionDuration", WEEK_MS);
  const oldestMs = clock.nowMs() - retentionMs;
  for await (const batch of snapshot.removes()) {
    for (const remove of batch) {
      if ((remove.deletionTimestamp ?? 0) > oldestMs) actions.push({ remove: tombstone(remove) });
    }
  }
  const adds = await snapshot.files.scan(null);
  for (const add of adds) actions.push({ add: stateOnly(add) });
  return { actions, addCount: adds.length };
}

interface CheckpointHint {
  version: number;
  size: number;
  sizeInBytes: number;
  numOfAddFiles: number;
}

/** `_last_checkpoint` only ever moves forward; a slower writer leaves a newer one alone. */
async function writeHint(tableRoot: string, hint: CheckpointHint): Promise<void> {
  const path = `${logFolderOf(tableRoot)}/_last_checkpoint`;
  if (hintedVersion(path) > hint.version) return;
  await writeFileAtomic(path, printJson({ ...hint, checksum: jsonChecksum({ ...hint }) }));
}

function hintedVersion(path: string): number {
  const text = readOptionalText(path);
  if (text === null) return -1;
  try {
    const hint = parseJson(text, { source: path });
    return isJsonObject(hint) && typeof hint.version === "number" ? hint.version : -1;
  } catch {
    // A damaged hint is as good as none, and is now replaced.
    return -1;
  }
}

function isV2Policy(configuration: Readonly<Record<string, string>>): boolean {
  return configuration["delta.checkpointPolicy"]?.toLowerCase() === "v2";
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
