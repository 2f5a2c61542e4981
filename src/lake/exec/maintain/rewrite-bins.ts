/**
 * The rows of each bin in new files, under the table's newest schema, deleted rows left out. Bins of
 * small partitions share one COPY, which opens a file for each.
 */
import { physicalName, type Snapshot } from "../../delta/index.ts";
import { partitionFolder } from "../../delta/write/partition-path.ts";
import type { Engine, WrittenFile } from "../../engine/index.ts";
import { structType } from "../../schema/data-type.ts";
import type { StatementContext } from "../statement.ts";
import { commitOrDiscard, targetOf, type WrittenData, writtenData } from "../write/data-files.ts";
import type { Bin } from "./optimize-bins.ts";
import { zOrderedSql } from "./z-order.ts";
import type { ZOrderColumn } from "./z-order-columns.ts";

/** Files the engine keeps open at once; it would begin second files of partitions beyond. */
const FILES_PER_COPY = 64;
/** What a bin is written to is one file, of whatever size. */
const ONE_FILE = 2 ** 50;

export interface RewriteOptions {
  zOrder: readonly ZOrderColumn[];
  /** Size of new files where Z-ordering makes more than one of a bin. */
  maxBytes: number;
}

/** Writes the bins; the new files say that they change no data. */
export async function rewriteBins(
  ctx: StatementContext,
  snapshot: Snapshot,
  bins: readonly Bin[],
  options: RewriteOptions,
): Promise<WrittenData> {
  const engine = await ctx.engine();
  const parts: WrittenData[] = [];
  const discard = () => {
    for (const part of parts) part.discard();
  };
  return commitOrDiscard({ discard }, async () => {
    if (options.zOrder.length > 0) {
      for (const bin of bins) parts.push(await writeZOrdered(engine, snapshot, bin, options));
    } else {
      for (const round of roundsOf(bins)) parts.push(await writeRound(engine, snapshot, round));
    }
    return {
      adds: parts.flatMap((part) => part.adds.map((add) => ({ ...add, dataChange: false }))),
      rowCount: parts.reduce((sum, part) => sum + part.rowCount, 0),
      sizeBytes: parts.reduce((sum, part) => sum + part.sizeBytes, 0),
      discard,
    };
  });
}

/** Bins that one COPY can write: one of a partition, and not too many. */
function roundsOf(bins: readonly Bin[]): Bin[][] {
  const rounds: Bin[][] = [];
  const nextRound = new Map<Bin["partition"], number>();
  for (const bin of bins) {
    let at = nextRound.get(bin.partition) ?? 0;
    while ((rounds[at]?.length ?? 0) >= FILES_PER_COPY) at++;
    rounds[at] ??= [];
    rounds[at]!.push(bin);
    nextRound.set(bin.partition, at + 1);
  }
  return rounds;
}

async function writeRound(
  engine: Engine,
  snapshot: Snapshot,
  round: readonly Bin[],
): Promise<WrittenData> {
  const target = targetOf(snapshot);
  const { schema, partitionColumns, columnMappingMode, rowTracking } = target;
  const files = round.flatMap((bin) => bin.files);
  const selectSql = await engine.scanSql({
    files,
    columns: schema,
    partitionColumns,
    columnMappingMode,
    rowTracking,
  });
  const written = await engine.copyToParquet({ selectSql, ...target, fileSizeBytes: ONE_FILE });
  return writtenData(target.tableRoot, written);
}

/**
 * A bin by itself, straight into the partition's folder: the engine keeps an order only where it
 * need not tell partitions apart.
 */
async function writeZOrdered(
  engine: Engine,
  snapshot: Snapshot,
  { files, partition }: Bin,
  { zOrder, maxBytes }: RewriteOptions,
): Promise<WrittenData> {
  const target = targetOf(snapshot);
  const partitionValues = valuesOf(snapshot, files[0]!.add.partitionValues, partition.values);
  const isData = ({ name }: { name: string }) => !target.partitionColumns.includes(name);
  const schema = structType(target.schema.fields.filter(isData));
  const sizeBytes = files.reduce((sum, { add }) => sum + add.size, 0);
  const written = await engine.copyToParquet({
    ...target,
    selectSql: await zOrderedSql(engine, snapshot, { files, schema }, zOrder),
    schema,
    partitionColumns: [],
    subfolder: partitionFolder(partitionValues),
    fileSizeBytes: sizeBytes < 2 * maxBytes ? ONE_FILE : maxBytes,
  });
  const inPartition = written.map((file): WrittenFile => ({ ...file, partitionValues }));
  return writtenData(target.tableRoot, inPartition);
}

/** The partition's values as the log has them, in the table's order. */
function valuesOf(
  { schema, metadata, columnMappingMode }: Snapshot,
  logged: Readonly<Record<string, string | null>>,
  values: Bin["partition"]["values"],
): Record<string, string | null> {
  return Object.fromEntries(
    metadata.partitionColumns.map((column, i) => {
      const field = schema.fields.find(({ name }) => name === column)!;
      const name = physicalName(field, columnMappingMode);
      return [name, values[i] === null ? null : logged[name]!];
    }),
  );
}
