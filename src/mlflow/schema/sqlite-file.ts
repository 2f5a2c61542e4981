/** Whether there is anything at a path that SQLite can open, told before SQLite touches it. */
import { closeSync, openSync, readSync, statSync } from "node:fs";

import { SovereignError } from "../../core/errors.ts";

/** False when the file is missing. Throws for what is there and is nothing SQLite can open. */
export function isSqliteFile(path: string): boolean {
  const facts = statSync(path, { throwIfNoEntry: false });
  if (facts === undefined) return false;
  if (facts.isDirectory()) {
    throw new SovereignError("INVALID_PARAMETER_VALUE", `\`${path}\` is a folder, no database`, {
      hint: "name a file in it; a FileStore is imported by `sovereign mlflow import`",
    });
  }
  // An empty file is an empty database.
  if (facts.isFile() && (facts.size === 0 || hasSqliteHeader(path))) return true;
  throw new SovereignError("INVALID_PARAMETER_VALUE", `\`${path}\` is not an SQLite database`, {
    hint: "name an `mlflow.db`, or a file that does not exist yet to start a fresh one",
  });
}

function hasSqliteHeader(path: string): boolean {
  const header = Buffer.alloc(16);
  const file = openSync(path, "r");
  try {
    readSync(file, header, 0, 16, 0);
  } finally {
    closeSync(file);
  }
  return header.toString("latin1") === "SQLite format 3\0";
}
