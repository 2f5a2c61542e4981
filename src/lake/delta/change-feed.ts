/**
 * Change data feed, writing side (PROTOCOL.md, "Change Data Files"): which tables keep one and what
 * names their columns may not have. What changes mean when read is in `changes.ts`.
 */
import { SovereignError } from "../../core/errors.ts";
import { parseSchemaJson } from "../schema/schema-json.ts";
import type { Metadata } from "./types.ts";

/** Folder of change data files below the table's root. */
export const CHANGE_FOLDER = "_change_data";

export const CHANGE_TYPE = "_change_type";
export const COMMIT_VERSION = "_commit_version";
export const COMMIT_TIMESTAMP = "_commit_timestamp";

const RESERVED: ReadonlySet<string> = new Set([CHANGE_TYPE, COMMIT_VERSION, COMMIT_TIMESTAMP]);
/** The second is the name of Delta's first years; Spark still takes it. */
const KEYS = ["delta.enableChangeDataFeed", "delta.enableChangeDataCapture"];

/** Whether commits of the table must tell row by row what they change. */
export function recordsChanges({ configuration }: Metadata): boolean {
  const value = KEYS.map((key) => configuration[key]).find((found) => found !== undefined);
  return value?.toLowerCase() === "true";
}

/**
 * Refuses columns named as the feed's own, which nobody could tell apart when reading.
 * NOTE: Spark refuses the exact names only, and cannot read the feed of a table with others.
 */
export function refuseReservedColumns(before: Metadata | null, after: Metadata): void {
  if (!recordsChanges(after)) return;
  const { fields } = parseSchemaJson(after.schemaString);
  const found = fields.filter((field) => RESERVED.has(field.name.toLowerCase()));
  if (found.length === 0) return;
  const names = found.map((field) => `\`${field.name}\``).join(", ");
  const wasOn = before !== null && recordsChanges(before);
  throw new SovereignError(
    "INVALID_PARAMETER_VALUE",
    `the change data feed needs the column name ${names} for itself`,
    {
      hint: "rename the column, or set `delta.enableChangeDataFeed` to `false`",
      details: {
        error_class: wasOn
          ? "RESERVED_CDC_COLUMNS_ON_WRITE"
          : "DELTA_TABLE_ALREADY_CONTAINS_CDC_COLUMNS",
        sql_state: wasOn ? "42939" : "42711",
      },
    },
  );
}
