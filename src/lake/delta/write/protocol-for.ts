/**
 * The lowest protocol that covers what a table uses. As delta-spark 4.4 normalises it: legacy
 * versions only where the features are exactly the legacy bundle (1/2 plain, 1/3 with CHECK),
 * otherwise writer 7 with an explicit list; reader 3 with its list only when a reader feature other
 * than column mapping is on (column mapping alone is reader 2). A protocol is never lowered.
 */
import { SovereignError } from "../../../core/errors.ts";
import type { DataType, StructType } from "../../schema/data-type.ts";
import { listProtocolFeatures, TABLE_FEATURES } from "../features.ts";
import type { Protocol } from "../types.ts";

export interface ProtocolNeeds {
  schema: StructType;
  configuration: Readonly<Record<string, string>>;
  /** Features asked for by name. */
  features?: readonly string[];
  minReaderVersion?: number | undefined;
  minWriterVersion?: number | undefined;
  /** Whether `delta.clustering` columns are set. */
  isClustered?: boolean;
  /** The table's protocol so far; absent for a new table. */
  current?: Protocol;
}

/** Features a writer of version 2 has without being asked; Spark gives them to every table. */
const BASE_FEATURES = ["appendOnly", "invariants"];

const BY_PROPERTY: Readonly<Record<string, string>> = {
  "delta.enableChangeDataFeed": "changeDataFeed",
  "delta.enableChangeDataCapture": "changeDataFeed",
  "delta.enableDeletionVectors": "deletionVectors",
  "delta.enableInCommitTimestamps": "inCommitTimestamp",
  "delta.enableRowTracking": "rowTracking",
  "delta.enableTypeWidening": "typeWidening",
  "delta.enableVariantShredding": "variantShredding",
  "delta.enableIcebergCompatV1": "icebergCompatV1",
  "delta.enableIcebergCompatV2": "icebergCompatV2",
  "delta.enableIcebergCompatV3": "icebergCompatV3",
  "delta.enableMaterializePartitionColumnsFeature": "materializePartitionColumns",
};

const DEPENDENCIES: Readonly<Record<string, readonly string[]>> = {
  rowTracking: ["domainMetadata"],
  clustering: ["domainMetadata"],
  variantShredding: ["variantType"],
  icebergCompatV1: ["columnMapping"],
  icebergCompatV2: ["columnMapping"],
  icebergCompatV3: ["columnMapping", "rowTracking"],
};

/** Features that a schema calls for and a table that lacks them must first be given by name. */
const BY_HAND = ["timestampNtz"];

/** The protocol for a new table, or `current` raised as far as needed (itself when it covers all). */
export function protocolFor(needs: ProtocolNeeds): Protocol {
  const wanted = requiredFeatures(needs);
  const current = needs.current;
  if (!current) return normalise(withVersions(wanted, needs));
  const existing = new Set(listProtocolFeatures(current));
  const all = withVersions(new Set([...existing, ...wanted]), needs);
  if ([...all].every((name) => existing.has(name))) return current;
  const named = needs.features ?? [];
  const byHand = BY_HAND.find((name) => wanted.has(name) && !existing.has(name));
  if (byHand !== undefined && !named.includes(byHand)) throw notEnabled(byHand);
  return raise(current, all);
}

/** The lowest protocol with the features of both; the first one itself when it has them all. */
export function mergeProtocols(protocol: Protocol, other: Protocol): Protocol {
  const own = new Set(listProtocolFeatures(protocol));
  const all = new Set([...own, ...listProtocolFeatures(other)]);
  return all.size === own.size ? protocol : raise(protocol, all);
}

/** Names of the features a schema and its properties call for, with what those depend on. */
export function requiredFeatures(needs: ProtocolNeeds): Set<string> {
  const found = new Set<string>(needs.features ?? []);
  if (!needs.current) for (const name of BASE_FEATURES) found.add(name);
  addPropertyFeatures(found, needs.configuration);
  addSchemaFeatures(found, needs.schema);
  if (needs.isClustered) found.add("clustering");
  for (const name of [...found]) addDependencies(found, name);
  const hasDefaults = [...fieldMetadata(needs.schema)].some((key) => key === "CURRENT_DEFAULT");
  const known = needs.current ? listProtocolFeatures(needs.current) : [];
  if (hasDefaults && !found.has("allowColumnDefaults") && !known.includes("allowColumnDefaults")) {
    throw defaultsNotEnabled();
  }
  return found;
}

function addPropertyFeatures(
  found: Set<string>,
  configuration: Readonly<Record<string, string>>,
): void {
  for (const [key, value] of Object.entries(configuration)) {
    const lower = value.toLowerCase();
    const feature = BY_PROPERTY[key];
    if (feature && lower === "true") found.add(feature);
    if (key === "delta.columnMapping.mode" && lower !== "none") found.add("columnMapping");
    if (key === "delta.checkpointPolicy" && lower === "v2") found.add("v2Checkpoint");
    if (key.startsWith("delta.constraints.")) found.add("checkConstraints");
  }
}

