/** SQL from where a command line says: the argument itself, `@file`, `-` or piped stdin. */
import { readFileSync, statSync } from "node:fs";
import { resolve } from "node:path";

import { SovereignError } from "../../core/errors.ts";
import type { Io } from "../io.ts";

/** The statements' text; without an argument stdin is read unless it is a terminal. */
export async function readSqlText(word: string | undefined, io: Io): Promise<string> {
  if (word?.startsWith("@")) return readSqlFile(word.slice(1), io);
  if (word !== undefined && word !== "-") return word;
  if (io.stdin.isTTY && word === undefined) {
    throw new SovereignError("INVALID_PARAMETER_VALUE", "no SQL given", {
      hint: 'give it as an argument (`sovereign lake sql "SELECT 1"`), as `@file`, or on stdin; `sovereign lake shell` is interactive',
    });
  }
  if (io.stdin.isTTY) await io.stderr.write("reading SQL from the terminal, end with Ctrl-D\n");
  return readAllText(io);
}

function readSqlFile(name: string, io: Io): string {
  const path = resolve(io.cwd, name);
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) {
    throw new SovereignError("INVALID_PARAMETER_VALUE", `\`${name}\` is a folder, not a file`, {
      hint: "name a file of statements behind the `@`",
    });
  }
  return readFileSync(path, "utf8");
}

/** All of stdin as text. */
export async function readAllText(io: Io): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of io.stdin) chunks.push(Buffer.from(chunk as Uint8Array));
  return Buffer.concat(chunks).toString("utf8");
}
