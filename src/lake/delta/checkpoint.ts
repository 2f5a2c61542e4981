/**
 * Checkpoints (PROTOCOL.md, "Checkpoints"): classic, multi-part, and v2 with a JSON or Parquet
 * manifest that may point to sidecars. Parquet is read through a port. A checkpoint becomes a
 * replay state, or stays in the engine when it is large.
 */
import { SovereignError } from "../../core/errors.ts";
import { readCommitFile } from "./commit-file.ts";
import type { DeltaLogPorts } from "./delta-log.ts";
import type { LargeCheckpoint } from "./file-set.ts";
import type { CheckpointFile } from "./log-files.ts";
import { statFile } from "./log-folder.ts";
import { canonicalPath } from "./log-path.ts";
import { applyActions, createReplayState, type ReplayState } from "./replay.ts";
import type { CheckpointAction } from "./types.ts";

export interface LoadedCheckpoint {
  state: ReplayState;
  large: LargeCheckpoint | null;
}

const DEFAULT_LARGE_BYTES = 8 * 1024 * 1024;
const SIDECAR_FOLDER = "_sidecars";

/** Reads a checkpoint into a state, or opens it in the engine and reads only its head. */
export async function loadCheckpoint(
  folder: string,
  checkpoint: CheckpointFile,
  ports: DeltaLogPorts,
): Promise<LoadedCheckpoint> {
  const state = createReplayState();
  const paths = checkpoint.names.map((name) => `${folder}/${name}`);
  if (checkpoint.format === "json") {
    const actions = readCommitFile(paths[0]!);
    applyActions(state, actions);
    const sidecars = listSidecars(folder, actions);
    return loadParquet(state, sidecars, ports);
  }
  return loadParquet(state, paths, ports, folder);
}

/** Paths of the sidecars a checkpoint names, there or not. */
export async function readSidecarPaths(
  folder: string,
  checkpoint: CheckpointFile,
  ports: DeltaLogPorts,
): Promise<string[]> {
  if (checkpoint.kind === "multi-part") return [];
  const path = `${folder}/${checkpoint.names[0]!}`;
  if (checkpoint.format === "json") return listSidecars(folder, readCommitFile(path));
  if (isLarge([path], ports)) {
    const { head } = await ports.largeCheckpoints!.open([path]);
    return head.sidecars.map((name) => sidecarPath(folder, name));
  }
  const sidecars: string[] = [];
  for await (const actions of readParquet(path, ports)) {
    sidecars.push(...listSidecars(folder, actions));
  }
  return sidecars;
}

function isLarge(paths: readonly string[], ports: DeltaLogPorts): boolean {
  const totalBytes = paths.reduce((sum, path) => sum + sizeOf(path), 0);
  const limitBytes = ports.largeCheckpointBytes ?? DEFAULT_LARGE_BYTES;
  return totalBytes > limitBytes && ports.largeCheckpoints !== undefined;
}

/** `folder` is given when the files may be manifests that name sidecars. */
async function loadParquet(
  state: ReplayState,
  paths: string[],
  ports: DeltaLogPorts,
  folder?: string,
): Promise<LoadedCheckpoint> {
  if (isLarge(paths, ports)) return openLarge(state, paths, ports, folder);
  const sidecars: string[] = [];
  for (const path of paths) {
    for await (const actions of readParquet(path, ports)) {
      applyActions(state, actions);
      if (folder !== undefined) sidecars.push(...listSidecars(folder, actions));
    }
  }
  if (sidecars.length === 0) return { state, large: null };
  return loadParquet(state, sidecars, ports);
}

async function openLarge(
  state: ReplayState,
  paths: string[],
  ports: DeltaLogPorts,
  folder?: string,
): Promise<LoadedCheckpoint> {
  const large = await ports.largeCheckpoints!.open(paths);
  const { head } = large;
  if (folder !== undefined && head.sidecars.length > 0) {
    const sidecars = head.sidecars.map((name) => sidecarPath(folder, name));
    return openLarge(state, [...paths, ...sidecars], ports);
  }
  state.protocol ??= head.protocol;
  state.metadata ??= head.metadata;
  for (const txn of head.txns) state.txns.set(txn.appId, txn);
  for (const domain of head.domains) {
    if (!domain.removed) state.domains.set(domain.domain, domain);
  }
  return { state, large };
}

function readParquet(path: string, ports: DeltaLogPorts): AsyncIterable<CheckpointAction[]> {
  if (ports.checkpointReader === undefined) {
    throw new SovereignError("NOT_IMPLEMENTED", "no reader for Parquet checkpoints was given", {
      hint: "open the table through `openLake`, or pass `checkpointReader` to DeltaLog.open",
      details: { path },
    });
  }
  return ports.checkpointReader.readActions(path, sizeOf(path));
}

function sizeOf(path: string): number {
  const facts = statFile(path);
  if (facts !== null) return facts.sizeBytes;
  throw new SovereignError("DATA_LOSS", `the checkpoint file \`${path}\` is missing`, {
    hint: "restore it from a backup, or read a version before the checkpoint",
    details: { path },
  });
}

/** NOTE: a sidecar's path is a bare file name; kernel-rs also takes an absolute one. */
function listSidecars(folder: string, actions: readonly CheckpointAction[]): string[] {
  const paths: string[] = [];
  for (const { sidecar } of actions) {
    if (sidecar) paths.push(sidecarPath(folder, sidecar.path));
  }
  return paths;
}

function sidecarPath(folder: string, path: string): string {
  const name = canonicalPath(path);
  return name.startsWith("/") ? name : `${folder}/${SIDECAR_FOLDER}/${name}`;
}
