/** Rows of a file into a collection, batch by batch, with progress. */
import { formatCount } from "../../core/progress.ts";
import { LONG, STRING } from "../../lake/schema/data-type.ts";
import { type Collection, readRowFile } from "../../vector/index.ts";
import type { FieldSpec } from "../command.ts";
import type { CommandContext } from "../context.ts";
import type { RowFile } from "./row-files.ts";

export const TAKEN_FIELDS: readonly FieldSpec[] = [
  { name: "collection", type: STRING },
  { name: "inserted", type: LONG },
  { name: "replaced", type: LONG },
  { name: "rows", type: LONG, summary: "in the collection now" },
];

const EMBEDDED_ROWS = 256;

/** What came of a file. */
export interface Taken {
  readonly inserted: number;
  readonly replaced: number;
}

/** Upserts every row; each batch is durable before the next is read. */
export async function takeRows(
  collection: Collection,
  file: RowFile,
  context: CommandContext,
  { willOptimize = false } = {},
): Promise<Taken> {
  const progress = await context.progress();
  const task = progress.start({ label: `reading ${file.options.source}`, unit: "rows" });
  let inserted = 0;
  let replaced = 0;
  // A model takes a second for a hundred texts: progress and Ctrl-C should not wait for a batch.
  const most =
    collection.settings.embedder === undefined ? Number.POSITIVE_INFINITY : EMBEDDED_ROWS;
  for await (const batch of readRowFile(file.path, file.options)) {
    for (let from = 0; from < batch.length; from += most) {
      context.io.signal.throwIfAborted();
      const part = batch.slice(from, from + most);
      const result = await collection.upsert(part, { willOptimize });
      inserted += result.inserted;
      replaced += result.replaced;
      task.advance(part.length);
    }
  }
  task.discard();
  return { inserted, replaced };
}

/** Says what came of it; as a record too, when a format was asked for. */
export async function reportTaken(
  context: CommandContext,
  name: string,
  { taken, rows }: { taken: Taken; rows: number },
): Promise<void> {
  const { inserted, replaced } = taken;
  const parts = [`${formatCount(inserted)} added`, `${formatCount(replaced)} replaced`];
  await context.note(`${name}: ${parts.join(", ")}, ${formatCount(rows)} in all`);
  if (context.globals.output === undefined) return;
  await context.printRecord(TAKEN_FIELDS, {
    collection: name,
    inserted: BigInt(inserted),
    replaced: BigInt(replaced),
    rows: BigInt(rows),
  });
}
