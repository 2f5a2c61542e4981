/**
 * The key order and null handling of actions as Delta's reference writer has them (`actions.scala`,
 * 4.4): absent and null fields are dropped, maps keep their null values. Reading order: then
 * `commit.ts`.
 */
import type { Action } from "../types.ts";

const KEY_ORDER: { readonly [K in keyof Action]-?: readonly string[] } = {
  commitInfo: [
    "version",
    "inCommitTimestamp",
    "timestamp",
    "userId",
    "userName",
    "operation",
    "operationParameters",
    "job",
    "notebook",
    "clusterId",
    "readVersion",
    "isolationLevel",
    "isBlindAppend",
    "operationMetrics",
    "userMetadata",
    "tags",
    "engineInfo",
    "txnId",
  ],
  protocol: ["minReaderVersion", "minWriterVersion", "readerFeatures", "writerFeatures"],
  metaData: [
    "id",
    "name",
    "description",
    "format",
    "schemaString",
    "partitionColumns",
    "configuration",
    "createdTime",
  ],
  txn: ["appId", "version", "lastUpdated"],
  domainMetadata: ["domain", "configuration", "removed"],
  add: [
    "path",
    "partitionValues",
    "size",
    "modificationTime",
    "dataChange",
    "stats",
    "tags",
    "deletionVector",
    "baseRowId",
    "defaultRowCommitVersion",
    "clusteringProvider",
  ],
  remove: [
    "path",
    "deletionTimestamp",
    "dataChange",
    "extendedFileMetadata",
    "partitionValues",
    "size",
    "tags",
    "deletionVector",
    "baseRowId",
    "defaultRowCommitVersion",
    "stats",
  ],
  cdc: ["path", "partitionValues", "size", "dataChange", "tags"],
};

const ACTION_KINDS = Object.keys(KEY_ORDER) as (keyof Action)[];

/** The one key of an action that is set, or undefined for an empty action. */
export function actionKind(action: Action): keyof Action | undefined {
  return ACTION_KINDS.find((kind) => action[kind] !== undefined);
}

/** The action with its body's keys in the reference order and null fields dropped. */
export function orderedAction(action: Action): Record<string, unknown> {
  const kind = actionKind(action);
  if (kind === undefined) throw new TypeError("an action must have exactly one kind");
  return { [kind]: orderedBody(kind, action[kind] as unknown as Record<string, unknown>) };
}

/** The body of one kind of action, as `orderedAction` prints it. */
export function orderedBody(kind: keyof Action, body: object): Record<string, unknown> {
  const source = body as Readonly<Record<string, unknown>>;
  const known = KEY_ORDER[kind];
  const ordered: Record<string, unknown> = {};
  for (const key of known) {
    if (source[key] !== undefined && source[key] !== null) ordered[key] = source[key];
  }
  for (const key of Object.keys(source)) {
    if (known.includes(key) || source[key] === undefined || source[key] === null) continue;
    ordered[key] = source[key];
  }
  return ordered;
}
