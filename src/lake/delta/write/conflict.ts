/**
 * Whether a transaction may still commit after another one won its version, as Delta's
 * ConflictChecker decides (delta-spark 4.4): the table itself (`table-conflict.ts`), then files.
 * Each winning commit is checked in order against what we read and write. Finer than the reference
 * in one place: added files are judged by partition values and statistics, not by partition values
 * alone, and files of a compaction hold nothing new.
 */
import { canonicalPath } from "../log-path.ts";
import type {
  Action,
  AddFile,
  IsolationLevel,
  Metadata,
  Protocol,
  PrunePredicate,
  RemoveFile,
  Snapshot,
} from "../types.ts";
import { type ConflictClass, conflictError } from "./conflict-error.ts";
import { checkTable } from "./table-conflict.ts";
import type { WinningCommit } from "./winning-commit.ts";

/** What the losing transaction read and wants to write. */
export interface TransactionFacts {
  snapshot: Snapshot;
  /** Of the table as the winners before this one left it. */
  protocol: Protocol;
  metadata: Metadata;
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
  const readRemove = winner.removes.find(readsOf(ours));
  const ownRemove = winner.removes.find(removesOf(ours));
  checkAddedFiles(ours, winner, readRemove !== undefined || ownRemove !== undefined);
  if (readRemove) throw removalError(ours, winner, readRemove, READ);
  if (ownRemove) throw removalError(ours, winner, ownRemove, REMOVED_TOO);
}

/**
 * Files of a compaction (no data change) hold rows that were there before: had we wanted
 * them, we would have read or removed the files they came from, which the winner removed.
 */
function checkAddedFiles(ours: TransactionFacts, winner: WinningCommit, losesFiles: boolean): void {
  if (ours.isolation === "SnapshotIsolation") return;
  const blind = winner.commitInfo?.isBlindAppend === true;
  const changesMetadata = ours.actions.some((action) => action.metaData);
  if (blind && ours.isolation === "WriteSerializable" && !changesMetadata) return;
  const candidates = winner.adds.filter((add) => blind || add.dataChange || losesFiles);
  const hit = candidates.find((add) => wouldHaveRead(ours, add));
  if (!hit) return;
  const what = `it added files${inPartition(ours, hit.partitionValues)} that this one would have read`;
  throw conflictError("DELTA_CONCURRENT_APPEND", winner, what);
}

function wouldHaveRead(ours: TransactionFacts, add: AddFile): boolean {
  if (ours.readWholeTable) return true;
  return ours.readPredicates.some((predicate) => ours.mayMatch(add, predicate));
}

/** Which of a winner's removed files we read. */
function readsOf(ours: TransactionFacts): (remove: RemoveFile) => boolean {
  if (ours.readWholeTable) return () => true;
  const { readFiles } = ours;
  if (readFiles === null) return (remove) => mayHaveRead(ours, remove);
  const paths = new Set([...readFiles].map(canonicalPath));
  return (remove) => paths.has(canonicalPath(remove.path));
}

/** Which of them we remove too. */
function removesOf(ours: TransactionFacts): (remove: RemoveFile) => boolean {
  const own = ours.actions.flatMap(({ remove }) => (remove ? canonicalPath(remove.path) : []));
  const paths = new Set(own);
  return (remove) => paths.has(canonicalPath(remove.path));
}

/** By predicates alone; a tombstone has no statistics and may lack its partition. */
function mayHaveRead(ours: TransactionFacts, remove: RemoveFile): boolean {
  const { partitionValues } = remove;
  if (!partitionValues) return ours.readPredicates.length > 0;
  const file = { path: remove.path, partitionValues, size: 0, modificationTime: 0 };
  return wouldHaveRead(ours, { ...file, dataChange: remove.dataChange });
}

type Removal = readonly [ConflictClass, verb: string];
const READ: Removal = ["DELTA_CONCURRENT_DELETE_READ", "read"];
const REMOVED_TOO: Removal = ["DELTA_CONCURRENT_DELETE_DELETE", "removes too"];

function removalError(
  ours: TransactionFacts,
  winner: WinningCommit,
  remove: RemoveFile,
  [errorClass, verb]: Removal,
) {
  const where = inPartition(ours, remove.partitionValues ?? {});
  const what = `it removed files${where} that this one ${verb}, such as \`${remove.path}\``;
  return conflictError(errorClass, winner, what);
}

function inPartition(
  ours: TransactionFacts,
  values: Readonly<Record<string, string | null>>,
): string {
  if (ours.snapshot.metadata.partitionColumns.length === 0) return "";
  const pairs = Object.entries(values).map(([name, value]) => `${name}=${value}`);
  return pairs.length === 0 ? "" : ` in partition [${pairs.join(", ")}]`;
}
