/**
 * One optimistic transaction on a table: from the snapshot it read to a durable commit, or a
 * refusal that names who was faster. Delta protocol, "Delta Log Entries", "In-Commit Timestamps",
 * "Transaction Identifiers"; isolation as in delta-spark 4.4. What the commit says is prepared in
 * `prepare-commit.ts`, whether a lost race may be run again in `conflict.ts`, what follows a
 * commit (checksum, checkpoint) in `after-commit.ts`.
 */
import { setTimeout as delay } from "node:timers/promises";
import type { Clock } from "../../../core/clock.ts";
import { systemClock } from "../../../core/clock.ts";
import { SovereignError } from "../../../core/errors.ts";
import type { Rng } from "../../../core/rng.ts";
import { createRng, randomSeed } from "../../../core/rng.ts";
import type { DeltaLog } from "../delta-log.ts";
import { statFile } from "../log-folder.ts";
import type {
  CheckpointWriter,
  CommitRequest,
  CommitResult,
  IsolationLevel,
  Snapshot,
} from "../types.ts";
import { runAfterCommit } from "./after-commit.ts";
import { logPath, writeCommit } from "./commit.ts";
import { checkConflict, type TransactionFacts } from "./conflict.ts";
import { conflictError } from "./conflict-error.ts";
import { createFileMatcher } from "./match-file.ts";
import { type PreparedCommit, prepareCommit } from "./prepare-commit.ts";
import { readWinningCommit } from "./winning-commit.ts";

export interface TransactionOptions {
  /** Default: the table's `delta.isolationLevel`, else WriteSerializable. */
  isolation?: IsolationLevel;
  clock?: Clock;
  rng?: Rng;
  /** Without one, no checkpoints are written. */
  checkpointWriter?: CheckpointWriter;
  /** The table's log, to read the state a checkpoint holds; without one, none is written. */
  log?: DeltaLog;
  /** How many lost races to try again before giving up; default 10,000. */
  maxRetries?: number;
  /** Runs before the first attempt, with what it is about to commit: where tests let others win. */
  beforeCommit?(request: CommitRequest, snapshot: Snapshot | null): void | Promise<void>;
}

export interface Transaction {
  /** The version it read; null when it creates the table. */
  readonly snapshot: Snapshot | null;
  /**
   * Makes the request the next version. Resolves once the commit is durable; `skipped` when the
   * request's `txn` was committed before. Throws RESOURCE_CONFLICT when another writer's commit
   * cannot be followed; the data files are then the caller's to delete.
   */
  commit(request: CommitRequest): Promise<CommitResult>;
}

const DEFAULT_MAX_RETRIES = 10_000;
const MAX_BACKOFF_MS = 50;

/**
 * Starts a transaction on what `snapshot` shows; with null, on a table that does not exist yet at
 * `tableRoot`.
 */
export function beginTransaction(
  tableRoot: string,
  snapshot: Snapshot | null,
  options: TransactionOptions = {},
): Transaction {
  return { snapshot, commit: (request) => commit(tableRoot, snapshot, request, options) };
}

async function commit(
  tableRoot: string,
  snapshot: Snapshot | null,
  request: CommitRequest,
  options: TransactionOptions,
): Promise<CommitResult> {
  const committed = alreadyCommitted(snapshot, request);
  if (committed) return committed;
  const clock = options.clock ?? systemClock;
  const prepared = prepareCommit(snapshot, request, { clock, isolation: options.isolation });
  await options.beforeCommit?.(request, snapshot);
  const { version, retryCount } = await writeOrRetry(tableRoot, snapshot, request, {
    prepared,
    rng: options.rng ?? createRng(randomSeed()),
    maxRetries: options.maxRetries ?? DEFAULT_MAX_RETRIES,
  });
  const warnings = await runAfterCommit({
    tableRoot,
    version,
    snapshot: retryCount === 0 ? snapshot : null,
    prepared,
    clock,
    checkpointWriter: options.checkpointWriter,
    log: options.log,
  });
  const timestampMs = prepared.inCommitTimestamp ?? commitFileTime(tableRoot, version, clock);
  return { version, timestampMs, retryCount, ...(warnings.length > 0 && { warnings }) };
}

