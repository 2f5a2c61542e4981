/**
 * Which Parquet file the engine means when it says that one is damaged and names none: footers of
 * the files a statement reads are looked at here, with the offset of the first damage. Damage in
 * pages is not found so; then all files are named that it may be in, the first of them.
 */
import { readFileSync, statSync } from "node:fs";
import { SovereignError } from "../../core/errors.ts";
import { readRowGroups } from "../../formats/parquet/index.ts";

const MAX_FILES = 1000;
const MAX_BYTES = 256 * 1024 * 1024;
const FILE_LIST = /read_parquet\(\[((?:'(?:[^']|'')*'(?:, )?)+)\]/g;
const LITERAL = /'((?:[^']|'')*)'/g;

export interface DamagedFile {
  /** For a message, such as `in x.parquet at offset 4: footer ends early`. */
  text: string;
  details: { path?: string; offset?: unknown };
}

/** Looks for the damaged file among those that engine SQL reads; null when it reads none. */
export function findDamagedFile(sql: string): DamagedFile | null {
  const paths = parquetFilesIn(sql);
  let budget = MAX_BYTES;
  for (const path of paths.slice(0, MAX_FILES)) {
    const problem = damageOf(path, budget);
    if (problem !== null) return problem;
    budget -= statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  }
  const [path] = paths;
  if (path === undefined) return null;
  if (paths.length === 1) return { text: `in \`${path}\``, details: { path } };
  return { text: `in one of ${paths.length} files, the first \`${path}\``, details: {} };
}

function parquetFilesIn(sql: string): string[] {
  const lists = [...sql.matchAll(FILE_LIST)].map((match) => match[1]!);
  const literals = lists.flatMap((list) => [...list.matchAll(LITERAL)].map((match) => match[1]!));
  const paths = literals.map((text) => text.replaceAll("''", "'").replaceAll(/\[([[*?])\]/g, "$1"));
  return [...new Set(paths)];
}

/** Null also where the file is too large to look at. */
function damageOf(path: string, maxBytes: number): DamagedFile | null {
  try {
    if (statSync(path).size > maxBytes) return null;
    readRowGroups(readFileSync(path), path);
    return null;
  } catch (error) {
    if (!(error instanceof SovereignError)) return { text: `in \`${path}\``, details: { path } };
    const offset = error.details.offset;
    return { text: `in ${error.message.replace(/^.*? file /, "")}`, details: { path, offset } };
  }
}
