/** DESCRIBE DETAIL: one row of facts about a table (columns as in delta-spark 4.4). */

import { listProtocolFeatures, type Snapshot } from "../../delta/index.ts";
import {
  arrayType,
  INT,
  LONG,
  mapType,
  STRING,
  structField,
  structType,
  TIMESTAMP,
} from "../../schema/data-type.ts";
import { MapValue, type Value } from "../../schema/value.ts";
import type { TableReference } from "../../sql/ast.ts";
import { localOutcome, type Outcome } from "../result.ts";
import type { StatementContext } from "../statement.ts";
import { openTable } from "../table-handle.ts";

export const DETAIL_COLUMNS = structType([
  structField("format", STRING),
  structField("id", STRING),
  structField("name", STRING),
  structField("description", STRING),
  structField("location", STRING),
  structField("createdAt", TIMESTAMP),
  structField("lastModified", TIMESTAMP),
  structField("partitionColumns", arrayType(STRING)),
  structField("clusteringColumns", arrayType(STRING)),
  structField("numFiles", LONG),
  structField("sizeInBytes", LONG),
  structField("properties", mapType(STRING, STRING)),
  structField("minReaderVersion", INT),
  structField("minWriterVersion", INT),
  structField("tableFeatures", arrayType(STRING)),
]);

/** Runs DESCRIBE DETAIL. */
export async function describeDetail(
  ctx: StatementContext,
  table: TableReference,
): Promise<Outcome> {
  const handle = await openTable(ctx, table);
  const name = handle.info ? handle.displayName : null;
  return localOutcome(DETAIL_COLUMNS, [await detailRow(handle.snapshot, name, handle.location)]);
}

/** The facts of one version. */
export async function detailRow(
  snapshot: Snapshot,
  name: string | null,
  location: string,
): Promise<Value[]> {
  const { metadata, protocol } = snapshot;
  return [
    "delta",
    metadata.id,
    name,
    metadata.description ?? null,
    `file:${location}`,
    metadata.createdTime === undefined ? null : BigInt(metadata.createdTime) * 1000n,
    BigInt(Math.trunc(snapshot.timestampMs)) * 1000n,
    metadata.partitionColumns,
    clusteringColumns(snapshot),
    BigInt(await snapshot.fileCount()),
    BigInt(await snapshot.totalSizeBytes()),
    new MapValue(Object.entries(metadata.configuration)),
    protocol.minReaderVersion,
    protocol.minWriterVersion,
    listProtocolFeatures(protocol),
  ];
}

/** Columns of the `delta.clustering` domain, by logical name. */
function clusteringColumns(snapshot: Snapshot): string[] {
  const domain = snapshot.domains().get("delta.clustering");
  if (!domain) return [];
  const { clusteringColumns = [] } = JSON.parse(domain.configuration) as {
    clusteringColumns?: string[][];
  };
  return clusteringColumns.map((path) => {
    const field = snapshot.schema.fields.find(
      (f) => (f.metadata["delta.columnMapping.physicalName"] ?? f.name) === path[0],
    );
    return [field?.name ?? path[0], ...path.slice(1)].join(".");
  });
}
