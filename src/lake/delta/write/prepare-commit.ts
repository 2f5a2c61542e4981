/**
 * From a request to the actions of a commit: checks what the table allows, adds commitInfo in the
 * form Spark writes and the transaction identifier. In-commit timestamps and row ids depend on the
 * version and on the commits before it, so they are settled per attempt; a commit that came first
 * may also have changed the table's protocol or metadata (`conflict.ts` says which it may).
 */
import type { Clock } from "../../../core/clock.ts";
import { SovereignError } from "../../../core/errors.ts";
import { newUuid } from "../../../core/ids.ts";
import { packageVersion } from "../../../core/package.ts";
import { refuseReservedColumns } from "../change-feed.ts";
import { assertWritable } from "../features.ts";
import type {
  Action,
  CommitInfo,
  CommitRequest,
  IsolationLevel,
  Metadata,
  Protocol,
  Snapshot,
} from "../types.ts";
import { IDENTITY_TAG, onlyMovesHighWaterMarks } from "./identity-columns.ts";
import {
  assignRowIds,
  givesRowIds,
  highWaterMarkOf,
  PRESERVED_TAG,
  ROW_TRACKING_DOMAIN,
  tracksRows,
} from "./row-ids.ts";
import { isPropertyOn } from "./table-property.ts";
import type { WinningCommit } from "./winning-commit.ts";

export interface PreparedCommit {
  /** The request's actions plus `txn`, without commitInfo. */
  readonly actions: readonly Action[];
  readonly txnId: string;
  /** Of the table after this commit. */
  readonly protocol: Protocol;
  readonly metadata: Metadata;
  readonly isolation: IsolationLevel;
  readonly isBlindAppend: boolean;
  /** Of the last attempt; null where the table has none. */
  readonly inCommitTimestamp: number | null;
  /** All actions of an attempt at `version`. */
  actionsFor(version: number): Action[];
  /** Takes note of a commit that came before ours. */
  rebaseAfter(winner: WinningCommit): void;
}

export interface PrepareOptions {
  clock: Clock;
  isolation?: IsolationLevel | undefined;
}

const ICT_ENABLED = "delta.enableInCommitTimestamps";
const ICT_VERSION = "delta.inCommitTimestampEnablementVersion";
const ICT_TIMESTAMP = "delta.inCommitTimestampEnablementTimestamp";

/** Checks a request against the table it changes and readies its actions. */
export function prepareCommit(
  snapshot: Snapshot | null,
  request: CommitRequest,
  options: PrepareOptions,
): PreparedCommit {
  refuseRepeatedFiles(request.actions);
  const { protocol, metadata } = tableAfter(snapshot, request.actions);
  const isBlindAppend = isBlind(request);
  checkTableAllows(snapshot, request.actions, protocol, metadata);
  if (snapshot && tracksRows(snapshot.metadata) && tracksRows(metadata)) checkKeepsRowIds(request);
  const wanted = request.exclusive ? "Serializable" : options.isolation;
  const isolation = isolationOf(request.actions, metadata, wanted);
  const actions = request.txn ? [{ txn: request.txn }, ...request.actions] : request.actions;
  const nowMs = options.clock.nowMs();
  const info = commitInfoOf(request, {
    nowMs,
    isolation,
    isBlindAppend,
    readVersion: snapshot?.version,
    tags: snapshot ? tagsOf(snapshot.metadata, metadata) : {},
  });
  const state = new AttemptState(snapshot, { protocol, metadata }, actions);
  return {
    actions,
    txnId: info.txnId!,
    isolation,
    isBlindAppend,
    get protocol() {
      return state.protocol;
    },
    get metadata() {
      return state.metadata;
    },
    get inCommitTimestamp() {
      return state.inCommitTimestamp;
    },
    actionsFor: (version) => state.actionsFor(version, info),
    rebaseAfter: (winner) => state.rebaseAfter(winner),
  };
}

