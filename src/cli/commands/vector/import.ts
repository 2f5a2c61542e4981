/** `sovereign vector import`: a file as a collection, made if it is missing. */
import { readRowFile } from "../../../vector/index.ts";
import { defineCommand } from "../../command.ts";
import type { CommandContext } from "../../context.ts";
import { refuseSwapped } from "../../lake/import/source-files.ts";
import { CREATE_FLAGS, readCreateFlags } from "../../vector/create-flags.ts";
import { findRowFile, ROW_FILE_FLAGS, type RowFile } from "../../vector/row-files.ts";
import {
  openCollection,
  optimizeCollection,
  projectCollections,
  refuseFollower,
} from "../../vector/store.ts";
import { reportTaken, TAKEN_FIELDS, takeRows } from "../../vector/take-rows.ts";

export const command = defineCommand({
  args: {
    file: {
      summary: "JSON lines, a JSON array, Parquet, Arrow or .npy; `-` for stdin",
      required: true,
      completes: "files",
    },
    collection: { summary: "where the rows go", required: true, completes: "collections" },
  },
  flags: { ...ROW_FILE_FLAGS, ...CREATE_FLAGS },
  examples: [
    { comment: "A new collection of vectors", run: "sovereign vector import rows.jsonl docs" },
    {
      comment: "Texts to search for words",
      run: "sovereign vector import articles.jsonl articles --text title^2,body",
    },
  ],
  notes:
    "The collection is made for vectors as long as the first one of the file, or as `--embedder` makes them; `--metric`, `--text` and the like are for a new one. Afterwards its file is written anew, as `vector optimize` does.",
  fields: TAKEN_FIELDS,
  databricks: "`databricks vector-search-indexes create-index`, then `upsert-data-vector-index`",
  seeAlso: ["vector upsert", "vector query", "vector export"],
  async run(context, { args, flags }) {
    refuseSwapped(context, [args.file, args.collection], 0);
    const file = await findRowFile(args.file, flags, context);
    const store = projectCollections(context);
    const isNew = !store.has(args.collection);
    if (isNew) {
      const dims = flags.embedder === undefined ? await firstDims(file) : undefined;
      const options = readCreateFlags(flags, dims, context);
      await store.create(args.collection, options);
    }
    const rows = await importRows(context, args.collection, file).catch(async (error: unknown) => {
      // Half an import would have to be found and deleted before the next try.
      if (isNew) await dropCollection(context, args.collection);
      throw error;
    });
    const next = `next: sovereign vector query ${args.collection}`;
    if (rows > 0) await context.note(`${next} --help`);
    return 0;
  },
});

async function importRows(context: CommandContext, name: string, file: RowFile): Promise<number> {
  const collection = await openCollection(context, name, "write");
  refuseFollower(collection, name);
  try {
    const taken = await takeRows(collection, file, context, { willOptimize: true });
    await optimizeCollection(context, collection);
    await reportTaken(context, name, { taken, rows: collection.count });
    return collection.count;
  } finally {
    await collection.close();
  }
}

async function dropCollection(context: CommandContext, name: string): Promise<void> {
  await projectCollections(context).drop(name);
}

/** Length of the first vector; 0 when the first row has none. */
async function firstDims(file: RowFile): Promise<number> {
  for await (const [row] of readRowFile(file.path, file.options)) return row?.vector?.length ?? 0;
  return 0;
}
