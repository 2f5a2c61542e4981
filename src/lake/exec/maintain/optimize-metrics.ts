/**
 * What OPTIMIZE and REORG say they did: the row they return (`OptimizeMetrics` of delta-spark 4.4)
 * and the metrics in the table's history.
 */
import { availableParallelism } from "node:os";
import type { AddFile, Snapshot } from "../../delta/index.ts";
import {
  BOOLEAN,
  type DataType,
  DOUBLE,
  LONG,
  STRING,
  type StructType,
  structField,
  structType,
} from "../../schema/data-type.ts";
import { StructValue, type Value } from "../../schema/value.ts";

function struct(fields: Readonly<Record<string, DataType>>): StructType {
  return structType(Object.entries(fields).map(([name, type]) => structField(name, type)));
}

const SIZES = struct({ min: LONG, max: LONG, avg: DOUBLE, totalFiles: LONG, totalSize: LONG });
const Z_FILES = struct({ num: LONG, size: LONG });
const CUBE_FILES = struct({ numFiles: LONG, size: LONG });

const METRICS = struct({
  numFilesAdded: LONG,
  numFilesRemoved: LONG,
  filesAdded: SIZES,
  filesRemoved: SIZES,
  partitionsOptimized: LONG,
  zOrderStats: struct({
    strategyName: STRING,
    inputCubeFiles: Z_FILES,
    inputOtherFiles: Z_FILES,
    inputNumCubes: LONG,
    mergedFiles: Z_FILES,
    numOutputCubes: LONG,
    mergedNumCubes: LONG,
  }),
  clusteringStats: struct({
    inputZCubeFiles: CUBE_FILES,
    inputOtherFiles: CUBE_FILES,
    inputNumZCubes: LONG,
    mergedFiles: CUBE_FILES,
    numOutputZCubes: LONG,
  }),
  numBins: LONG,
  numBatches: LONG,
  totalConsideredFiles: LONG,
  totalFilesSkipped: LONG,
  preserveInsertionOrder: BOOLEAN,
  numFilesSkippedToReduceWriteAmplification: LONG,
  numBytesSkippedToReduceWriteAmplification: LONG,
  startTimeMs: LONG,
  endTimeMs: LONG,
  totalClusterParallelism: LONG,
  totalScheduledTasks: LONG,
  autoCompactParallelismStats: struct({
    maxClusterActiveParallelism: LONG,
    minClusterActiveParallelism: LONG,
    maxSessionActiveParallelism: LONG,
    minSessionActiveParallelism: LONG,
  }),
  deletionVectorStats: struct({
    numDeletionVectorsRemoved: LONG,
    numDeletionVectorRowsRemoved: LONG,
  }),
  numTableColumns: LONG,
  numTableColumnsWithStats: LONG,
});

/** Columns of the result. */
export const OPTIMIZE_COLUMNS = structType([
  structField("path", STRING),
  structField("metrics", METRICS),
]);

/** A finished rewrite, in numbers. */
export interface Rewritten {
  snapshot: Snapshot;
  adds: readonly AddFile[];
  removes: readonly AddFile[];
  /** Files the predicate left. */
  consideredCount: number;
  binCount: number;
  partitionCount: number;
  isZOrdered: boolean;
  startMs: number;
}

const count = (value: number): bigint => BigInt(Math.trunc(value));

/** The `metrics` of the result, in the order of its type. */
export function metricsValue(rewritten: Rewritten): Value {
  const { snapshot, adds, removes, consideredCount } = rewritten;
  const removedSize = sizeOf(removes);
  const removed = new StructValue([count(removes.length), count(removedSize)]);
  const cubes = count(rewritten.partitionCount);
  const nothing = new StructValue([0n, 0n]);
  const vectors = removes.flatMap((add) => (add.deletionVector ? [add.deletionVector] : []));
  const marked = vectors.reduce((sum, vector) => sum + Number(vector.cardinality), 0);
  return new StructValue([
    count(adds.length),
    count(removes.length),
    sizesValue(adds),
    sizesValue(removes),
    cubes,
    rewritten.isZOrdered
      ? new StructValue(["all", nothing, removed, 0n, removed, cubes, null])
      : null,
    null,
    count(rewritten.binCount),
    1n,
    count(consideredCount),
    count(consideredCount - removes.length),
    false,
    0n,
    0n,
    count(rewritten.startMs),
    // delta-spark never sets it.
    0n,
    count(availableParallelism()),
    0n,
    null,
    vectors.length === 0 ? null : new StructValue([count(vectors.length), count(marked)]),
    count(snapshot.schema.fields.length),
    count(Math.min(indexedColumns(snapshot), snapshot.schema.fields.length)),
  ]);
}

function sizesValue(files: readonly AddFile[]): Value {
  if (files.length === 0) return new StructValue([null, null, 0, 0n, 0n]);
  const sizes = files.map((add) => add.size);
  const total = sizeOf(files);
  const [min, max] = [least(sizes), greatest(sizes)];
  const average = total / files.length;
  return new StructValue([count(min), count(max), average, count(files.length), count(total)]);
}

// Spread over the arguments of `Math.min`, the sizes of a large table would overflow the stack.
const least = (sizes: readonly number[]): number => sizes.reduce((a, b) => Math.min(a, b));
const greatest = (sizes: readonly number[]): number => sizes.reduce((a, b) => Math.max(a, b));

function sizeOf(files: readonly AddFile[]): number {
  return files.reduce((sum, add) => sum + add.size, 0);
}

function indexedColumns({ metadata }: Snapshot): number {
  const text = metadata.configuration["delta.dataSkippingNumIndexedCols"];
  return text === undefined ? 32 : Number(text);
}

/** The `operationMetrics` of the commit. */
export function historyMetrics(
  adds: readonly AddFile[],
  removes: readonly AddFile[],
): Record<string, string> {
  const sizes = adds.map((add) => add.size).sort((a, b) => a - b);
  const at = (share: number): string => String(sizes[Math.floor(sizes.length * share)] ?? 0);
  return {
    numRemovedFiles: String(removes.length),
    numRemovedBytes: String(sizeOf(removes)),
    p25FileSize: at(0.25),
    numDeletionVectorsRemoved: String(removes.filter((add) => add.deletionVector).length),
    minFileSize: at(0),
    p75FileSize: at(0.75),
    p50FileSize: at(0.5),
    numAddedBytes: String(sizeOf(adds)),
    numAddedFiles: String(adds.length),
    maxFileSize: String(sizes.at(-1) ?? 0),
  };
}
