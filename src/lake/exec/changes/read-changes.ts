/**
 * The change data feed of a table as a relation: the files that hold the changes of a range
 * (`delta/changes.ts`), scanned like a table with three columns more. Version, time and, where files
 * do not say it row by row, the kind of change are partition columns there, so that conditions on
 * them rule files out.
 */
import { SovereignError } from "../../../core/errors.ts";
import {
  CHANGE_FOLDER,
  CHANGE_TYPE,
  COLUMN_MAPPING_PHYSICAL_NAME,
  COMMIT_TIMESTAMP,
  COMMIT_VERSION,
  type ColumnMappingMode,
  changeFilesOf,
  createFilePruner,
  type DeltaLog,
  readCommits,
  readsEarlier,
  recordsChanges,
  type ScanFile,
  type Snapshot,
} from "../../delta/index.ts";
import { LONG, STRING, structField, structType, TIMESTAMP } from "../../schema/data-type.ts";
import { parseSchemaJson } from "../../schema/schema-json.ts";
import type { Plan } from "../../sql/plan/plan.ts";
import { schemaAttributes } from "../scan-attributes.ts";
import type { ChangeRange } from "./change-range.ts";

/** What is known of a feed before it is bound; each call of it makes a plan of its own. */
export type ChangeFeed = (allocate: () => number) => Plan;

export interface FeedName {
  qualifier: readonly string[];
  displayName: string;
}

/** Opens the feed of a range; null is a range without commits. */
export async function openChangeFeed(
  log: DeltaLog,
  range: ChangeRange | null,
  name: FeedName,
): Promise<ChangeFeed> {
  const latest = await log.snapshot();
  if (range === null) return unionOf([feedTable(latest, [], false)], name);
  const first = await log.snapshot({ version: range.start });
  const shape = await shapeOf(log, range, first, latest);
  const isPartitioned = shape.metadata.partitionColumns.length > 0;
  const told: ScanFile[] = [];
  const derived: ScanFile[] = [];
  if (!recordsChanges(first.metadata)) throw notRecorded(range.start, range);
  for (const commit of readCommits(log.list(), range.start, range.end)) {
    const metadata = commit.actions.find((action) => action.metaData)?.metaData;
    if (metadata && !recordsChanges(metadata)) throw notRecorded(commit.version, range);
    if (metadata && commit.version > range.start) {
      const state = {
        schema: parseSchemaJson(metadata.schemaString),
        columnMappingMode: mappingModeOf(metadata.configuration),
      };
      const isEarlier = commit.version <= shape.version;
      const fits = isEarlier ? readsEarlier(state, shape) : readsEarlier(shape, state);
      if (!fits) throw incompatible("SCHEMA_CHANGE", range, shape, commit.version);
    }
    const files = changeFilesOf(log.tableRoot, commit, { isPartitioned });
    told.push(...files.told);
    derived.push(...files.derived);
  }
  if (!readsEarlier(first, shape)) throw incompatible("DATA_SCHEMA", range, shape, range.start);
  const tables = [feedTable(shape, derived, false), feedTable(shape, told, true)];
  const filled = [derived.length > 0, told.length > 0];
  const used = tables.filter((_, i) => filled[i]);
  return unionOf(used.length > 0 ? used : tables.slice(0, 1), name);
}

/**
 * The version whose columns the feed has: the newest, as Spark reads a table without column
 * mapping; with it, the end of the range, since names may have changed after.
 */
async function shapeOf(
  log: DeltaLog,
  { end }: ChangeRange,
  first: Snapshot,
  latest: Snapshot,
): Promise<Snapshot> {
  const last = await log.snapshot({ version: end });
  const isMapped = [first, last, latest].some((s) => s.columnMappingMode !== "none");
  return isMapped ? last : latest;
}

