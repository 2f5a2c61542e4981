/**
 * Whether a transaction may still commit after another one won its version, as Delta's
 * ConflictChecker decides (delta-spark 4.4): protocol, metadata, domains, application
 * transactions, then files. Each winning commit is checked in order against what we read and
 * write. Stricter than the reference in one place (any new protocol fails us) and finer in another:
 * added files are judged by partition values and statistics, not by partition values alone.
 */
import { canonicalPath } from "../log-path.ts";
import type {
  Action,
  AddFile,
  IsolationLevel,
  PrunePredicate,
  RemoveFile,
  Snapshot,
} from "../types.ts";
import { type ConflictClass, conflictError } from "./conflict-error.ts";
import { metadataStillFits } from "./metadata-conflict.ts";
import type { WinningCommit } from "./winning-commit.ts";

/** What the losing transaction read and wants to write. */
export interface TransactionFacts {
  snapshot: Snapshot;
  actions: readonly Action[];
  isolation: IsolationLevel;
  /** It read nothing of the table and only adds files. */
  isBlindAppend: boolean;
  readPredicates: readonly PrunePredicate[];
  readWholeTable: boolean;
  /** Paths of the files it read; null when only the predicates tell. */
  readFiles: ReadonlySet<string> | null;
  /** Applications whose transaction version it depends on. */
  readAppIds: ReadonlySet<string>;
  /** False only if no row of the file can satisfy the predicate. */
  mayMatch(file: AddFile, predicate: PrunePredicate): boolean;
}

/** Throws RESOURCE_CONFLICT when `ours` cannot follow `winner`. */
export function checkConflict(ours: TransactionFacts, winner: WinningCommit): void {
  checkTable(ours, winner);
  checkDomains(ours, winner);
  checkApplications(ours, winner);
  checkAddedFiles(ours, winner);
  checkRemovedFiles(ours, winner);
}

function checkTable(ours: TransactionFacts, winner: WinningCommit): void {
  if (winner.protocol)
    throw conflictError("DELTA_PROTOCOL_CHANGED", winner, "the protocol changed");
  if (!winner.metadata) return;
  const onlyAppends = ours.isBlindAppend && !changesTable(ours);
  if (onlyAppends && metadataStillFits(ours.snapshot.metadata, winner.metadata)) return;
  throw conflictError("DELTA_METADATA_CHANGED", winner, "the table's schema or properties changed");
}

function checkDomains(ours: TransactionFacts, winner: WinningCommit): void {
  const theirs = new Set(winner.domains.map((domain) => domain.domain));
  for (const { domainMetadata } of ours.actions) {
    if (!domainMetadata || !theirs.has(domainMetadata.domain)) continue;
    const what = `both set the metadata domain \`${domainMetadata.domain}\``;
    throw conflictError("DELTA_CONCURRENT_TRANSACTION", winner, what);
  }
}

function checkApplications(ours: TransactionFacts, winner: WinningCommit): void {
  const clash = winner.txns.find((txn) => ours.readAppIds.has(txn.appId));
  if (!clash) return;
  const what = `application \`${clash.appId}\` committed its transaction ${clash.version}`;
  throw conflictError("DELTA_CONCURRENT_TRANSACTION", winner, what);
}

function checkAddedFiles(ours: TransactionFacts, winner: WinningCommit): void {
  if (ours.isolation === "SnapshotIsolation") return;
  const blind = winner.commitInfo?.isBlindAppend === true;
  if (blind && ours.isolation === "WriteSerializable" && !changesTable(ours)) return;
  const candidates = winner.adds.filter((add) => blind || add.dataChange);
  const hit = candidates.find((add) => wouldHaveRead(ours, add));
  if (!hit) return;
  const what = `it added files${inPartition(ours, hit.partitionValues)} that this one would have read`;
  throw conflictError("DELTA_CONCURRENT_APPEND", winner, what);
}

function wouldHaveRead(ours: TransactionFacts, add: AddFile): boolean {
  if (ours.readWholeTable) return true;
  return ours.readPredicates.some((predicate) => ours.mayMatch(add, predicate));
}

function checkRemovedFiles(ours: TransactionFacts, winner: WinningCommit): void {
  const readPaths = new Set([...(ours.readFiles ?? [])].map(canonicalPath));
  const hit = winner.removes.find(
    (remove) =>
      ours.readWholeTable ||
      readPaths.has(canonicalPath(remove.path)) ||
      (ours.readFiles === null && mayHaveRead(ours, remove)),
  );
  if (hit) throw removalError(ours, winner, hit, ["DELTA_CONCURRENT_DELETE_READ", "read"]);
  const ownRemoves = new Set(
    ours.actions.flatMap(({ remove }) => (remove ? canonicalPath(remove.path) : [])),
  );
  const twice = winner.removes.find((remove) => ownRemoves.has(canonicalPath(remove.path)));
  if (twice) {
    throw removalError(ours, winner, twice, ["DELTA_CONCURRENT_DELETE_DELETE", "removes too"]);
  }
}

/** By predicates alone; a tombstone has no statistics and may lack its partition. */
function mayHaveRead(ours: TransactionFacts, remove: RemoveFile): boolean {
  const { partitionValues } = remove;
  if (!partitionValues) return ours.readPredicates.length > 0;
  const file = { path: remove.path, partitionValues, size: 0, modificationTime: 0 };
  return wouldHaveRead(ours, { ...file, dataChange: remove.dataChange });
}

function removalError(
  ours: TransactionFacts,
  winner: WinningCommit,
  remove: RemoveFile,
  verb: [ConflictClass, string],
) {
  const where = inPartition(ours, remove.partitionValues ?? {});
  const what = `it removed files${where} that this one ${verb[1]}, such as \`${remove.path}\``;
  return conflictError(verb[0], winner, what);
}

function inPartition(
  ours: TransactionFacts,
  values: Readonly<Record<string, string | null>>,
): string {
  if (ours.snapshot.metadata.partitionColumns.length === 0) return "";
  const pairs = Object.entries(values).map(([name, value]) => `${name}=${value}`);
  return pairs.length === 0 ? "" : ` in partition [${pairs.join(", ")}]`;
}

function changesTable(ours: TransactionFacts): boolean {
  return ours.actions.some((action) => action.metaData ?? action.protocol);
}
