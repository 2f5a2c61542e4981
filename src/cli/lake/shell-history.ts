/** The statements typed at the prompt, one a line, in the project's `.sovereign/shell-history`. */
import { appendFileSync, existsSync, readFileSync } from "node:fs";
import { dirname } from "node:path";

import { createFolders, writeFileAtomic } from "../../core/io/index.ts";

export const HISTORY_SIZE = 1000;

/** Newest first, as readline wants it. A file grown to twice its size is cut to it. */
export async function readHistory(path: string): Promise<string[]> {
  if (!existsSync(path)) return [];
  const lines = readFileSync(path, "utf8")
    .split("\n")
    .filter((line) => line !== "");
  const kept = lines.slice(-HISTORY_SIZE);
  if (lines.length > 2 * HISTORY_SIZE) await writeFileAtomic(path, `${kept.join("\n")}\n`);
  return kept.reverse();
}

/** Adds the lines of a statement; the file is its owner's alone, as statements may hold secrets. */
export function appendHistory(path: string, lines: readonly string[]): void {
  createFolders(dirname(path));
  appendFileSync(path, lines.map((line) => `${line}\n`).join(""), { mode: 0o600 });
}
