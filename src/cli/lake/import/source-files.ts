/**
 * The files an import names: one file, stdin put aside in a temporary one, or every file below a
 * folder (hidden ones, `_x` and `.x`, left out, as Spark does). Gzip is undone here, so that what
 * reads the files has plain bytes.
 */
import { createReadStream, createWriteStream, readdirSync, rmSync, statSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";

import { SovereignError } from "../../../core/errors.ts";
import { newUuid } from "../../../core/ids.ts";
import { createFolders } from "../../../core/io/index.ts";
import type { CommandContext } from "../../context.ts";
import { quoteShellWord } from "../../shell-words.ts";
import { resolveSample } from "../datasets.ts";
import { readHead } from "./read-head.ts";

export interface InputFile {
  /** As the user would name it. */
  readonly name: string;
  readonly path: string;
}

export interface SourceFiles {
  /** As the user named it. */
  readonly name: string;
  /** The file, or the folder all of them are in. */
  readonly path: string;
  readonly isFolder: boolean;
  /** In order of their paths; at least one holds a byte. */
  readonly files: readonly InputFile[];
}

/** Finds the files; RESOURCE_DOES_NOT_EXIST or DATA_LOSS when there is nothing to read. */
export async function findSourceFiles(word: string, context: CommandContext): Promise<SourceFiles> {
  if (word === "") {
    throw new SovereignError("INVALID_PARAMETER_VALUE", "the file to import has an empty name", {
      hint: "name a file, a folder, or `-` for stdin; a shell variable may be unset",
    });
  }
  if (word === "-") {
    const path = await spoolStdin(context);
    return finish({ name: "stdin", path, isFolder: false }, [{ name: "stdin", path }], context);
  }
  const root = resolveSample(word) ?? resolve(context.io.cwd, word);
  if (!statSync(root).isDirectory()) {
    return finish(
      { name: word, path: root, isFolder: false },
      [{ name: word, path: root }],
      context,
    );
  }
  const paths = listFolder(root, root).sort();
  if (paths.length === 0) {
    throw new SovereignError("RESOURCE_DOES_NOT_EXIST", `no file to import in \`${word}\``, {
      hint: "names that start with `_` or `.` do not count",
    });
  }
  const files = paths.map((path) => ({ name: join(word, relative(root, path)), path }));
  return finish({ name: word, path: root, isFolder: true }, files, context);
}

/**
 * Refuses a command whose two words stand the wrong way round: where a file should be named there
 * is none, and the other word is one. `words` are what was typed, in order.
 */
export function refuseSwapped(
  { io, path }: CommandContext,
  words: readonly [string, string],
  fileAt: 0 | 1,
): void {
  const [file, other] = fileAt === 0 ? words : [words[1], words[0]];
  const isFile = (word: string): boolean =>
    statSync(resolve(io.cwd, word), { throwIfNoEntry: false })?.isFile() ?? false;
  if (file === "-" || resolveSample(file) !== null || !isFile(other)) return;
  if (statSync(resolve(io.cwd, file), { throwIfNoEntry: false }) !== undefined) return;
  const swapped = `${quoteShellWord(words[1])} ${quoteShellWord(words[0])}`;
  throw new SovereignError(
    "INVALID_PARAMETER_VALUE",
    `\`${file}\` is no file, and \`${other}\` is one: the file comes ${fileAt === 0 ? "first" : "last"}`,
    { hint: `run \`sovereign ${path} ${swapped}\`` },
  );
}

async function finish(
  source: Omit<SourceFiles, "files">,
  files: readonly InputFile[],
  context: CommandContext,
): Promise<SourceFiles> {
  const { name, isFolder } = source;
  const filled = files.filter((file) => statSync(file.path).size > 0);
  if (filled.length === 0) {
    const what = isFolder ? "every file in it is empty" : "there is not a byte in it";
    throw new SovereignError("DATA_LOSS", `\`${name}\` is empty: ${what}`, {
      hint:
        name === "stdin"
          ? "check the command in front of the `|`; nothing was imported"
          : "check what wrote it; nothing was imported",
    });
  }
  const plain: InputFile[] = [];
  for (const file of filled) plain.push(await withoutGzip(file, context));
  return isFolder ? { ...source, files: plain } : { ...source, path: plain[0]!.path, files: plain };
}

function listFolder(folder: string, root: string): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => !/^[._]/.test(entry.name))
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      if (!statSync(path).isDirectory()) return [path];
      if (!entry.name.includes("=")) return listFolder(path, root);
      throw new SovereignError(
        "NOT_IMPLEMENTED",
        `reading the partition folder \`${relative(root, path)}\` is not supported`,
        { hint: "import the folder of one partition, or a Delta table with `lake sql`" },
      );
    });
}

/** A path below `.sovereign/tmp` that is removed when the command ends. */
export function makeTempPath(context: CommandContext, extension: string): string {
  const folder = join(context.config.home, "tmp");
  createFolders(folder);
  const path = join(folder, `import-${newUuid()}${extension}`);
  context.onClose(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

async function spoolStdin(context: CommandContext): Promise<string> {
  const { io } = context;
  if (io.stdin.isTTY) await context.note("reading rows from the terminal, end with Ctrl-D");
  const path = makeTempPath(context, ".data");
  await pipeline(Readable.from(io.stdin), createWriteStream(path), { signal: io.signal });
  return path;
}

const GZIP = "1f8b";

async function withoutGzip(file: InputFile, context: CommandContext): Promise<InputFile> {
  if (readHead(file.path).subarray(0, 2).toString("hex") !== GZIP) return file;
  const path = makeTempPath(context, ".data");
  const { signal } = context.io;
  try {
    await pipeline(createReadStream(file.path), createGunzip(), createWriteStream(path), {
      signal,
    });
  } catch (cause) {
    if (!String((cause as NodeJS.ErrnoException).code).startsWith("Z_")) throw cause;
    throw new SovereignError("DATA_LOSS", `\`${file.name}\` is damaged gzip`, {
      hint: "fetch or compress it again; nothing was imported",
      cause,
    });
  }
  return { name: file.name, path };
}
