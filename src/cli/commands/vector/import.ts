/** `sovereign vector import`: a file as a collection, made if it is missing. */
import { SovereignError } from "../../../core/errors.ts";
import {
  type CollectionOptions,
  readRowFile,
  type VectorRow,
  type VectorStore,
} from "../../../vector/index.ts";
import { defineCommand } from "../../command.ts";
import type { CommandContext } from "../../context.ts";
import { refuseSwapped } from "../../lake/import/source-files.ts";
import {
  CREATE_FLAGS,
  type CreateFlags,
  readCreateFlags,
  refuseMissingFields,
  refuseOtherSettings,
} from "../../vector/create-flags.ts";
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
      summary: "JSON lines, a JSON array, Parquet, Arrow, .npy or .npz; `-` for stdin",
      required: true,
      completes: "files",
    },
    collection: { summary: "where the rows go", required: true, completes: "collections" },
  },
  flags: { ...ROW_FILE_FLAGS, ...CREATE_FLAGS },
  examples: [
    { comment: "A new collection of vectors", run: "sovereign vector import rows.jsonl docs" },
    {
      comment: "Embeddings that NumPy saved, with what belongs to them",
      run: "sovereign vector import pages.jsonl site --vectors embeddings.npy",
    },
    {
      comment: "Texts to search for words",
      run: "sovereign vector import articles.jsonl articles --text title^2,body",
    },
  ],
  notes:
    "The collection is made for vectors as long as the first one of the file, or as `--embedder` makes them; `--metric`, `--text` and the like are for a new one, and refused where one differs from what there is. Afterwards its file is written anew, as `vector optimize` does.",
  allOrNothing: true,
  fields: TAKEN_FIELDS,
  databricks: "`databricks vector-search-indexes create-index`, then `upsert-data-vector-index`",
  seeAlso: ["vector upsert", "vector query", "vector export"],
  async run(context, { args, flags }) {
    refuseSwapped(context, [args.file, args.collection], 0);
    const file = await findRowFile(args.file, flags, context);
    const store = projectCollections(context);
    let isNew = !store.has(args.collection);
    if (isNew) {
      const dims = flags.embedder === undefined ? await firstDims(file, flags.text) : undefined;
      if (dims === null && flags.text === undefined) throw noRows(args.file);
      const options = readCreateFlags(flags, dims ?? undefined, context);
      isNew = await createUnlessMade(store, args.collection, options);
    }
    const rows = await importRows(context, { name: args.collection, file, flags, isNew });
    const next = `next: sovereign vector query ${args.collection}`;
    if (rows > 0) await context.note(`${next} --help`);
    return 0;
  },
});

interface Plan {
  readonly name: string;
  readonly file: RowFile;
  readonly flags: CreateFlags;
  readonly isNew: boolean;
}

async function importRows(
  context: CommandContext,
  { name, file, flags, isNew }: Plan,
): Promise<number> {
  const collection = await openCollection(context, name, "write");
  // Another import of the same moment may have been quicker to write to it.
  const isOurs = isNew && collection.count === 0;
  try {
    refuseFollower(collection, name);
    const { settings } = collection;
    if (!isNew) refuseOtherSettings(flags, name, { settings, context });
    const taken = await takeRows(collection, file, context, { willOptimize: true });
    if (isNew) refuseMissingFields(collection);
    await optimizeCollection(context, collection);
    await reportTaken(context, name, { taken, rows: collection.count });
    return collection.count;
  } catch (error) {
    // Half an import would have to be found and deleted before the next try.
    if (isOurs) await collection.remove();
    throw error;
  } finally {
    await collection.close();
  }
}

/** Whether it made the collection: another import of the same moment may have. */
async function createUnlessMade(
  store: VectorStore,
  name: string,
  options: CollectionOptions,
): Promise<boolean> {
  try {
    await store.create(name, options);
    return true;
  } catch (error) {
    const isMade = error instanceof SovereignError && error.code === "RESOURCE_ALREADY_EXISTS";
    if (isMade) return false;
    throw error;
  }
}

/** Length of the first vector; 0 when the first row has none, null when there is no row. */
async function firstDims(file: RowFile, text: string | undefined): Promise<number | null> {
  for await (const [row] of readRowFile(file.path, file.options)) {
    if (row?.vector === undefined && text === undefined) throw noVectors(file, row);
    return row?.vector?.length ?? 0;
  }
  return null;
}

/** Most often the vectors are there, by another name. */
function noVectors({ options }: RowFile, row: VectorRow | undefined): SovereignError {
  const { source, vectorColumn = "vector" } = options;
  const names = Object.keys(row?.metadata ?? {}).slice(0, 20);
  const what = `\`${source}\` has no vectors in a column \`${vectorColumn}\``;
  return new SovereignError("INVALID_PARAMETER_VALUE", what, {
    hint: `name it with \`--vector-column\`, or texts with \`--text\` or \`--embed-field\`; columns: ${names.join(", ") || "none"}`,
  });
}

function noRows(file: string): SovereignError {
  return new SovereignError("INVALID_PARAMETER_VALUE", `\`${file}\` holds no rows`, {
    hint: "`sovereign vector create NAME --dims N` makes an empty collection",
  });
}
