/**
 * What replay and everything after it take for granted of an action (PROTOCOL.md, "Actions"), for
 * commits, checkpoints and compacted logs alike. Unknown fields are not looked at.
 */
import { isJsonObject } from "../../core/json/index.ts";
import type {
  AddCdcFile,
  AddFile,
  CheckpointAction,
  DeletionVectorDescriptor,
  RemoveFile,
} from "./types.ts";

const ACTION_NAMES = [
  "add",
  "remove",
  "cdc",
  "metaData",
  "protocol",
  "txn",
  "domainMetadata",
  "sidecar",
] as const;

/** Fills the fields replay relies on; returns what is wrong with an action, or null. */
export function checkAction(action: CheckpointAction): string | null {
  for (const name of ACTION_NAMES) {
    const body: unknown = action[name];
    if (body && !isJsonObject(body)) return `\`${name}\` is no object`;
  }
  if (action.add) return checkFile(action.add, "add");
  if (action.remove) return checkFile(action.remove, "remove");
  if (action.cdc) return checkFile(action.cdc, "cdc");
  if (action.metaData) return checkMetadata(action);
  if (action.protocol) return checkProtocol(action);
  if (action.txn && typeof action.txn.appId !== "string") return "`txn` without an `appId`";
  if (action.domainMetadata && typeof action.domainMetadata.domain !== "string") {
    return "`domainMetadata` without a `domain`";
  }
  const loose = action.txn ?? action.domainMetadata ?? action.sidecar;
  const other = loose && notScalar(loose, ["version", "lastUpdated", "configuration", "removed"]);
  if (other) return `\`${other}\` of an action is no single value`;
  if (action.sidecar && typeof action.sidecar.path !== "string") {
    return "`sidecar` without a `path`";
  }
  return null;
}

function checkFile(file: AddFile | RemoveFile | AddCdcFile, name: "add" | "remove" | "cdc") {
  if (typeof file.path !== "string") return `\`${name}\` without a \`path\``;
  // A folder is no data file, and the engine would read every file in it.
  if (NO_FILE.test(file.path)) return `\`${name}.path\` names no file`;
  if (name !== "remove") {
    // NOTE: `size` is required; Spark reads a missing one as 0.
    file.size ??= 0;
    if (!Number.isSafeInteger(file.size) || file.size < 0) return `\`${name}.size\` is no size`;
    file.partitionValues ??= {};
  }
  const other = notScalar(file, FILE_SCALARS);
  if (other) return `\`${name}.${other}\` is no single value`;
  if (file.partitionValues && !isTextMap(file.partitionValues)) {
    return `\`${name}.partitionValues\` is no map of texts`;
  }
  const vector = "deletionVector" in file ? file.deletionVector : null;
  const problem = vector ? checkVector(vector) : null;
  return problem && `\`${name}.deletionVector\` ${problem}`;
}

const FILE_SCALARS = [
  "stats",
  "modificationTime",
  "deletionTimestamp",
  "dataChange",
  "extendedFileMetadata",
  "size",
  "baseRowId",
  "defaultRowCommitVersion",
  "clusteringProvider",
];

/** The first of the fields that is a list or an object: as text these recurse without end. */
function notScalar(body: object, names: readonly string[]): string | undefined {
  const fields = body as Readonly<Record<string, unknown>>;
  return names.find((name) => typeof fields[name] === "object" && fields[name] !== null);
}

function checkVector(vector: DeletionVectorDescriptor): string | null {
  if (typeof vector.pathOrInlineDv !== "string") return "without `pathOrInlineDv`";
  if (typeof vector.storageType !== "string") return "without a `storageType`";
  const numbers = [vector.sizeInBytes, vector.offset ?? 0, vector.cardinality];
  const isCount = (n: unknown) => (typeof n === "bigint" ? n >= 0n : isSafeCount(n));
  return numbers.every(isCount) ? null : "whose sizes are no sizes";
}

function isSafeCount(n: unknown): boolean {
  return Number.isSafeInteger(n) && (n as number) >= 0;
}

const NO_FILE = /^$|(^|\/)\.{0,2}$/;

/** Whether every value is text or null. Numbers and flags become their text, as in Spark. */
function isTextMap(map: Record<string, unknown>): boolean {
  if (!isJsonObject(map)) return false;
  for (const key in map) {
    const value = map[key];
    if (typeof value === "string" || value === null) continue;
    if (typeof value === "object" || value === undefined) return false;
    map[key] = String(value);
  }
  return true;
}

const EMPTY_SCHEMA = '{"type":"struct","fields":[]}';

function checkMetadata(action: CheckpointAction): string | null {
  const metadata = action.metaData!;
  // NOTE: Spark reads a metaData without a schema as a table without columns; so do we.
  metadata.schemaString ??= EMPTY_SCHEMA;
  metadata.partitionColumns ??= [];
  metadata.configuration ??= {};
  metadata.format ??= { provider: "parquet", options: {} };
  if (typeof metadata.schemaString !== "string") return "`metaData.schemaString` is not text";
  const { partitionColumns } = metadata;
  if (!Array.isArray(partitionColumns) || partitionColumns.some((n) => typeof n !== "string")) {
    return "`metaData.partitionColumns` is no list of names";
  }
  if (!isTextMap(metadata.configuration)) return "`metaData.configuration` is no map of texts";
  const other = notScalar(metadata, ["id", "name", "description", "createdTime"]);
  if (other) return `\`metaData.${other}\` is no single value`;
  if (!isJsonObject(metadata.format)) return "`metaData.format` is no object";
  const provider: unknown = metadata.format.provider ?? "parquet";
  if (typeof provider !== "string") return "`metaData.format.provider` is not text";
  metadata.format.provider = provider;
  return null;
}

function checkProtocol(action: CheckpointAction): string | null {
  const { minReaderVersion, minWriterVersion, readerFeatures, writerFeatures } = action.protocol!;
  if (typeof minReaderVersion !== "number" || typeof minWriterVersion !== "number") {
    return "`protocol` without its versions";
  }
  for (const list of [readerFeatures, writerFeatures]) {
    if (list && !(Array.isArray(list) && list.every((name) => typeof name === "string"))) {
      return "a feature list of `protocol` is no list of names";
    }
  }
  return null;
}
