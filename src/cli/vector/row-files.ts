/** The file of rows a command line names: its format, and the columns that are ids and vectors. */
import { readFileSync } from "node:fs";
import { resolve } from "node:path";

import { SovereignError } from "../../core/errors.ts";
import { readNpyTexts } from "../../formats/npy/index.ts";
import { type ReadFileOptions, ROW_FORMATS, type RowFormat } from "../../vector/index.ts";
import type { CommandContext } from "../context.ts";
import { readHead, sniffFormat } from "../lake/import/read-head.ts";
import { findSourceFiles } from "../lake/import/source-files.ts";
import { formatOfName } from "../output/file-formats.ts";

export const ROW_FILE_FLAGS = {
  "input-format": {
    type: "choice",
    choices: ROW_FORMATS,
    summary: "format of the file (default: by its name, else by its first bytes)",
  },
  "id-column": {
    type: "string",
    value: "name",
    summary: "column of the ids (default `id`), or array of an .npz",
  },
  "vector-column": {
    type: "string",
    value: "name",
    summary: "column of the vectors (default `vector`), or array of an .npz",
  },
  ids: {
    type: "string",
    value: "file",
    summary: "ids of the rows of an .npy file, one a line or .npy too (default: their numbers)",
    completes: "files",
  },
  vectors: {
    type: "string",
    value: "file",
    summary: "vectors of the rows of another file, in their order: an .npy",
    completes: "files",
  },
} as const;

export interface RowFileFlags {
  readonly "input-format": RowFormat | undefined;
  readonly "id-column": string | undefined;
  readonly "vector-column": string | undefined;
  readonly ids: string | undefined;
  readonly vectors: string | undefined;
}

/** A file to read rows from. */
export interface RowFile {
  readonly path: string;
  readonly options: ReadFileOptions;
}

/** Finds the file (`-` is stdin, gzip is undone) and its format. */
export async function findRowFile(
  word: string,
  flags: RowFileFlags,
  context: CommandContext,
): Promise<RowFile> {
  const source = await findSourceFiles(word, context);
  const [file] = source.files;
  if (source.isFolder || file === undefined) {
    throw new SovereignError("INVALID_PARAMETER_VALUE", `\`${word}\` is a folder`, {
      hint: "name a file in it",
    });
  }
  const format = flags["input-format"] ?? formatOf(file.name, file.path);
  const ids = flags.ids === undefined ? {} : { ids: readIds(flags.ids, context) };
  const columns = {
    ...(flags["id-column"] === undefined ? {} : { idColumn: flags["id-column"] }),
    ...(flags.vectors === undefined ? {} : { vectors: resolve(context.io.cwd, flags.vectors) }),
    ...(flags["vector-column"] === undefined ? {} : { vectorColumn: flags["vector-column"] }),
  };
  return { path: file.path, options: { format, source: source.name, ...columns, ...ids } };
}

function formatOf(name: string, path: string): RowFormat {
  const [, numpy] = /\.(npy|npz)(\.gz)?$/i.exec(name) ?? [];
  if (numpy !== undefined) return numpy.toLowerCase() as RowFormat;
  const head = readHead(path).subarray(0, 6).toString("latin1");
  if (head.endsWith("NUMPY")) return "npy";
  if (head.startsWith("PK\x03\x04")) return "npz";
  const named = formatOfName(name);
  const format = named ?? sniffFormat(path);
  const known = ROW_FORMATS.find((candidate) => candidate === format);
  if (known !== undefined) return known;
  // By its first bytes everything else is csv.
  const what =
    named === null ? "is of no format that is read" : `is ${named}, which has no vectors`;
  throw new SovereignError("NOT_IMPLEMENTED", `\`${name}\` ${what}`, {
    hint: "give JSON lines, a JSON array, Parquet, Arrow, .npy or .npz; or say `--input-format`",
  });
}

function readIds(word: string, { io }: CommandContext): string[] {
  const file = readFileSync(resolve(io.cwd, word));
  if (file.toString("latin1", 1, 6) === "NUMPY") return readNpyTexts(file, word);
  const lines = file.toString("utf8").split(/\r?\n/);
  if (lines.at(-1) === "") lines.pop();
  return lines;
}
