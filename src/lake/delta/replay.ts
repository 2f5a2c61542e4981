/**
 * Action reconciliation (PROTOCOL.md, "Action Reconciliation"): applied oldest first, the newest
 * action of each kind wins. A file is known by (canonical path, deletion vector id). Tombstones are
 * kept for the checkpoint writer; `cdc` and `commitInfo` have no state.
 */
import { fileKey } from "./log-path.ts";
import type {
  AddFile,
  CheckpointAction,
  DomainMetadata,
  Metadata,
  Protocol,
  RemoveFile,
  Txn,
} from "./types.ts";

export interface ReplayState {
  protocol: Protocol | null;
  metadata: Metadata | null;
  txns: Map<string, Txn>;
  domains: Map<string, DomainMetadata>;
  adds: Map<string, AddFile>;
  removes: Map<string, RemoveFile>;
}

/** Nothing replayed yet. */
export function createReplayState(): ReplayState {
  return {
    protocol: null,
    metadata: null,
    txns: new Map(),
    domains: new Map(),
    adds: new Map(),
    removes: new Map(),
  };
}

/** A copy that can be replayed further while the original stays as it is. */
export function cloneReplayState(state: ReplayState): ReplayState {
  return {
    protocol: state.protocol,
    metadata: state.metadata,
    txns: new Map(state.txns),
    domains: new Map(state.domains),
    adds: new Map(state.adds),
    removes: new Map(state.removes),
  };
}

/** Applies actions in order; later calls must hold later versions. */
export function applyActions(state: ReplayState, actions: Iterable<CheckpointAction>): void {
  for (const action of actions) {
    if (action.add) {
      const key = fileKey(action.add.path, action.add.deletionVector);
      // Deleted first so that a re-added file takes its new place in the order.
      state.adds.delete(key);
      state.adds.set(key, action.add);
      state.removes.delete(key);
    } else if (action.remove) {
      const key = fileKey(action.remove.path, action.remove.deletionVector);
      state.adds.delete(key);
      state.removes.set(key, action.remove);
    } else if (action.metaData) {
      state.metadata = action.metaData;
    } else if (action.protocol) {
      state.protocol = action.protocol;
    } else if (action.txn) {
      state.txns.set(action.txn.appId, action.txn);
    } else if (action.domainMetadata) {
      applyDomain(state, action.domainMetadata);
    }
  }
}

function applyDomain(state: ReplayState, domain: DomainMetadata): void {
  if (domain.removed) state.domains.delete(domain.domain);
  else state.domains.set(domain.domain, domain);
}
