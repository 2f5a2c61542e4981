/** Bad rows put aside: one JSON object a row, with file, line, reason and the record as it came. */
import { existsSync } from "node:fs";
import { open, rename, rm } from "node:fs/promises";
import { join } from "node:path";

import { createFolders, tempPathFor } from "../../../core/io/index.ts";
import type { CommandContext } from "../../context.ts";
import type { BadRow } from "./bad-rows.ts";

/** Pieces of this size are written at once. */
const PIECE_LENGTH = 1 << 20;
/** Rows a message shows. */
const SHOWN_ROWS = 3;

export interface RejectedRows {
  readonly path: string;
  readonly first: readonly BadRow[];
}

/** Writes the rows to a new file below `.sovereign/rejected`, which appears whole or not at all. */
export async function writeRejectedRows(
  rows: AsyncIterable<BadRow>,
  sourceName: string,
  context: CommandContext,
): Promise<RejectedRows> {
  const path = choosePath(sourceName, context);
  const temp = tempPathFor(path);
  const handle = await open(temp, "wx");
  const first: BadRow[] = [];
  try {
    let held = "";
    for await (const row of rows) {
      context.io.signal.throwIfAborted();
      if (first.length < SHOWN_ROWS) first.push(row);
      held += formatRow(row);
      if (held.length < PIECE_LENGTH) continue;
      await handle.appendFile(held);
      held = "";
    }
    await handle.appendFile(held);
    await handle.sync();
    await handle.close();
    await rename(temp, path);
    return { path, first };
  } catch (error) {
    await handle.close().catch(() => undefined);
    await rm(temp, { force: true });
    throw error;
  }
}

function formatRow({ file, line, reason, record, encoding }: BadRow): string {
  const facts = JSON.stringify({ file, line, reason, ...(encoding && { encoding }) });
  return `${facts.slice(0, -1)},"record":${record}}\n`;
}

function choosePath(sourceName: string, { config, io }: CommandContext): string {
  const folder = join(config.home, "rejected");
  createFolders(folder);
  const time = new Date(io.clock.nowMs()).toISOString().replace(/\D/g, "").slice(0, 17);
  const name = sourceName
    .replace(/\/+$/, "")
    .replace(/^.*\//, "")
    .replace(/[^\w.-]/g, "_")
    .slice(0, 100);
  let path = join(folder, `${name}-${time}.jsonl`);
  for (let i = 2; existsSync(path); i++) path = join(folder, `${name}-${time}.${i}.jsonl`);
  return path;
}
