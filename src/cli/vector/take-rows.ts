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
): Promise<Taken> {
  const progress = await context.progress();
  const task = progress.start({ label: `reading ${file.options.source}`, unit: "rows" });
  let inserted = 0;
  let replaced = 0;
  for await (const batch of readRowFile(file.path, file.options)) {
    context.io.signal.throwIfAborted();
    const result = await collection.upsert(batch);
    inserted += result.inserted;
    replaced += result.replaced;
    task.advance(batch.length);
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
