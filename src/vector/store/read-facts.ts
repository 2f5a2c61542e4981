/**
 * What a collection is and how many rows it has, for listings: of its file the settings and, when
 * changes wait in the log, the ids; neither vectors nor metadata.
 */
import { statSync } from "node:fs";
import { parseJson } from "../../core/json/index.ts";
import { extendFields } from "../fields.ts";
import type { CollectionSettings, Metadata } from "../types.ts";
import { readHead, readIds } from "./collection-file.ts";
import { damaged } from "./section-file.ts";
import { EMPTY_WAL_BYTES, readWal } from "./wal.ts";
import type { LoggedChange } from "./wal-record.ts";

export interface CollectionFacts {
  readonly settings: CollectionSettings;
  readonly rowCount: number;
  readonly fileBytes: number;
  readonly logBytes: number;
  /** Whether the file has a section. */
  has(section: string): boolean;
}

/** How often a reader that the writer of a new file overtook tries again. */
export const READ_ATTEMPTS = 10;

/** Reads the facts of the collection in these files. DATA_LOSS for damage that it comes across. */
export function readFacts(file: string, wal: string): CollectionFacts {
  for (let attempt = 0; attempt < READ_ATTEMPTS; attempt++) {
    const { generation, rowCount, sizeBytes, settings, has } = readHead(file);
    const logBytes = statSync(wal, { throwIfNoEntry: false })?.size ?? 0;
    const facts = { settings, rowCount, fileBytes: sizeBytes, logBytes, has };
    if (logBytes <= EMPTY_WAL_BYTES) return facts;
    const after = { settings, rows: new Map<string, boolean>() };
    const identity = { generation, dims: settings.dims };
    const { state } = readWal(wal, identity, (change) => note(change, after));
    if (state === "older") return facts;
    const ids = state === "newer" ? null : readIds(file, generation);
    if (ids === null) continue;
    return { ...facts, settings: after.settings, rowCount: rowCount + countNew(ids, after.rows) };
  }
  throw damaged(wal, 16, "it belongs to a newer file");
}

/** The settings once a change of the log has been made. */
export function settingsAfter(
  settings: CollectionSettings,
  change: LoggedChange,
): CollectionSettings {
  if (change.kind === "synced") return { ...settings, synced: change.state };
  if (change.kind === "delete") return settings;
  let { fields } = settings;
  for (const { id, metadata } of change.rows) {
    fields = extendFields(fields, parseJson(metadata) as unknown as Metadata, id);
  }
  return fields === settings.fields ? settings : { ...settings, fields };
}

/** Notes which rows a change puts there (true) and takes away. */
function note(
  change: LoggedChange,
  after: { settings: CollectionSettings; readonly rows: Map<string, boolean> },
): void {
  after.settings = settingsAfter(after.settings, change);
  if (change.kind === "upsert") for (const { id } of change.rows) after.rows.set(id, true);
  if (change.kind === "delete") for (const id of change.ids) after.rows.set(id, false);
}

/** How many rows the log adds to those of the file, less those it takes away. */
function countNew(ids: readonly string[], rows: ReadonlyMap<string, boolean>): number {
  let count = 0;
  for (const isThere of rows.values()) if (isThere) count++;
  // Replaced or deleted, the row of the file is one less.
  for (const id of ids) if (rows.has(id)) count--;
  return count;
}
