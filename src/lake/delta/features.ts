/**
 * Every table feature of the Delta protocol (4.4) with what this reader and writer do about it,
 * in one table. An unknown reader feature refuses reads, an unknown or unfinished writer feature
 * refuses writes, always by name (PROTOCOL.md, "Table Features").
 */
import { SovereignError } from "../../core/errors.ts";
import type { Metadata, Protocol } from "./types.ts";

export interface TableFeature {
  name: string;
  /** Listed in both feature lists; a reader must know it. */
  needsReader: boolean;
  read: "supported" | "refused";
  /**
   * `unless-active`: a table may carry it while nothing in it uses it (legacy versions imply it).
   * `append-only-when-active`: in use, it still allows commits that only add rows.
   */
  write: "supported" | "refused" | "unless-active" | "append-only-when-active";
  /** Lowest legacy versions that imply it. */
  legacyReaderVersion?: number;
  legacyWriterVersion?: number;
  /** Whether the table uses it; asked only where `write` depends on it. */
  isActive?: (metadata: Metadata) => boolean;
}

/** Column metadata keys are searched as text: a false hit refuses a write, never allows one. */
function schemaMentions(key: string): (metadata: Metadata) => boolean {
  return (metadata) => metadata.schemaString.includes(`"${key}"`);
}

const BOTH = { needsReader: true } as const;
const WRITER = { needsReader: false } as const;
const SUPPORTED = { read: "supported", write: "supported" } as const;
const READ_ONLY = { read: "supported", write: "refused" } as const;
const REFUSED = { read: "refused", write: "refused" } as const;

export const TABLE_FEATURES: readonly TableFeature[] = [
  { name: "appendOnly", ...WRITER, ...SUPPORTED, legacyWriterVersion: 2 },
  {
    name: "invariants",
    ...WRITER,
    read: "supported",
    write: "unless-active",
    legacyWriterVersion: 2,
    isActive: schemaMentions("delta.invariants"),
  },
  { name: "checkConstraints", ...WRITER, ...SUPPORTED, legacyWriterVersion: 3 },
  { name: "changeDataFeed", ...WRITER, ...SUPPORTED, legacyWriterVersion: 4 },
  { name: "generatedColumns", ...WRITER, ...SUPPORTED, legacyWriterVersion: 4 },
  {
    name: "columnMapping",
    ...BOTH,
    ...SUPPORTED,
    legacyReaderVersion: 2,
    legacyWriterVersion: 5,
  },
  { name: "identityColumns", ...WRITER, ...SUPPORTED, legacyWriterVersion: 6 },
  // Copy-on-write honours the vectors it reads and drops them with the file.
  { name: "deletionVectors", ...BOTH, ...SUPPORTED },
  { name: "timestampNtz", ...BOTH, ...SUPPORTED },
  { name: "v2Checkpoint", ...BOTH, ...SUPPORTED },
  { name: "vacuumProtocolCheck", ...BOTH, ...SUPPORTED },
  { name: "typeWidening", ...BOTH, ...SUPPORTED },
  { name: "typeWidening-preview", ...BOTH, ...SUPPORTED },
  { name: "variantType", ...BOTH, ...SUPPORTED },
  { name: "variantType-preview", ...BOTH, ...SUPPORTED },
  { name: "variantShredding", ...BOTH, ...READ_ONLY },
  { name: "variantShredding-preview", ...BOTH, ...READ_ONLY },
  { name: "allowColumnDefaults", ...WRITER, ...SUPPORTED },
  { name: "domainMetadata", ...WRITER, ...SUPPORTED },
  { name: "inCommitTimestamp", ...WRITER, ...SUPPORTED },
  // Limits how the log is cleaned: `write/log-cleanup.ts`.
  { name: "checkpointProtection", ...WRITER, ...SUPPORTED },
  { name: "rowTracking", ...WRITER, ...SUPPORTED },
  { name: "clustering", ...WRITER, ...READ_ONLY },
  { name: "icebergCompatV1", ...WRITER, ...READ_ONLY },
  { name: "icebergCompatV2", ...WRITER, ...READ_ONLY },
  { name: "icebergCompatV3", ...WRITER, ...READ_ONLY },
  { name: "icebergWriterCompatV1", ...WRITER, ...READ_ONLY },
  { name: "icebergWriterCompatV3", ...WRITER, ...READ_ONLY },
  { name: "materializePartitionColumns", ...WRITER, ...READ_ONLY },
  { name: "collations", ...WRITER, ...READ_ONLY },
  { name: "collations-preview", ...WRITER, ...READ_ONLY },
  { name: "redirectWriterOnly-preview", ...WRITER, ...READ_ONLY },
  { name: "redirectReaderWriter-preview", ...BOTH, ...REFUSED },
  // The newest commits are known to the catalog alone; without it a read would be stale.
  { name: "catalogManaged", ...BOTH, ...REFUSED },
  { name: "catalogOwned-preview", ...BOTH, ...REFUSED },
  { name: "coordinatedCommits-preview", ...WRITER, ...REFUSED },
  { name: "geospatial", ...BOTH, ...REFUSED },
  { name: "adaptiveMetadata-preview", ...BOTH, ...REFUSED },
];

