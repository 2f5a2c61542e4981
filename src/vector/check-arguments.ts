/** Options of a collection's calls, looked at for programs without types. */
import {
  optional,
  requireBoolean,
  requireFunction,
  requireListOf,
  requireObjectOf,
  requireOneOf,
  requireString,
  requireWhole,
} from "../core/arguments.ts";

export const requireUpsertOptions = requireObjectOf({
  skipSame: optional(requireBoolean),
  willOptimize: optional(requireBoolean),
});
const SYNC_OPTIONS = {
  full: optional(requireBoolean),
  willOptimize: optional(requireBoolean),
  onRows: optional(requireFunction),
  signal: optional(requireObjectOf({ throwIfAborted: requireFunction })),
};
export const requireSyncOptions = requireObjectOf(SYNC_OPTIONS);
export const requireFollowOptions = requireObjectOf({
  ...SYNC_OPTIONS,
  intervalMs: optional(requireWhole(0, 2 ** 31 - 1)),
});
/** What is noted of a table, and read again when the collection is opened. */
export const requireSyncState = requireObjectOf({
  tableId: requireString,
  version: requireWhole(0),
  columns: (value, what) => {
    requireObjectOf({})(value, what);
    requireListOf(requireString)(Object.values(value as object), what);
  },
  syncedAtMs: requireWhole(0),
});
export const requireMode = requireOneOf("read", "write");
/** What a lake is asked for here. */
export const requireLake = requireObjectOf({ sql: requireFunction, table: requireFunction });
