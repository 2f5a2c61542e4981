/** SQL from where a command line says: the argument itself, `@file`, `-` or piped stdin. */
import { isUtf8 } from "node:buffer";
import { readFileSync, statSync } from "node:fs";
import { resolve } from "node:path";

import { SovereignError } from "../../core/errors.ts";
import type { Io } from "../io.ts";

/** The statements' text; without an argument stdin is read unless it is a terminal. */
export async function readSqlText(word: string | undefined, io: Io): Promise<string> {
  if (io.stdin.isTTY && word === undefined) {
    throw new SovereignError("INVALID_PARAMETER_VALUE", "no SQL given", {
      hint: 'give it as an argument (`sovereign lake sql "SELECT 1"`), as `@file`, or on stdin; `sovereign lake shell` is interactive',
    });
  }
  return readTextWord(word ?? "-", io, "SQL");
}

/** What a word stands for: `@file`, `-` for stdin, else itself. */
export async function readTextWord(word: string, io: Io, what: string): Promise<string> {
  if (word.startsWith("@")) return readFile(word.slice(1), io);
  if (word !== "-") return word;
  if (io.stdin.isTTY) await io.stderr.write(`reading ${what} from the terminal, end with Ctrl-D\n`);
  return readAllText(io);
}

function readFile(name: string, io: Io): string {
  const path = resolve(io.cwd, name);
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) {
    throw new SovereignError("INVALID_PARAMETER_VALUE", `\`${name}\` is a folder, not a file`, {
      hint: "name a file behind the `@`",
    });
  }
  return readUtf8(readFileSync(path), `\`${name}\``);
}

/** All of stdin as text. */
export async function readAllText(io: Io): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of io.stdin) chunks.push(Buffer.from(chunk as Uint8Array));
  return readUtf8(Buffer.concat(chunks), "the text on stdin");
}

/** A byte that is no UTF-8 would become another character in a table, so it is refused. */
function readUtf8(bytes: Buffer, name: string): string {
  if (isUtf8(bytes)) return bytes.toString("utf8");
  const marked = bytes[0] === 0xff || bytes[0] === 0xfe ? "; it may be UTF-16" : "";
  throw new SovereignError("DATA_LOSS", `${name} is no UTF-8${marked}`, {
    hint: "convert it, for example with `iconv -t UTF-8`",
  });
}