/** What of a commit depends on the commits before it. */
class AttemptState {
  protocol: Protocol;
  metadata: Metadata;
  inCommitTimestamp: number | null = null;
  readonly #actions: readonly Action[];
  /** Whether it is this commit that turns in-commit timestamps on, on a table that has none. */
  readonly #enablesTimestamps: boolean;
  #previousMs: number;
  #highWaterMark: bigint | null;

  constructor(
    snapshot: Snapshot | null,
    after: { protocol: Protocol; metadata: Metadata },
    actions: readonly Action[],
  ) {
    this.protocol = after.protocol;
    this.metadata = after.metadata;
    this.#actions = actions;
    this.#previousMs = snapshot?.timestampMs ?? -1;
    this.#enablesTimestamps = snapshot !== null && !isPropertyOn(snapshot.metadata, ICT_ENABLED);
    this.#highWaterMark = givesRowIds(after.protocol, after.metadata)
      ? highWaterMarkOf(snapshot?.domains().get(ROW_TRACKING_DOMAIN))
      : null;
  }

  actionsFor(version: number, info: CommitInfo): Action[] {
    const actions =
      this.#highWaterMark !== null
        ? assignRowIds(this.#actions, this.#highWaterMark, version)
        : this.#actions;
    if (!isPropertyOn(this.metadata, ICT_ENABLED)) {
      this.inCommitTimestamp = null;
      return [{ commitInfo: info }, ...actions];
    }
    const inCommitTimestamp = Math.max(info.timestamp, this.#previousMs + 1);
    this.inCommitTimestamp = inCommitTimestamp;
    const timed = this.#enablesTimestamps
      ? actions.map((action) => noteEnablement(action, version, inCommitTimestamp))
      : actions;
    return [{ commitInfo: { ...info, inCommitTimestamp } }, ...timed];
  }

  /** Called with the winners in order, after the conflict check let each pass. */
  rebaseAfter(winner: WinningCommit): void {
    this.#previousMs = Math.max(this.#previousMs, winner.timestampMs);
    if (winner.protocol) this.protocol = winner.protocol;
    if (winner.metadata) this.metadata = winner.metadata;
    const theirs = winner.domains.find((domain) => domain.domain === ROW_TRACKING_DOMAIN);
    if (theirs || (this.#highWaterMark === null && givesRowIds(this.protocol, this.metadata))) {
      this.#highWaterMark = highWaterMarkOf(theirs);
    }
  }
}

/** Protocol and metadata as they are after `actions`; refuses a first commit without them. */
export function tableAfter(
  snapshot: Snapshot | null,
  actions: readonly Action[],
): { protocol: Protocol; metadata: Metadata } {
  const protocol = actions.find((action) => action.protocol)?.protocol ?? snapshot?.protocol;
  const metadata = actions.find((action) => action.metaData)?.metaData ?? snapshot?.metadata;
  if (!protocol || !metadata) {
    throw new SovereignError("INTERNAL_ERROR", "the first commit needs a protocol and a metaData");
  }
  return { protocol, metadata };
}

function checkTableAllows(
  snapshot: Snapshot | null,
  actions: readonly Action[],
  protocol: Protocol,
  metadata: Metadata,
): void {
  const removesRows = actions.some((action) => action.remove?.dataChange);
  const rewrites = actions.some((action) => action.remove);
  const intent = rewrites ? "change" : "append";
  if (snapshot) assertWritable(snapshot.protocol, snapshot.metadata, intent);
  assertWritable(protocol, metadata, intent);
  if (metadata !== snapshot?.metadata) {
    refuseReservedColumns(snapshot?.metadata ?? null, metadata);
  }
  if (!removesRows || !isPropertyOn(metadata, "delta.appendOnly")) return;
  throw new SovereignError("INVALID_STATE", "this table is append-only: rows cannot be removed", {
    hint: "set the table property `delta.appendOnly` to `false` first",
    details: { error_class: "DELTA_CANNOT_MODIFY_APPEND_ONLY" },
  });
}

/** What the conflict checks of others read off a commit (`DeltaCommitTag` of delta-spark). */
function tagsOf(before: Metadata, after: Metadata): Record<string, string> {
  return {
    ...(onlyMovesHighWaterMarks(before, after) && { [IDENTITY_TAG]: "true" }),
    ...(tracksRows(before) && { [PRESERVED_TAG]: "true" }),
  };
}

/** Files that take the place of others hold rows that must keep their ids. */
function checkKeepsRowIds({ actions, keepsRowIds }: CommitRequest): void {
  const removes = actions.some((action) => action.remove);
  if (keepsRowIds || !removes || actions.every(({ add }) => !add || add.baseRowId != null)) return;
  throw new SovereignError(
    "NOT_IMPLEMENTED",
    "cannot write this table: this operation does not keep the row ids of `rowTracking`",
    {
      hint: "run it with the engine that turned the feature on; reading it here works",
      details: { features: ["rowTracking"] },
    },
  );
}

function isBlind(request: CommitRequest): boolean {
  const read =
    request.exclusive === true ||
    request.readWholeTable === true ||
    (request.readPredicates?.length ?? 0) > 0 ||
    (request.readFiles?.size ?? 0) > 0;
  return !read && request.actions.every((action) => !action.remove && !action.cdc);
}

/** A commit that changes no rows (compaction) cannot spoil what others read. */
function isolationOf(
  actions: readonly Action[],
  metadata: Metadata,
  wanted: IsolationLevel | undefined,
): IsolationLevel {
  const isRewrite =
    (actions.length === 0 || actions.some((action) => action.add ?? action.remove)) &&
    actions.every((action) => !(action.add ?? action.remove)?.dataChange) &&
    actions.every((action) => !action.metaData && !action.protocol);
  if (isRewrite) return "SnapshotIsolation";
  if (wanted) return wanted;
  const property = metadata.configuration["delta.isolationLevel"]?.toLowerCase();
  return property === "serializable" ? "Serializable" : "WriteSerializable";
}

interface CommitFacts {
  nowMs: number;
  isolation: IsolationLevel;
  isBlindAppend: boolean;
  readVersion: number | undefined;
  tags: Record<string, string>;
}

function commitInfoOf(request: CommitRequest, facts: CommitFacts): CommitInfo {
  return {
    timestamp: facts.nowMs,
    operation: request.operation,
    operationParameters: request.operationParameters,
    ...(facts.readVersion !== undefined && { readVersion: facts.readVersion }),
    isolationLevel: facts.isolation,
    isBlindAppend: facts.isBlindAppend,
    operationMetrics: request.operationMetrics ?? {},
    ...(Object.keys(facts.tags).length > 0 && { tags: facts.tags }),
    ...(request.userMetadata !== undefined && { userMetadata: request.userMetadata }),
    engineInfo: `sovereign/${packageVersion()}`,
    txnId: newUuid(),
  };
}

/** A table that turns in-commit timestamps on later than at birth says since when. */
function noteEnablement(action: Action, version: number, timestampMs: number): Action {
  if (!action.metaData) return action;
  const configuration = {
    ...action.metaData.configuration,
    [ICT_VERSION]: String(version),
    [ICT_TIMESTAMP]: String(timestampMs),
  };
  return { ...action, metaData: { ...action.metaData, configuration } };
}

/** A change takes each file once out of a table, unless its log holds the file twice. */
function refuseRepeatedFiles(actions: readonly Action[]): void {
  const seen = new Set<string>();
  for (const { remove } of actions) {
    if (!remove) continue;
    if (seen.has(remove.path)) {
      throw new SovereignError(
        "DATA_LOSS",
        `the table's log holds the file \`${remove.path}\` twice, with other deleted rows`,
        {
          hint: "restore a version of the table before the damage",
          details: { path: remove.path },
        },
      );
    }
    seen.add(remove.path);
  }
}
