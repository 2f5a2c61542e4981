/** The project's collections, in `vector` below its home folder. */
import { join } from "node:path";

import { SovereignError } from "../../core/errors.ts";
import { formatCount } from "../../core/progress.ts";
import { type Collection, type IndexOptions, VectorStore } from "../../vector/index.ts";
import type { CommandContext } from "../context.ts";

/** The collections by name; nothing is opened or made. */
export function projectCollections(context: CommandContext): VectorStore {
  return new VectorStore(join(context.config.home, "vector"));
}

/** Opens a collection until the command ends. */
export async function openCollection(
  context: CommandContext,
  name: string,
  mode: "read" | "write",
): Promise<Collection> {
  const collection = await projectCollections(context).open(name, mode);
  context.onClose(() => collection.close());
  return collection;
}

/** Writes a collection's file anew; warns when its index leaves rows out. */
export async function optimizeCollection(
  context: CommandContext,
  collection: Collection,
  options: IndexOptions = {},
): Promise<void> {
  const { signal } = context.io;
  const task = (await context.progress()).start({
    label: "indexing",
    total: collection.count,
    unit: "rows",
    leavesLine: false,
  });
  let linked = 0;
  const onProgress = (linkedRows: number): void => {
    task.advance(linkedRows - linked);
    linked = linkedRows;
  };
  const { unindexed } = await collection
    .optimize({ ...options, signal, onProgress })
    .finally(() => task.discard());
  if (unindexed === 0) return;
  const rows = `${formatCount(unindexed)} of ${formatCount(collection.count)} rows`;
  await context.warn(
    `${rows} are looked at one by one: 4 GiB do not hold their vectors and such an index; a smaller \`--m\` or \`--codes int8\` may fit`,
  );
}

/** INVALID_STATE for a collection that follows a table: its rows are that table's. */
export function refuseFollower({ settings }: Collection, name: string): void {
  if (settings.source === undefined) return;
  const { table } = settings.source;
  throw new SovereignError("INVALID_STATE", `\`${name}\` follows the table \`${table}\``, {
    hint: `change the table, then run \`sovereign vector sync ${name}\``,
  });
}
