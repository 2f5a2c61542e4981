/**
 * `NNN.crc` beside a commit (Delta protocol, "Version Checksum File"): counts and the table's
 * protocol and metadata at that version. Computed from the checksum of the version before, or from
 * the snapshot the transaction read; left out where neither is at hand. Optional parts not written:
 * histograms, the list of all files, deletion vector counts.
 */
import { putIfAbsent } from "../../../core/io/index.ts";
import { isJsonObject, parseJson, printJson } from "../../../core/json/index.ts";
import { readOptionalText } from "../log-folder.ts";
import type { Action, DomainMetadata, Metadata, Protocol, Snapshot, Txn } from "../types.ts";
import { orderedBody } from "./action-order.ts";
import { logPath } from "./commit.ts";

/** What is known about the version before. */
interface TableTotals {
  tableSizeBytes: number;
  numFiles: number;
  metadata: Metadata | null;
  protocol: Protocol | null;
  /** Absent when the source does not tell. */
  setTransactions?: Txn[];
  domainMetadata?: DomainMetadata[];
}

export interface ChecksumCommit {
  tableRoot: string;
  version: number;
  txnId: string;
  actions: readonly Action[];
  inCommitTimestamp: number | null;
  /** Of the version just before, or null. */
  snapshot: Snapshot | null;
}

/** Writes the checksum of a commit; does nothing when it cannot be derived cheaply. */
export async function writeVersionChecksum(commit: ChecksumCommit): Promise<void> {
  const before = await totalsBefore(commit);
  const after = before === null ? null : applyActions(before, commit.actions);
  if (after === null || after.metadata === null || after.protocol === null) return;
  const checksum = {
    txnId: commit.txnId,
    tableSizeBytes: after.tableSizeBytes,
    numFiles: after.numFiles,
    numMetadata: 1,
    numProtocol: 1,
    inCommitTimestampOpt: commit.inCommitTimestamp ?? undefined,
    setTransactions: after.setTransactions,
    domainMetadata: after.domainMetadata,
    metadata: orderedBody("metaData", after.metadata),
    protocol: orderedBody("protocol", after.protocol),
  };
  const path = logPath(commit.tableRoot, commit.version, "crc");
  // Advisory: readers pass over a torn one, so it need not survive a power cut.
  await putIfAbsent(path, printJson(checksum), { durable: false });
}

const NO_TABLE: TableTotals = {
  tableSizeBytes: 0,
  numFiles: 0,
  metadata: null,
  protocol: null,
  setTransactions: [],
  domainMetadata: [],
};

async function totalsBefore({
  tableRoot,
  version,
  snapshot,
}: ChecksumCommit): Promise<TableTotals | null> {
  if (version === 0) return NO_TABLE;
  const previous = readTotals(logPath(tableRoot, version - 1, "crc"));
  if (previous !== null) return previous;
  if (snapshot === null || snapshot.version !== version - 1) return null;
  return {
    tableSizeBytes: await snapshot.totalSizeBytes(),
    numFiles: await snapshot.fileCount(),
    metadata: snapshot.metadata,
    protocol: snapshot.protocol,
    domainMetadata: [...snapshot.domains().values()],
  };
}

function readTotals(path: string): TableTotals | null {
  const text = readOptionalText(path);
  if (text === null) return null;
  let json: unknown;
  try {
    json = parseJson(text, { source: path });
  } catch {
    // A checksum is a convenience: a torn one is passed over, not repaired.
    return null;
  }
  if (!isJsonObject(json)) return null;
  const { tableSizeBytes, numFiles, metadata, protocol, setTransactions, domainMetadata } = json;
  if (typeof tableSizeBytes !== "number" || typeof numFiles !== "number") return null;
  if (!isJsonObject(metadata) || !isJsonObject(protocol)) return null;
  return {
    tableSizeBytes,
    numFiles,
    metadata: metadata as unknown as Metadata,
    protocol: protocol as unknown as Protocol,
    ...(Array.isArray(setTransactions) && {
      setTransactions: setTransactions as unknown as Txn[],
    }),
    ...(Array.isArray(domainMetadata) && {
      domainMetadata: domainMetadata as unknown as DomainMetadata[],
    }),
  };
}

/** Null when counting is not possible: a tombstone without a size, or files re-added in place. */
function applyActions(before: TableTotals, actions: readonly Action[]): TableTotals | null {
  const removes = actions.flatMap((action) => action.remove ?? []);
  const adds = actions.flatMap((action) => action.add ?? []);
  if (removes.some((remove) => typeof remove.size !== "number")) return null;
  if (removes.length === 0 && adds.some((add) => !add.dataChange)) return null;
  const added = adds.reduce((sum, add) => sum + add.size, 0);
  const removed = removes.reduce((sum, remove) => sum + remove.size!, 0);
  const metadata = actions.find((action) => action.metaData)?.metaData ?? before.metadata;
  const protocol = actions.find((action) => action.protocol)?.protocol ?? before.protocol;
  return {
    tableSizeBytes: before.tableSizeBytes + added - removed,
    numFiles: before.numFiles + adds.length - removes.length,
    metadata,
    protocol,
    ...(before.setTransactions && {
      setTransactions: applyTxns(before.setTransactions, actions),
    }),
    ...(before.domainMetadata && {
      domainMetadata: applyDomains(before.domainMetadata, actions),
    }),
  };
}

function applyTxns(before: readonly Txn[], actions: readonly Action[]): Txn[] {
  const byApp = new Map(before.map((txn) => [txn.appId, txn]));
  for (const { txn } of actions) if (txn) byApp.set(txn.appId, txn);
  return [...byApp.values()];
}

function applyDomains(
  before: readonly DomainMetadata[],
  actions: readonly Action[],
): DomainMetadata[] {
  const byName = new Map(before.map((domain) => [domain.domain, domain]));
  for (const { domainMetadata } of actions) {
    if (domainMetadata?.removed) byName.delete(domainMetadata.domain);
    else if (domainMetadata) byName.set(domainMetadata.domain, domainMetadata);
  }
  return [...byName.values()];
}
