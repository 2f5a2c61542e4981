/**
 * The live files of a version. Small tables hold them in a map; above some ten thousand files the
 * checkpoint stays in the engine and only what later commits changed lives here. Both answer the
 * same questions; the snapshot knows no difference.
 */
import type { FilePruner } from "./prune.ts";
import type { ReplayState } from "./replay.ts";
import type {
  AddFile,
  DomainMetadata,
  Metadata,
  Protocol,
  PrunePredicate,
  RemoveFile,
  Txn,
} from "./types.ts";

export interface FileTotals {
  fileCount: number;
  totalSizeBytes: number;
}

export interface FileSet {
  totals(): Promise<FileTotals>;
  /** Live files the pruner keeps, oldest first; all of them without a pruner. */
  scan(pruner: FilePruner | null): Promise<AddFile[]>;
  /** Tombstones, for the checkpoint writer. */
  removes(): AsyncIterable<RemoveFile[]>;
}

/** What a checkpoint says besides its files. */
export interface CheckpointHead {
  protocol: Protocol | null;
  metadata: Metadata | null;
  txns: Txn[];
  domains: DomainMetadata[];
  /** File names of the sidecars a v2 manifest points to. */
  sidecars: string[];
}

/**
 * A checkpoint too large for JavaScript objects, held by the engine. `except` are keys made by
 * `fileKey`: files that later commits removed or added again.
 */
export interface LargeCheckpoint {
  readonly head: CheckpointHead;
  totals(except: ReadonlySet<string>): Promise<FileTotals>;
  /**
   * Files that may match, in checkpoint order. The engine may keep more than it must: the caller
   * prunes what it returns once more.
   */
  scan(except: ReadonlySet<string>, prune: LargePrune | null): Promise<AddFile[]>;
  removes(except: ReadonlySet<string>): AsyncIterable<RemoveFile[]>;
}

/** A predicate with what is needed to express it over partition values and statistics. */
export interface LargePrune {
  predicate: PrunePredicate;
  pruner: FilePruner;
}

/** Opens large checkpoints; the engine implements it (`lake/engine/large-state.ts`). */
export interface LargeCheckpointPort {
  /** `paths`: every Parquet file of the checkpoint, manifest or parts first, then sidecars. */
  open(paths: readonly string[]): Promise<LargeCheckpoint>;
}

/** Files of a replayed state, in memory. */
export function createMemoryFileSet(state: ReplayState): FileSet {
  return {
    async totals() {
      let totalSizeBytes = 0;
      for (const add of state.adds.values()) totalSizeBytes += add.size;
      return { fileCount: state.adds.size, totalSizeBytes };
    },
    async scan(pruner) {
      const adds = [...state.adds.values()];
      return pruner === null ? adds : adds.filter((add) => pruner.mayMatch(add));
    },
    async *removes() {
      yield [...state.removes.values()];
    },
  };
}

/** A large checkpoint with the later commits, replayed into `tail`, laid over it. */
export function createLayeredFileSet(base: LargeCheckpoint, tail: ReplayState): FileSet {
  const changed = new Set([...tail.adds.keys(), ...tail.removes.keys()]);
  const layer = createMemoryFileSet(tail);
  return {
    async totals() {
      const [below, above] = await Promise.all([base.totals(changed), layer.totals()]);
      return {
        fileCount: below.fileCount + above.fileCount,
        totalSizeBytes: below.totalSizeBytes + above.totalSizeBytes,
      };
    },
    async scan(pruner) {
      const prune = pruner === null ? null : { predicate: pruner.predicate, pruner };
      const below = await base.scan(changed, prune);
      const kept = pruner === null ? below : below.filter((add) => pruner.mayMatch(add));
      return kept.concat(await layer.scan(pruner));
    },
    async *removes() {
      yield* base.removes(changed);
      yield* layer.removes();
    },
  };
}
