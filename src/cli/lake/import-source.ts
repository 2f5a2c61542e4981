/**
 * The file an import reads: a path, or stdin put aside in a temporary file first. Its format comes
 * from a flag, its name, or its first bytes. Arrow files are turned into Parquet on the way, the
 * one columnar format the engine reads.
 */
import {
  closeSync,
  createWriteStream,
  openSync,
  readFileSync,
  readSync,
  rmSync,
  statSync,
} from "node:fs";
import { join, resolve } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";

import { SovereignError } from "../../core/errors.ts";
import { newUuid } from "../../core/ids.ts";
import { createFolders, writeFileAtomic } from "../../core/io/index.ts";
import type { CommandContext } from "../context.ts";
import { type FileFormat, formatOfName } from "../output/file-formats.ts";
import { resolveSample } from "./datasets.ts";
import { quoteText } from "./table-name.ts";

export const IMPORT_FORMATS = ["csv", "tsv", "json", "jsonl", "parquet", "arrow"] as const;
export type ImportFormat = (typeof IMPORT_FORMATS)[number];

export interface ImportOptions {
  readonly format: ImportFormat | undefined;
  readonly delimiter: string | undefined;
  readonly hasHeader: boolean;
}

export interface ImportSource {
  /** As the user named it. */
  readonly name: string;
  readonly format: ImportFormat;
  /** `read_files(…)`; `asText` reads the columns of text formats as strings. */
  readFiles(options: { asText: boolean }): string;
}

/** Opens the source; whatever is put aside goes when the command ends. */
export async function openImportSource(
  word: string,
  options: ImportOptions,
  context: CommandContext,
): Promise<ImportSource> {
  const isStdin = word === "-";
  const path = isStdin ? await spoolStdin(context) : resolveFile(word, context);
  if (!isStdin) statSync(path);
  const named = isStdin ? null : formatOfName(word);
  const format = options.format ?? (isImportable(named) ? named : sniffFormat(path, word));
  const read = format === "arrow" ? await convertArrow(path, word, context) : path;
  return {
    name: isStdin ? "stdin" : word,
    format,
    readFiles: ({ asText }) => formatReadFiles(read, { ...options, format, asText }),
  };
}

function resolveFile(word: string, context: CommandContext): string {
  return resolveSample(word) ?? resolve(context.io.cwd, word);
}

function isImportable(format: FileFormat | null): format is ImportFormat {
  return format !== null && format !== "md";
}

function formatReadFiles(
  path: string,
  options: ImportOptions & { format: ImportFormat; asText: boolean },
): string {
  const { format, asText } = options;
  const settings: string[] = [];
  if (format === "csv" || format === "tsv") {
    settings.push("format => 'csv'", `header => ${options.hasHeader}`, "mode => 'PERMISSIVE'");
    const delimiter = options.delimiter ?? (format === "tsv" ? "\t" : undefined);
    if (delimiter !== undefined) settings.push(`sep => ${quoteText(delimiter)}`);
    if (asText) settings.push("inferColumnTypes => false");
  } else if (format === "parquet" || format === "arrow") {
    settings.push("format => 'parquet'");
  } else {
    settings.push("format => 'json'");
    if (isJsonDocument(path)) settings.push("multiLine => true");
  }
  return `read_files(${[quoteText(path), ...settings].join(", ")})`;
}

/** First bytes decide: Parquet and Arrow by their magic, JSON by its bracket, else CSV. */
function sniffFormat(path: string, name: string): ImportFormat {
  if (statSync(path).isDirectory()) {
    throw new SovereignError("INVALID_PARAMETER_VALUE", `\`${name}\` is a folder`, {
      hint: "give `--input-format` to import every file in it",
    });
  }
  const head = readHead(path);
  const magic = head.subarray(0, 4).toString("latin1");
  if (magic === "PAR1") return "parquet";
  if (magic === "ARRO" || head.subarray(0, 4).equals(Buffer.from([255, 255, 255, 255]))) {
    return "arrow";
  }
  const text = head.toString("utf8").trimStart();
  if (text.startsWith("[")) return "json";
  if (text.startsWith("{")) return "jsonl";
  const firstLine = text.split("\n")[0] ?? "";
  return firstLine.includes("\t") && !firstLine.includes(",") ? "tsv" : "csv";
}

/** One array, or one object over several lines, rather than an object a line. */
function isJsonDocument(path: string): boolean {
  if (statSync(path).isDirectory()) return false;
  const text = readHead(path).toString("utf8").trimStart();
  if (text.startsWith("[")) return true;
  const firstLine = text.split("\n")[0] ?? "";
  return text.startsWith("{") && text.includes("\n") && !firstLine.trimEnd().endsWith("}");
}

function readHead(path: string): Buffer {
  const file = openSync(path, "r");
  try {
    const bytes = Buffer.alloc(65_536);
    return bytes.subarray(0, readSync(file, bytes, 0, bytes.length, 0));
  } finally {
    closeSync(file);
  }
}

function tempPath(context: CommandContext, extension: string): string {
  const folder = join(context.config.home, "tmp");
  createFolders(folder);
  const path = join(folder, `import-${newUuid()}${extension}`);
  context.onClose(() => rmSync(path, { force: true }));
  return path;
}

async function spoolStdin(context: CommandContext): Promise<string> {
  const { io } = context;
  if (io.stdin.isTTY) await context.note("reading rows from the terminal, end with Ctrl-D");
  const path = tempPath(context, ".data");
  await pipeline(Readable.from(io.stdin), createWriteStream(path), { signal: io.signal });
  return path;
}

/** An Arrow file or stream as a Parquet file the engine can read. */
async function convertArrow(path: string, name: string, context: CommandContext): Promise<string> {
  const [arrow, wasm] = await Promise.all([import("apache-arrow"), import("parquet-wasm")]);
  const target = tempPath(context, ".parquet");
  try {
    const table = arrow.tableFromIPC(readFileSync(path));
    const stream = arrow.tableToIPC(table, "stream");
    await writeFileAtomic(target, wasm.writeParquet(wasm.Table.fromIPCStream(stream)));
  } catch (cause) {
    throw new SovereignError("DATA_LOSS", `\`${name}\` is no readable Arrow file`, {
      hint: "write it without compression, or as Parquet",
      cause,
    });
  }
  return target;
}
