/**
 * What becomes of each file with selected rows: marked (its deletion vector grows) or rewritten.
 * A table without deletion vectors rewrites all; one with them rewrites where most rows change,
 * so that no file is left that is mostly holes.
 */
import { type AddFile, liveRowCount, type ScanFile, type Snapshot } from "../../delta/index.ts";
import type { MarkedFiles, MarkedRows } from "../../delta/write/mark-deleted.ts";
import { isPropertyOn } from "../../delta/write/table-property.ts";
import type { StatementContext } from "../statement.ts";
import { type Condition, findPositions, findTouched, type TouchedFile } from "./find-rows.ts";

/** A touched file and where its selected rows are, ascending. */
export interface LocatedFile extends TouchedFile {
  positions: BigUint64Array;
}

/** True when changes of the table are to be written as deletion vectors. */
export function writesVectors(snapshot: Snapshot): boolean {
  return (
    isPropertyOn(snapshot.metadata, "delta.enableDeletionVectors") &&
    (snapshot.protocol.writerFeatures ?? []).includes("deletionVectors")
  );
}

/** Counts the files' live rows: from the statistics, or by reading files that have none. */
export async function locateFiles(
  ctx: StatementContext,
  snapshot: Snapshot,
  files: readonly ScanFile[],
  positions: ReadonlyMap<number, BigUint64Array>,
): Promise<LocatedFile[]> {
  const touched = [...positions].map(([index, list]) => ({ file: files[index]!, list }));
  const silent = touched.flatMap(({ file }) => (liveRowCount(file.add) === null ? [file] : []));
  const counted = new Map(
    (await findTouched(ctx, snapshot, silent, null, [])).map((t) => [t.file, t.rowCount]),
  );
  return touched.map(({ file, list }) => ({
    file,
    rowCount: liveRowCount(file.add) ?? counted.get(file)!,
    matchedCount: list.length,
    positions: list,
  }));
}

export interface SplitFiles<T extends { file: ScanFile } = { file: ScanFile }> {
  rewritten: T[];
  marked: LocatedFile[];
}

/** Files of which more than half changes are rewritten. */
export function splitTouched(located: readonly LocatedFile[]): SplitFiles<LocatedFile> {
  const isMostlyChanged = (file: LocatedFile) => file.matchedCount * 2 > file.rowCount;
  return {
    rewritten: located.filter(isMostlyChanged),
    marked: located.filter((file) => !isMostlyChanged(file)),
  };
}

/** Finds the files with selected rows and decides about each. */
export async function splitSelected(
  ctx: StatementContext,
  snapshot: Snapshot,
  files: readonly ScanFile[],
  condition: Condition,
  qualifier: readonly string[],
): Promise<SplitFiles<TouchedFile>> {
  if (!condition || !writesVectors(snapshot)) {
    return { rewritten: await findTouched(ctx, snapshot, files, condition, qualifier), marked: [] };
  }
  const positions = await findPositions(ctx, snapshot, files, condition, qualifier);
  return splitTouched(await locateFiles(ctx, snapshot, files, positions));
}

/** A located file in the form `markDeleted` takes. */
export function markedRows({ file, positions, rowCount }: LocatedFile): MarkedRows {
  const deleted = Number(file.add.deletionVector?.cardinality ?? 0);
  return { file, positions, physicalRowCount: rowCount + deleted };
}

/** Spark's three counters of vectors; `gone` are the files the commit removes for good. */
export function vectorMetrics(
  marked: MarkedFiles,
  gone: readonly AddFile[],
  prefix: "num" | "numTarget",
): Record<string, string> {
  const dropped = gone.filter((add) => add.deletionVector).length;
  return {
    [`${prefix}DeletionVectorsAdded`]: String(marked.adds.length),
    [`${prefix}DeletionVectorsRemoved`]: String(dropped + marked.updatedCount),
    [`${prefix}DeletionVectorsUpdated`]: String(marked.updatedCount),
  };
}
