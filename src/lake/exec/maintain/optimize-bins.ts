/**
 * Which files are put together into which new file: delta-spark 4.4's bin-packing
 * (`OptimizeExecutor.groupFilesIntoBins`), partition by partition, small files first.
 */
import { physicalRowCount, type ScanFile, type Snapshot } from "../../delta/index.ts";
import { targetFileBytes } from "../../delta/write/table-property.ts";
import type { Session } from "../session.ts";
import type { PartitionFiles } from "./partition-filter.ts";

const DEFAULT_FILE_BYTES = 1024 ** 3;
const MAX_DELETED_RATIO = 0.05;

export interface FileLimits {
  /** Files from this size on are left as they are. */
  minBytes: number;
  /** What new files are to grow to. */
  maxBytes: number;
}

/** Sizes by the session's settings, else by the table's `delta.targetFileSize`, else 1 GiB. */
export function fileLimits(session: Session, snapshot: Snapshot): FileLimits {
  const usual = targetFileBytes(snapshot.metadata.configuration) ?? DEFAULT_FILE_BYTES;
  const setting = (name: string): number => {
    const text = session.settings.get(`spark.databricks.delta.optimize.${name}`);
    return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : usual;
  };
  return { minBytes: setting("minFileSize"), maxBytes: setting("maxFileSize") };
}

/** Files that become one file, or with Z-ordering as many as their size asks for. */
export interface Bin {
  partition: PartitionFiles;
  files: readonly ScanFile[];
}

/** Small files, and those with many deleted rows, packed into bins of at least two. */
export function compactionBins(
  partitions: readonly PartitionFiles[],
  { minBytes, maxBytes }: FileLimits,
): Bin[] {
  return partitions.flatMap((partition) => {
    const files = partition.files.filter(
      (file) => file.add.size < minBytes || hasManyDeletedRows(file),
    );
    return pack({ ...partition, files }, maxBytes).filter((bin) => bin.files.length > 1);
  });
}

/** Chosen files packed into bins; one file alone is a bin too. */
export function purgeBins(
  partitions: readonly PartitionFiles[],
  chosen: ReadonlySet<ScanFile>,
  { maxBytes }: FileLimits,
): Bin[] {
  return partitions.flatMap((partition) =>
    pack({ ...partition, files: partition.files.filter((file) => chosen.has(file)) }, maxBytes),
  );
}

/** Every file of a partition in one bin. */
export function zOrderBins(partitions: readonly PartitionFiles[]): Bin[] {
  return partitions.map((partition) => ({ partition, files: partition.files }));
}

function pack(partition: PartitionFiles, maxBytes: number): Bin[] {
  const bins: ScanFile[][] = [];
  let room = 0;
  for (const file of [...partition.files].sort((a, b) => a.add.size - b.add.size)) {
    if (bins.length === 0 || file.add.size > room) {
      bins.push([]);
      room = maxBytes;
    }
    bins.at(-1)!.push(file);
    room -= file.add.size;
  }
  return bins.map((files) => ({ partition, files }));
}

function hasManyDeletedRows({ add }: ScanFile): boolean {
  if (!add.deletionVector) return false;
  const rowCount = physicalRowCount(add);
  return rowCount === null || Number(add.deletionVector.cardinality) > rowCount * MAX_DELETED_RATIO;
}
