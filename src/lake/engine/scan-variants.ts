/**
 * Files of one table may hold a variant in two forms: a Parquet VARIANT group, which the engine
 * decodes itself, shredded or not, and a bare group of `metadata` and `value` without the logical
 * type, as this writer and older ones leave it. A scan is split so that each part is uniform.
 *
 * DuckDB 1.5 makes the variant value `null` SQL NULL, which is another thing. A file that holds one
 * is read from a copy without the logical type, as a bare group.
 */
import { basename } from "node:path";
import { SovereignError } from "../../core/errors.ts";
import { copyWithoutAnnotations, readVariantAnnotations } from "../../formats/parquet/index.ts";
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
  const native: IndexedFile[] = [];
  const bare: IndexedFile[] = [];
  for (const entry of files) {
    const path = entry.file.absolutePath;
    if (!(await holdsNativeVariants(engine, path))) bare.push(entry);
    else if (!(await mayHoldNulls(engine, path, variants))) native.push(entry);
    else bare.push({ ...entry, file: { ...entry.file, absolutePath: copyBare(engine, path) } });
  }
  const groups = [
    { encoded: false, files: native },
    { encoded: true, files: bare },
  ];
  return groups.filter((group) => group.files.length > 0);
}

/** The path of a copy in which variants are bare groups; it goes with the engine's scope. */
function copyBare(engine: Engine, path: string): string {
  const annotations = readVariantAnnotations(path);
  if (annotations.some(({ isShredded }) => isShredded)) {
    throw new SovereignError(
      "NOT_IMPLEMENTED",
      `\`${path}\` holds a shredded variant and the variant value null, which is not SQL NULL`,
      {
        hint: "select the other columns, or rewrite the table without shredding where it was written",
        details: { path },
      },
    );
  }
  const copy = engine.scratchPath(basename(path));
  copyWithoutAnnotations(path, copy, annotations);
  return copy;
}

/** A variant's value leaf in a footer: where it is, and what its statistics say. */
interface ValueLeaf {
  column: string;
  /** `null` when the writer left statistics out. */
  minimum: string | null;
  isAllNull: boolean;
}

/**
 * Whether a variant may be the value `null`: that is the one byte 0, below every other, so a row
 * group has one exactly when the least value of the leaf says so.
 */
async function mayHoldNulls(
  engine: Engine,
  path: string,
  variants: readonly StructField[],
): Promise<boolean> {
  const names = new Set(variants.map((field) => physicalName(field)));
  return (await valueLeaves(engine, path)).some(
    ({ column, isAllNull, minimum }) =>
      names.has(column) && !isAllNull && (minimum === null || minimum === "\\x00"),
  );
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
