/**
 * Files of one table may hold a variant in two forms: a Parquet VARIANT group, which the engine
 * decodes itself, shredded or not, and a bare group of `metadata` and `value` without the logical
 * type, as this writer and older ones leave it. A scan is split so that each part is uniform.
 */
import { SovereignError } from "../../core/errors.ts";
import type { StructField } from "../schema/data-type.ts";
import { holdsVariant, quoteString } from "./engine-type.ts";
import { escapeGlobPath } from "./glob.ts";
import { type IndexedFile, physicalName } from "./scan.ts";
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
  const variants = scan.columns.fields.filter((field) => holdsVariant(field.type));
  if (variants.length === 0) return [{ files, encoded: false }];
  const native = new Set<IndexedFile>();
  for (const entry of files) {
    const path = entry.file.absolutePath;
    if (!(await holdsNativeVariants(engine, path))) continue;
    await refuseVariantNulls(engine, path, variants);
    native.add(entry);
  }
  const groups = [
    { encoded: false, files: files.filter((entry) => native.has(entry)) },
    { encoded: true, files: files.filter((entry) => !native.has(entry)) },
  ];
  return groups.filter((group) => group.files.length > 0);
}

/** A variant's value leaf in a footer: where it is, and what its statistics say. */
interface ValueLeaf {
  column: string;
  /** `null` when the writer left statistics out. */
  minimum: string | null;
  isAllNull: boolean;
}

/**
 * Refuses a file in which a variant is the value `null`: DuckDB 1.5 makes it SQL NULL, which is
 * another thing. That value is the one byte 0, below every other, so a row group has one exactly
 * when the least value of the leaf says so.
 */
async function refuseVariantNulls(
  engine: Engine,
  path: string,
  variants: readonly StructField[],
): Promise<void> {
  const names = new Set(variants.map((field) => physicalName(field)));
  for (const leaf of await valueLeaves(engine, path)) {
    if (!names.has(leaf.column) || leaf.isAllNull) continue;
    if (leaf.minimum !== null && leaf.minimum !== "\\x00") continue;
    const what = leaf.minimum === null ? "may hold" : "holds";
    throw new SovereignError(
      "NOT_IMPLEMENTED",
      `the variant column \`${leaf.column}\` ${what} the value null, which is not SQL NULL`,
      {
        hint: "select the other columns, or read the table with the engine that wrote it",
        details: { path, column: leaf.column },
      },
    );
  }
}

/** `value` leaves that have a `metadata` beside them: whole variants, not shredded parts of one. */
async function valueLeaves(engine: Engine, path: string): Promise<ValueLeaf[]> {
  const rows = await engine.rows(
    "SELECT path_in_schema, stats_min_value, stats_null_count = num_values " +
      `FROM parquet_metadata(${quoteString(escapeGlobPath(path))})`,
  );
  const paths = new Set(rows.map(([leaf]) => String(leaf)));
  return rows.flatMap(([leaf, minimum, isAllNull]) => {
    const parent = /^(.*), value$/s.exec(String(leaf))?.[1];
    if (parent === undefined || !paths.has(`${parent}, metadata`)) return [];
    const column = parent.split(", ")[0]!;
    return { column, minimum: minimum as string | null, isAllNull: isAllNull === true };
  });
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