function mappingModeOf(configuration: Readonly<Record<string, string>>): ColumnMappingMode {
  const mode = configuration["delta.columnMapping.mode"]?.toLowerCase();
  return mode === "name" || mode === "id" ? mode : "none";
}

/** A table of changes: what a scan needs to know of one. */
function feedTable(base: Snapshot, files: readonly ScanFile[], isTold: boolean): Snapshot {
  const extra = [
    structField(CHANGE_TYPE, STRING, true, { [COLUMN_MAPPING_PHYSICAL_NAME]: CHANGE_TYPE }),
    structField(COMMIT_VERSION, LONG, true, { [COLUMN_MAPPING_PHYSICAL_NAME]: COMMIT_VERSION }),
    structField(COMMIT_TIMESTAMP, TIMESTAMP, true, {
      [COLUMN_MAPPING_PHYSICAL_NAME]: COMMIT_TIMESTAMP,
    }),
  ];
  const partitions = extra.map((field) => field.name).filter((n) => !isTold || n !== CHANGE_TYPE);
  const { partitionColumns } = base.metadata;
  const { protocol, version, timestampMs } = base;
  const table: Snapshot = {
    // No table's root: what a statement reads of history does not bear on what it changes.
    tableRoot: `${base.tableRoot}/${CHANGE_FOLDER}`,
    version,
    timestampMs,
    protocol,
    metadata: { ...base.metadata, partitionColumns: [...partitionColumns, ...partitions] },
    schema: structType([...base.schema.fields, ...extra]),
    // The feed's own column has no field id in the files; the table's have their names there too.
    columnMappingMode: isTold && base.columnMappingMode === "id" ? "name" : base.columnMappingMode,
    fileCount: async () => files.length,
    totalSizeBytes: async () => files.reduce((sum, { add }) => sum + add.size, 0),
    scanFiles: async (predicate) => {
      if (!predicate) return [...files];
      const pruner = createFilePruner(table, predicate);
      return files.filter(({ add }) => pruner.mayMatch(add));
    },
    txnVersion: () => undefined,
    domains: () => new Map(),
  };
  return table;
}

function unionOf(tables: readonly Snapshot[], { qualifier, displayName }: FeedName): ChangeFeed {
  return (allocate) => {
    const scans = tables.map(
      (snapshot): Plan => ({
        kind: "scan",
        snapshot,
        tableName: `changes of ${displayName}`,
        prune: null,
        output: schemaAttributes(snapshot.schema, allocate, qualifier),
      }),
    );
    return scans.reduce((left, right) => ({
      kind: "set_operation",
      operator: "union",
      all: true,
      left,
      right,
      output: schemaAttributes(tables[0]!.schema, allocate, qualifier),
    }));
  };
}

function notRecorded(version: number, { start, end }: ChangeRange): SovereignError {
  return new SovereignError(
    "INVALID_STATE",
    `the changes of version ${version} were not recorded (asked for: ${start} to ${end})`,
    {
      hint:
        "`lake history` shows when `delta.enableChangeDataFeed` was set; from there on changes " +
        "can be read",
      details: { error_class: "DELTA_MISSING_CHANGE_DATA", sql_state: "KD002", version },
    },
  );
}

function incompatible(
  what: "DATA_SCHEMA" | "SCHEMA_CHANGE",
  { start, end }: ChangeRange,
  shape: Snapshot,
  version: number,
): SovereignError {
  const hint =
    what === "SCHEMA_CHANGE"
      ? `read versions ${start} to ${version - 1} and ${version} to ${end} one after the other`
      : "start after the columns were changed";
  return new SovereignError(
    "INVALID_STATE",
    `the columns of version ${version} cannot be read as those of version ${shape.version}: ` +
      "one was renamed, dropped or given another type",
    {
      hint,
      details: {
        error_class: `DELTA_CHANGE_DATA_FEED_INCOMPATIBLE_${what}`,
        sql_state: "0AKDC",
        version,
      },
    },
  );
}
