/**
 * ALTER TABLE … DROP FEATURE deletionVectors, in delta-spark 4.4's steps: the property goes; files
 * with deleted rows are written again; tombstones name the vectors that older versions need; three
 * empty commits, each with a checkpoint, stand between those versions and the protocol without the
 * feature, and `checkpointProtection` keeps every writer from cutting the history in between.
 * Not built: TRUNCATE HISTORY, other features.
 */
import { relative } from "node:path";
import { SovereignError } from "../../../core/errors.ts";
import { hasFeature } from "../../delta/features.ts";
import {
  type Action,
  deletionVectorPath,
  type Protocol,
  type RemoveFile,
  type TableSnapshot,
} from "../../delta/index.ts";
import { writeCheckpoint } from "../../delta/write/checkpoint.ts";
import { namedOperation, unsetPropertiesOperation } from "../../delta/write/operations.ts";
import type { AlterAction } from "../../sql/ast.ts";
import { notImplemented } from "../../sql/error.ts";
import { executeRewrite } from "../maintain/optimize.ts";
import { emptyOutcome, type Outcome } from "../result.ts";
import type { StatementContext, StatementOf } from "../statement.ts";
import type { TableHandle } from "../table-handle.ts";
import { type Change, commitChange } from "../write/commit.ts";
import { changeMetadata } from "./alter-table.ts";

const FEATURE = "deletionVectors";
const PROPERTY = "delta.enableDeletionVectors";
const PROTECTION = "checkpointProtection";
const PROTECTED_BEFORE = "delta.requireCheckpointProtectionBeforeVersion";
/** Checkpoints that stand between the versions with the feature and those without. */
const BARRIERS = 3;

type DropFeature = Extract<AlterAction, { kind: "drop_feature" }>;

/** Runs the statement. */
export async function dropFeature(
  ctx: StatementContext,
  opened: TableHandle,
  alter: StatementOf<"alter_table">,
  { feature, truncateHistory }: DropFeature,
): Promise<Outcome> {
  const { protocol } = opened.snapshot;
  if (!hasFeature(protocol, feature)) throw notPresent(feature, opened);
  if (feature !== FEATURE) throw notImplemented(`DROP FEATURE ${feature}`, alter.span);
  if (truncateHistory) throw notImplemented("DROP FEATURE … TRUNCATE HISTORY", alter.span);
  if (ctx.session.isRehearsed(opened.location)) return endFeature(ctx, opened);
  let handle = opened;
  if (PROPERTY in handle.snapshot.metadata.configuration) {
    const operation = unsetPropertiesOperation([PROPERTY], true);
    await changeMetadata(ctx, handle, { unsetProperties: [PROPERTY] }, operation);
    handle = await reopen(handle);
  }
  const { table, span } = alter;
  await executeRewrite(ctx, { kind: "reorg", table, apply: "PURGE", span });
  handle = await reopen(handle);
  const vectors = await vectorTombstones(ctx, handle);
  handle = await commitPart(ctx, handle, "Deletion Vector Tombstones", vectors);
  for (let i = 0; i < BARRIERS; i++) {
    handle = await commitPart(ctx, handle, "Empty Commit", []);
    await checkpoint(ctx, handle);
  }
  const outcome = await endFeature(ctx, handle);
  await checkpoint(ctx, await reopen(handle));
  return outcome;
}

async function commitPart(
  ctx: StatementContext,
  handle: TableHandle,
  name: string,
  others: Action[],
): Promise<TableHandle> {
  await commitChange(ctx, handle, { ...namedOperation(name, {}), others, metrics: {} });
  return reopen(handle);
}

/** The commit that takes the feature out; it says what every file of the table is. */
async function endFeature(ctx: StatementContext, handle: TableHandle): Promise<Outcome> {
  const { protocol, metadata, version } = handle.snapshot;
  const configuration = { ...metadata.configuration, [PROTECTED_BEFORE]: String(version + 1) };
  const change: Change = {
    ...namedOperation("DROP FEATURE", { featureName: FEATURE, truncateHistory: false }),
    others: [{ protocol: withoutFeature(protocol) }, { metaData: { ...metadata, configuration } }],
    metrics: {},
    reads: { readWholeTable: true, exclusive: true },
  };
  if (!ctx.session.isRehearsed(handle.location)) await refuseTraces(handle);
  return emptyOutcome({ commit: await commitChange(ctx, handle, change) });
}

/** Another writer may have turned the feature on again in between. */
async function refuseTraces({ snapshot }: TableHandle): Promise<void> {
  const files = await snapshot.scanFiles();
  const isOn = PROPERTY in snapshot.metadata.configuration;
  if (!isOn && files.every(({ add }) => !add.deletionVector)) return;
  throw new SovereignError("RESOURCE_CONFLICT", "another writer marked rows as deleted meanwhile", {
    hint: "run the statement again when fewer writers are busy",
    details: { error_class: "DELTA_FEATURE_DROP_CONFLICT_REVALIDATION_FAIL" },
  });
}

function withoutFeature(protocol: Protocol): Protocol {
  const without = (names: readonly string[] | undefined) =>
    (names ?? []).filter((name) => name !== FEATURE);
  const writerFeatures = without(protocol.writerFeatures);
  if (!writerFeatures.includes(PROTECTION)) writerFeatures.push(PROTECTION);
  const readerFeatures = without(protocol.readerFeatures);
  const { minWriterVersion, minReaderVersion } = protocol;
  return readerFeatures.length > 0
    ? { minReaderVersion, minWriterVersion, readerFeatures, writerFeatures }
    : { minReaderVersion: 1, minWriterVersion, writerFeatures };
}

/** One for each vector file that a version within the retention needs. */
async function vectorTombstones(
  ctx: StatementContext,
  { snapshot }: TableHandle,
): Promise<{ remove: RemoveFile }[]> {
  const paths = new Set<string>();
  for await (const removes of (snapshot as TableSnapshot).removes()) {
    for (const { deletionVector } of removes) {
      const path = deletionVector && deletionVectorPath(snapshot.tableRoot, deletionVector);
      if (path && deletionVector.storageType === "u") paths.add(relative(snapshot.tableRoot, path));
    }
  }
  const deletionTimestamp = ctx.session.clock.nowMs();
  return [...paths].sort().map((path) => ({
    remove: { path, deletionTimestamp, dataChange: false },
  }));
}

async function checkpoint(ctx: StatementContext, handle: TableHandle): Promise<void> {
  const writer = ctx.session.transaction.checkpointWriter;
  if (!writer) throw new Error("a session that changes protocols has a checkpoint writer");
  await writeCheckpoint(await handle.log.snapshot(), writer, ctx.session.clock);
}

async function reopen(handle: TableHandle): Promise<TableHandle> {
  return { ...handle, snapshot: await handle.log.snapshot() };
}

function notPresent(feature: string, { displayName }: TableHandle): SovereignError {
  return new SovereignError(
    "INVALID_PARAMETER_VALUE",
    `the table ${displayName} does not have the feature \`${feature}\``,
    {
      hint: "DESCRIBE DETAIL lists the features of a table",
      details: { error_class: "DELTA_FEATURE_DROP_FEATURE_NOT_PRESENT" },
    },
  );
}