interface Attempts {
  prepared: PreparedCommit;
  rng: Rng;
  maxRetries: number;
}

async function writeOrRetry(
  tableRoot: string,
  snapshot: Snapshot | null,
  request: CommitRequest,
  { prepared, rng, maxRetries }: Attempts,
): Promise<{ version: number; retryCount: number }> {
  let version = snapshot === null ? 0 : snapshot.version + 1;
  for (let retryCount = 0; ; retryCount++) {
    const before = retryCount === 0 ? request.flushFiles : undefined;
    const actions = prepared.actionsFor(version);
    if (await writeCommit(tableRoot, version, actions, before)) return { version, retryCount };
    if (isOurs(tableRoot, version, prepared)) return { version, retryCount };
    if (retryCount >= maxRetries) throw tooManyRetries(retryCount, version);
    version = followWinners(tableRoot, snapshot, request, prepared, version);
    // Not a wait for anyone: it spreads writers that lost the same race.
    await delay(rng.next() * Math.min(MAX_BACKOFF_MS, 2 ** Math.min(retryCount, 10)));
  }
}

/** A write that seemed to fail may have reached the log: then the commit there carries our id. */
function isOurs(tableRoot: string, version: number, { txnId }: PreparedCommit): boolean {
  return readWinningCommit(tableRoot, version)?.commitInfo?.txnId === txnId;
}

/** Checks every commit from `version` on; returns the first free version. */
function followWinners(
  tableRoot: string,
  snapshot: Snapshot | null,
  request: CommitRequest,
  prepared: PreparedCommit,
  version: number,
): number {
  let next = version;
  for (;;) {
    const winner = readWinningCommit(tableRoot, next);
    if (winner === null) return next;
    if (snapshot === null) {
      throw conflictError("DELTA_PROTOCOL_CHANGED", winner, "another writer created the table");
    }
    if (request.exclusive) {
      const what = "this statement cannot follow any other commit";
      throw conflictError("DELTA_CONCURRENT_WRITE", winner, what);
    }
    checkConflict(factsOf(snapshot, request, prepared), winner);
    prepared.rebaseAfter(winner);
    next++;
  }
}

function factsOf(
  snapshot: Snapshot,
  request: CommitRequest,
  prepared: PreparedCommit,
): TransactionFacts {
  return {
    snapshot,
    protocol: prepared.protocol,
    metadata: prepared.metadata,
    actions: prepared.actions,
    isolation: prepared.isolation,
    isBlindAppend: prepared.isBlindAppend,
    readPredicates: request.readPredicates ?? [],
    readWholeTable: request.readWholeTable ?? false,
    readFiles: request.readFiles ?? null,
    readAppIds: new Set(prepared.actions.flatMap(({ txn }) => (txn ? [txn.appId] : []))),
    mayMatch: createFileMatcher(snapshot),
  };
}

function alreadyCommitted(
  snapshot: Snapshot | null,
  { txn }: CommitRequest,
): CommitResult | undefined {
  if (!snapshot || !txn) return undefined;
  const seen = snapshot.txnVersion(txn.appId);
  if (seen === undefined || BigInt(seen) < BigInt(txn.version)) return undefined;
  const { version, timestampMs } = snapshot;
  return { version, timestampMs, retryCount: 0, skipped: true };
}

function commitFileTime(tableRoot: string, version: number, clock: Clock): number {
  return statFile(logPath(tableRoot, version, "json"))?.modifiedMs ?? clock.nowMs();
}

function tooManyRetries(retryCount: number, version: number): SovereignError {
  return new SovereignError(
    "RESOURCE_CONFLICT",
    `gave up after losing ${retryCount} races; version ${version} went to another writer too`,
    {
      hint: "run the statement again when fewer writers are busy",
      details: { error_class: "DELTA_CONCURRENT_WRITE", retry_count: retryCount },
    },
  );
}
