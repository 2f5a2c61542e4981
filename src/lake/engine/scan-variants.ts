/**
 * Files of one table may hold a variant in two forms: a Parquet VARIANT group, which the engine
 * decodes itself, shredded or not, and a bare group of `metadata` and `value` without the logical
 * type, as older writers left it. A scan is split so that each part is uniform.
 */
import { SovereignError } from "../../core/errors.ts";
import { holdsVariant, quoteString } from "./engine-type.ts";
import { escapeGlobPath } from "./glob.ts";
import type { IndexedFile } from "./scan.ts";
import type { Engine, ParquetScan } from "./types.ts";

export interface VariantGroup {
  files: readonly IndexedFile[];
  /** Variants of these files are bare groups of two binary columns. */
  encoded: boolean;
}

/** The scan's files grouped by how they hold variants; one group when no column is a variant. */
export async function splitByVariantForm(
  engine: Engine,
  scan: ParquetScan,
  files: readonly IndexedFile[],
): Promise<VariantGroup[]> {
  if (!scan.columns.fields.some((field) => holdsVariant(field.type))) {
    return [{ files, encoded: false }];
  }
  const native = new Set<IndexedFile>();
  for (const entry of files) {
    if (await holdsNativeVariants(engine, entry.file.absolutePath)) native.add(entry);
  }
  const groups = [
    { encoded: false, files: files.filter((entry) => native.has(entry)) },
    { encoded: true, files: files.filter((entry) => !native.has(entry)) },
  ];
  return groups.filter((group) => group.files.length > 0);
}

async function holdsNativeVariants(engine: Engine, path: string): Promise<boolean> {
  const file = `read_parquet([${quoteString(escapeGlobPath(path))}], hive_partitioning = false)`;
  const columns = await engine.rows(`SELECT column_type FROM (DESCRIBE SELECT * FROM ${file})`);
  const types = columns.map(([type]) => String(type));
  if (types.some((type) => /\bVARIANT\b/.test(type))) return true;
  if (types.some((type) => /\btyped_value\b/.test(type))) {
    throw new SovereignError(
      "NOT_IMPLEMENTED",
      `\`${path}\` holds a shredded variant without the VARIANT logical type`,
      { hint: "rewrite the table with a writer of Parquet's final variant specification" },
    );
  }
  return false;
}