const BY_NAME = new Map(TABLE_FEATURES.map((feature) => [feature.name, feature]));
const TABLE_FEATURES_READER_VERSION = 3;
const TABLE_FEATURES_WRITER_VERSION = 7;

/** Names of all features a protocol turns on, legacy versions expanded, sorted. */
export function listProtocolFeatures(protocol: Protocol): string[] {
  const names = new Set(protocol.writerFeatures ?? []);
  for (const name of protocol.readerFeatures ?? []) names.add(name);
  for (const feature of TABLE_FEATURES) {
    if (impliedByWriterVersion(protocol, feature) || impliedByReaderVersion(protocol, feature)) {
      names.add(feature.name);
    }
  }
  return [...names].sort();
}

/** Whether a protocol turns a feature on, explicitly or by a legacy version. */
export function hasFeature(protocol: Protocol, name: string): boolean {
  return listProtocolFeatures(protocol).includes(name);
}

function impliedByWriterVersion(protocol: Protocol, feature: TableFeature): boolean {
  const version = protocol.minWriterVersion;
  if (feature.legacyWriterVersion === undefined) return false;
  return version < TABLE_FEATURES_WRITER_VERSION && version >= feature.legacyWriterVersion;
}

function impliedByReaderVersion(protocol: Protocol, feature: TableFeature): boolean {
  const version = protocol.minReaderVersion;
  if (feature.legacyReaderVersion === undefined) return false;
  return version < TABLE_FEATURES_READER_VERSION && version >= feature.legacyReaderVersion;
}

/** Refuses, by name, a table that cannot be read correctly. */
export function assertReadable(protocol: Protocol): void {
  if (protocol.minReaderVersion > TABLE_FEATURES_READER_VERSION) {
    throw refuseFeatures("read", [`reader version ${protocol.minReaderVersion}`]);
  }
  const refused = new Set<string>();
  for (const name of protocol.readerFeatures ?? []) {
    if (BY_NAME.get(name)?.read !== "supported") refused.add(name);
  }
  for (const name of protocol.writerFeatures ?? []) {
    if (BY_NAME.get(name)?.read === "refused") refused.add(name);
  }
  if (refused.size > 0) throw refuseFeatures("read", [...refused]);
}

/** What a commit is about to do: only add rows, or also rewrite or remove some. */
export type WriteIntent = "append" | "change";

/** Refuses, by name, a table that cannot be written correctly (or not even read). */
export function assertWritable(
  protocol: Protocol,
  metadata: Metadata,
  intent: WriteIntent = "change",
): void {
  assertReadable(protocol);
  if (protocol.minWriterVersion > TABLE_FEATURES_WRITER_VERSION) {
    throw refuseFeatures("write", [`writer version ${protocol.minWriterVersion}`]);
  }
  const refused = listProtocolFeatures(protocol).filter((name) => {
    const feature = BY_NAME.get(name);
    if (feature === undefined || feature.write === "refused") return true;
    if (feature.write === "supported") return false;
    if (feature.write === "append-only-when-active" && intent === "append") return false;
    return feature.isActive?.(metadata) ?? true;
  });
  if (refused.length > 0) throw refuseFeatures("write", refused);
}

function refuseFeatures(verb: "read" | "write", names: string[]): SovereignError {
  const list = names.map((name) => `\`${name}\``).join(", ");
  const plural = names.length === 1 ? "feature" : "features";
  const hint =
    verb === "read"
      ? "read it with the engine or through the catalog that wrote it"
      : "write it with the engine that turned the feature on; reading it here works";
  return new SovereignError(
    "NOT_IMPLEMENTED",
    `cannot ${verb} this table: unsupported Delta table ${plural} ${list}`,
    { hint, details: { features: names } },
  );
}