function addSchemaFeatures(found: Set<string>, schema: StructType): void {
  const kinds = new Set<DataType["kind"]>();
  collectKinds(schema, kinds);
  if (kinds.has("timestamp_ntz")) found.add("timestampNtz");
  if (kinds.has("variant")) found.add("variantType");
  for (const key of fieldMetadata(schema)) {
    if (key === "delta.generationExpression") found.add("generatedColumns");
    if (key.startsWith("delta.identity.")) found.add("identityColumns");
    if (key === "delta.typeChanges") found.add("typeWidening");
  }
}

function addDependencies(found: Set<string>, name: string): void {
  for (const dependency of DEPENDENCIES[name] ?? []) {
    found.add(dependency);
    addDependencies(found, dependency);
  }
}

function collectKinds(type: DataType, kinds: Set<DataType["kind"]>): void {
  kinds.add(type.kind);
  if (type.kind === "array") collectKinds(type.element, kinds);
  if (type.kind === "map") {
    collectKinds(type.key, kinds);
    collectKinds(type.value, kinds);
  }
  if (type.kind === "struct") for (const field of type.fields) collectKinds(field.type, kinds);
}

/** Metadata keys of every field, nested ones included. */
function fieldMetadata(type: DataType): Set<string> {
  const keys = new Set<string>();
  const visit = (inner: DataType): void => {
    if (inner.kind === "array") visit(inner.element);
    if (inner.kind === "map") [inner.key, inner.value].forEach(visit);
    if (inner.kind !== "struct") return;
    for (const field of inner.fields) {
      for (const key of Object.keys(field.metadata)) keys.add(key);
      visit(field.type);
    }
  };
  visit(type);
  return keys;
}

/** A version a user asks for stands for the features it implies. */
function withVersions(features: ReadonlySet<string>, needs: ProtocolNeeds): Set<string> {
  const { minReaderVersion = 1, minWriterVersion = 1 } = needs;
  if (minReaderVersion === 1 && minWriterVersion === 1) return new Set(features);
  const implied = listProtocolFeatures({ minReaderVersion, minWriterVersion });
  return new Set([...features, ...implied]);
}

function normalise(features: ReadonlySet<string>): Protocol {
  for (const minWriterVersion of [2, 3, 4, 5, 6]) {
    const minReaderVersion = minWriterVersion >= 5 ? 2 : 1;
    const bundle = listProtocolFeatures({ minReaderVersion, minWriterVersion });
    const same = bundle.length === features.size && bundle.every((name) => features.has(name));
    if (same) return { minReaderVersion, minWriterVersion };
  }
  return withLists(readerVersionFor(features), features);
}

function raise(current: Protocol, features: ReadonlySet<string>): Protocol {
  const lowest = normalise(features);
  if (current.minWriterVersion < 7 && lowest.minWriterVersion < 7) return lowest;
  return withLists(Math.max(current.minReaderVersion, readerVersionFor(features)), features);
}

function withLists(minReaderVersion: number, features: ReadonlySet<string>): Protocol {
  const writerFeatures = [...features].sort();
  const protocol: Protocol = { minReaderVersion, minWriterVersion: 7, writerFeatures };
  if (minReaderVersion < 3) return protocol;
  const readerFeatures = writerFeatures.filter(isReaderFeature);
  return { minReaderVersion, minWriterVersion: 7, readerFeatures, writerFeatures };
}

function readerVersionFor(features: ReadonlySet<string>): number {
  const readerFeatures = [...features].filter(isReaderFeature);
  if (readerFeatures.length === 0) return 1;
  return readerFeatures.every((name) => name === "columnMapping") ? 2 : 3;
}

function isReaderFeature(name: string): boolean {
  return TABLE_FEATURES.find((feature) => feature.name === name)?.needsReader ?? false;
}

function notEnabled(feature: string): SovereignError {
  return new SovereignError(
    "INVALID_STATE",
    `the new schema needs the table feature \`${feature}\`, which the table lacks`,
    {
      hint: `first run ALTER TABLE … SET TBLPROPERTIES ('delta.feature.${feature}' = 'supported')`,
      details: { error_class: "DELTA_FEATURES_REQUIRE_MANUAL_ENABLEMENT" },
    },
  );
}

function defaultsNotEnabled(): SovereignError {
  return new SovereignError(
    "INVALID_STATE",
    "column defaults need the table feature `allowColumnDefaults`",
    {
      hint: "add TBLPROPERTIES ('delta.feature.allowColumnDefaults' = 'supported')",
      details: { error_class: "WRONG_COLUMN_DEFAULTS_FOR_DELTA_FEATURE_NOT_ENABLED" },
    },
  );
}
