/**
 * The part of the conflict check that concerns the table rather than its files, as Delta's
 * ConflictChecker has it (delta-spark 4.4): protocol, metadata, domains, application transactions.
 * More is let through in two places: plain appends bear more changes of metadata, and rewrites of
 * the same rows bear all that leave partitioning and row ids alone (OPTIMIZE starts again there).
 */
import { SovereignError } from "../../../core/errors.ts";
import { assertWritable, listProtocolFeatures } from "../features.ts";
import type { Metadata, Protocol } from "../types.ts";
import type { TransactionFacts } from "./conflict.ts";
import { conflictError } from "./conflict-error.ts";
import { onlyMovesHighWaterMarks } from "./identity-columns.ts";
import { metadataStillFits, onlyEnablesFeatures, rewriteStillFits } from "./metadata-conflict.ts";
import { ROW_TRACKING_DOMAIN } from "./row-ids.ts";
import type { WinningCommit } from "./winning-commit.ts";

/** Throws RESOURCE_CONFLICT when the table the winner leaves is not one `ours` can go on with. */
export function checkTable(ours: TransactionFacts, winner: WinningCommit): void {
  const protocol = winner.protocol ?? ours.protocol;
  checkProtocol(ours, winner);
  checkMetadata(ours, winner, protocol);
  checkWritable(ours, winner, protocol);
  checkDomains(ours, winner);
  checkApplications(ours, winner);
}

function checkProtocol(ours: TransactionFacts, winner: WinningCommit): void {
  if (!winner.protocol) return;
  const fail = (what: string) => conflictError("DELTA_PROTOCOL_CHANGED", winner, what);
  if (ours.actions.some((action) => action.protocol)) throw fail("both change the protocol");
  const features = new Set(listProtocolFeatures(winner.protocol));
  const dropped = listProtocolFeatures(ours.protocol).filter((name) => !features.has(name));
  if (dropped.length === 0) return;
  throw fail(`it dropped the table feature ${dropped.map((name) => `\`${name}\``).join(", ")}`);
}

function checkMetadata(ours: TransactionFacts, winner: WinningCommit, protocol: Protocol): void {
  if (!winner.metadata) return;
  const fail = (what: string) => conflictError("DELTA_METADATA_CHANGED", winner, what);
  if (ours.actions.some((action) => action.metaData)) {
    throw fail("both change the table's schema or properties");
  }
  if (metadataBearable(ours, winner.metadata, protocol)) return;
  throw fail(`it changed ${describeChange(ours.metadata, winner.metadata)}`);
}

function metadataBearable(ours: TransactionFacts, after: Metadata, protocol: Protocol): boolean {
  const before = ours.metadata;
  if (onlyMovesHighWaterMarks(before, after)) return true;
  if (onlyEnablesFeatures(before, after, protocol)) return true;
  if (ours.isolation === "SnapshotIsolation") return rewriteStillFits(before, after);
  const onlyAppends = ours.isBlindAppend && !ours.actions.some((action) => action.protocol);
  return onlyAppends && metadataStillFits(before, after);
}

/** A table that the winner put beyond what this writer does right. */
function checkWritable(ours: TransactionFacts, winner: WinningCommit, protocol: Protocol): void {
  if (!winner.protocol && !winner.metadata) return;
  const intent = ours.actions.some((action) => action.remove) ? "change" : "append";
  try {
    assertWritable(protocol, winner.metadata ?? ours.metadata, intent);
  } catch (error) {
    if (!(error instanceof SovereignError)) throw error;
    throw conflictError("DELTA_PROTOCOL_CHANGED", winner, error.message);
  }
}

function checkDomains(ours: TransactionFacts, winner: WinningCommit): void {
  const theirs = new Set(winner.domains.map((domain) => domain.domain));
  for (const { domainMetadata } of ours.actions) {
    if (!domainMetadata || !theirs.has(domainMetadata.domain)) continue;
    if (domainMetadata.domain === ROW_TRACKING_DOMAIN) continue;
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

/** What a user looks for first: the schema, else the properties by name. */
function describeChange(before: Metadata, after: Metadata): string {
  if (before.schemaString !== after.schemaString) return "the table's schema";
  if (before.partitionColumns.join() !== after.partitionColumns.join()) {
    return "the table's partitioning";
  }
  const keys = new Set([...Object.keys(before.configuration), ...Object.keys(after.configuration)]);
  const changed = [...keys].filter((key) => before.configuration[key] !== after.configuration[key]);
  if (changed.length === 0) return "the table's metadata";
  const names = changed
    .sort()
    .slice(0, 5)
    .map((key) => `\`${key}\``);
  return `the table property ${names.join(", ")}${changed.length > names.length ? ", …" : ""}`;
}
