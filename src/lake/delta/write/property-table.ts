/**
 * Every `delta.*` table property this writer accepts, with what a value must look like
 * (delta-spark 4.4, `DeltaConfig.scala`; the last two are Databricks' own). Properties whose
 * feature is refused elsewhere are listed too, so that the refusal names the feature and not the
 * key.
 */
import { parseInterval } from "./table-property.ts";

export interface PropertyRule {
  key: string;
  /** Completes "`key` …": `must be true or false`. */
  requirement: string;
  isValid: (value: string) => boolean;
  /** Set by writers only; users may neither set nor unset it. */
  internal?: true;
}

type Check = Pick<PropertyRule, "requirement" | "isValid">;

const BOOLEAN: Check = {
  requirement: "must be `true` or `false`",
  isValid: (value) => /^(true|false)$/i.test(value),
};
const INTERVAL: Check = {
  requirement: "must be an interval such as `interval 7 days` or `2 weeks`",
  isValid: (value) => parseInterval(value) !== null,
};
const TEXT: Check = { requirement: "must be text", isValid: () => true };

function integerFrom(minimum: number): Check {
  return {
    requirement: `must be a whole number of at least ${minimum}`,
    isValid: (value) => /^-?\d{1,15}$/.test(value) && Number(value) >= minimum,
  };
}

function oneOf(...values: readonly string[]): Check {
  return {
    requirement: `must be one of ${values.map((value) => `\`${value}\``).join(", ")}`,
    isValid: (value) => values.some((known) => known.toLowerCase() === value.toLowerCase()),
  };
}

function rule(key: string, check: Check): PropertyRule {
  return { key: `delta.${key}`, ...check };
}

function internal(key: string, check: Check): PropertyRule {
  return { ...rule(key, check), internal: true };
}

const BYTE_SIZE: Check = {
  requirement: "must be a size such as `128mb` or a number of bytes",
  isValid: (value) => /^\d{1,15}\s*(?:b|kb?|mb?|gb?|tb?)?$/i.test(value),
};

export const PROPERTY_RULES: readonly PropertyRule[] = [
  rule("appendOnly", BOOLEAN),
  rule("autoOptimize", BOOLEAN),
  rule("autoOptimize.autoCompact", oneOf("true", "false", "auto", "legacy")),
  rule("autoOptimize.optimizeWrite", BOOLEAN),
  rule("castIcebergTimeType", BOOLEAN),
  rule("checkpoint.writeStatsAsJson", BOOLEAN),
  rule("checkpoint.writeStatsAsStruct", BOOLEAN),
  rule("checkpointInterval", integerFrom(1)),
  rule("checkpointPolicy", oneOf("classic", "v2")),
  rule("checkpointRetentionDuration", INTERVAL),
  rule("columnMapping.mode", oneOf("none", "name", "id")),
  internal("columnMapping.maxColumnId", integerFrom(0)),
  rule("compatibility.symlinkFormatManifest.enabled", BOOLEAN),
  rule("dataSkippingNumIndexedCols", integerFrom(-1)),
  rule("dataSkippingStatsColumns", TEXT),
  rule("dataSkippingStringPrefixLength", integerFrom(0)),
  rule("deletedFileRetentionDuration", INTERVAL),
  rule("dropFeatureTruncateHistory.retentionDuration", INTERVAL),
  rule("enableChangeDataCapture", BOOLEAN),
  rule("enableChangeDataFeed", BOOLEAN),
  rule("enableDeletionVectors", BOOLEAN),
  rule("enableExpiredLogCleanup", BOOLEAN),
  rule("enableFullRetentionRollback", BOOLEAN),
  rule("enableIcebergCompatV1", BOOLEAN),
  rule("enableIcebergCompatV2", BOOLEAN),
  rule("enableIcebergCompatV3", BOOLEAN),
  rule("enableInCommitTimestamps", BOOLEAN),
  rule("enableMaterializePartitionColumnsFeature", BOOLEAN),
  rule("enableRowTracking", BOOLEAN),
  rule("enableTypeWidening", BOOLEAN),
  rule("enableVariantShredding", BOOLEAN),
  internal("inCommitTimestampEnablementTimestamp", integerFrom(0)),
  internal("inCommitTimestampEnablementVersion", integerFrom(0)),
  rule("ignoreIcebergBucketPartition", BOOLEAN),
  rule("isolationLevel", oneOf("Serializable", "WriteSerializable")),
  rule("logRetentionDuration", INTERVAL),
  rule(
    "parquet.compression.codec",
    oneOf("zstd", "snappy", "gzip", "lz4", "lz4_raw", "none", "uncompressed"),
  ),
  rule("parquet.format.version", {
    requirement: "must be `1.0.0` or `2.x.y`",
    isValid: (value) => /^(?:1\.0\.0|2\.\d+\.\d+)$/.test(value),
  }),
  rule("randomizeFilePrefixes", BOOLEAN),
  rule("randomPrefixLength", integerFrom(1)),
  internal("requireCheckpointProtectionBeforeVersion", integerFrom(0)),
  internal("rowTracking.materializedRowCommitVersionColumnName", TEXT),
  internal("rowTracking.materializedRowIdColumnName", TEXT),
  rule("rowTrackingSuspended", BOOLEAN),
  rule("sampleRetentionDuration", INTERVAL),
  rule("setTransactionRetentionDuration", INTERVAL),
  rule("universalFormat.enabledFormats", oneOf("iceberg", "hudi", "iceberg,hudi", "")),
  rule("universalFormat.iceberg.atomicConversion.supported", BOOLEAN),
  rule("writePartitionColumnsToParquet", BOOLEAN),
  rule("targetFileSize", BYTE_SIZE),
  rule("tuneFileSizesForRewrites", BOOLEAN),
];
