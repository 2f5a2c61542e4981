/**
 * Row ids (PROTOCOL.md, "Row Tracking"): where a table carries the feature, each file gets the
 * first of a range of ids never given before, and the version that added it. Both depend on the
 * commits before ours, so they are settled anew for each attempt. Tables with
 * `delta.enableRowTracking` keep the ids of rows that move in two hidden columns of the files.
 */
import { SovereignError } from "../../../core/errors.ts";
import { newUuid } from "../../../core/ids.ts";
import { isJsonObject, parseJson } from "../../../core/json/index.ts";
import { hasFeature } from "../features.ts";
import { physicalRowCount } from "../row-count.ts";
import type {
  Action,
  AddFile,
  DomainMetadata,
  Metadata,
  Protocol,
  RowTrackingColumns,
} from "../types.ts";
import { isPropertyOn } from "./table-property.ts";

export const ROW_TRACKING_DOMAIN = "delta.rowTracking";
const SUSPENDED = "delta.rowTrackingSuspended";
/** Of a table that has given no id yet; the first id is 0. */
const NO_HIGH_WATER_MARK = -1n;

const ENABLED = "delta.enableRowTracking";
const ROW_ID_NAME = "delta.rowTracking.materializedRowIdColumnName";
const VERSION_NAME = "delta.rowTracking.materializedRowCommitVersionColumnName";

/** Tag of a commit whose moved rows kept their ids. */
export const PRESERVED_TAG = "delta.rowTracking.preserved";

/** Whether every row has an id, and keeps it through rewrites. */
export function tracksRows(metadata: Metadata): boolean {
  return isPropertyOn(metadata, ENABLED);
}

/** The hidden columns of a table that tracks rows; undefined where it does not. */
export function rowTrackingColumns(metadata: Metadata): RowTrackingColumns | undefined {
  if (!tracksRows(metadata)) return undefined;
  const { [ROW_ID_NAME]: rowId, [VERSION_NAME]: rowCommitVersion } = metadata.configuration;
  if (rowId !== undefined && rowCommitVersion !== undefined) return { rowId, rowCommitVersion };
  throw new SovereignError("DATA_LOSS", "the table tracks rows and does not name where", {
    hint: `ALTER TABLE … UNSET TBLPROPERTIES ('${ENABLED}')`,
    details: { error_class: "DELTA_MATERIALIZED_ROW_ID_COLUMN_NAME_MISSING" },
  });
}

/** `configuration` with names for the hidden columns, fresh ones where it has none. */
export function nameRowTrackingColumns(
  configuration: Readonly<Record<string, string>>,
): Record<string, string> {
  const { [ROW_ID_NAME]: rowId, [VERSION_NAME]: version } = configuration;
  return {
    ...configuration,
    [ROW_ID_NAME]: rowId ?? `_row-id-col-${newUuid()}`,
    [VERSION_NAME]: version ?? `_row-commit-version-col-${newUuid()}`,
  };
}

/** The entries of a configuration that name those columns. */
export function rowTrackingNames(
  configuration: Readonly<Record<string, string>>,
): Record<string, string> {
  const named = [ROW_ID_NAME, VERSION_NAME].filter((key) => configuration[key] !== undefined);
  return Object.fromEntries(named.map((key) => [key, configuration[key]!]));
}

/** Whether files of this table need row ids. */
export function givesRowIds(protocol: Protocol, metadata: Metadata): boolean {
  return hasFeature(protocol, "rowTracking") && !isPropertyOn(metadata, SUSPENDED);
}

/** The highest id given so far, by the table's domain. */
export function highWaterMarkOf(domain: DomainMetadata | undefined): bigint {
  if (domain === undefined || domain.removed) return NO_HIGH_WATER_MARK;
  const source = `the domain \`${ROW_TRACKING_DOMAIN}\``;
  const body = parseJson(domain.configuration, { source });
  const mark = isJsonObject(body) ? body.rowIdHighWaterMark : undefined;
  if (typeof mark === "bigint") return mark;
  if (typeof mark === "number" && Number.isSafeInteger(mark)) return BigInt(mark);
  throw new SovereignError("DATA_LOSS", `${source} holds no \`rowIdHighWaterMark\``, {
    hint: "restore the table to an earlier version",
  });
}

/**
 * The actions with ids above `highWaterMark` for files that have none, the version for those that
 * lack it, and the new high-water mark in front.
 */
export function assignRowIds(
  actions: readonly Action[],
  highWaterMark: bigint,
  version: number,
): Action[] {
  let mark = highWaterMark;
  const assigned = actions.map((action) => {
    const { add } = action;
    if (!add) return action;
    const baseRowId = add.baseRowId ?? mark + 1n;
    if (add.baseRowId == null) mark += BigInt(rowCountOf(add));
    const defaultRowCommitVersion = add.defaultRowCommitVersion ?? version;
    return { add: { ...add, baseRowId, defaultRowCommitVersion } };
  });
  if (mark === highWaterMark) return assigned;
  const configuration = `{"rowIdHighWaterMark":${mark}}`;
  const domain = { domain: ROW_TRACKING_DOMAIN, configuration, removed: false };
  return [{ domainMetadata: domain }, ...assigned];
}

function rowCountOf(add: AddFile): number {
  const count = physicalRowCount(add);
  if (count !== null) return count;
  throw new SovereignError(
    "INVALID_STATE",
    `\`${add.path}\` needs row ids, and its statistics do not say how many rows it has`,
    {
      hint: "set `delta.dataSkippingNumIndexedCols` so that row counts are collected",
      details: { error_class: "DELTA_ROW_ID_ASSIGNMENT_WITHOUT_STATS" },
    },
  );
}
