/** `sovereign vector upsert`: rows of a file or stdin into a collection. */
import { defineCommand } from "../../command.ts";
import { refuseSwapped } from "../../lake/import/source-files.ts";
import { findRowFile, ROW_FILE_FLAGS } from "../../vector/row-files.ts";
import { openCollection, refuseFollower } from "../../vector/store.ts";
import { reportTaken, TAKEN_FIELDS, takeRows } from "../../vector/take-rows.ts";

export const command = defineCommand({
  args: {
    collection: { summary: "where the rows go", required: true, completes: "collections" },
    file: {
      summary: "JSON lines, a JSON array, Parquet, Arrow, .npy or .npz; `-` for stdin",
      required: true,
      completes: "files",
    },
  },
  flags: ROW_FILE_FLAGS,
  examples: [
    { comment: "Rows of a file", run: "sovereign vector upsert docs rows.jsonl" },
    {
      comment: "One row of another program",
      run: `echo '{"id": "a", "vector": [0.1, 0.2], "city": "Bern"}' | sovereign vector upsert docs -`,
    },
  ],
  notes:
    "A row has an id, a vector, and metadata: every other column. It takes the place of the row of the same id. Rows that were acknowledged survive a crash; when the command is stopped, the batches it had taken stay.",
  fields: TAKEN_FIELDS,
  databricks: "`databricks vector-search-indexes upsert-data-vector-index`",
  seeAlso: ["vector import", "vector delete", "vector query"],
  async run(context, { args, flags }) {
    refuseSwapped(context, [args.collection, args.file], 1);
    const collection = await openCollection(context, args.collection, "write");
    refuseFollower(collection, args.collection);
    const file = await findRowFile(args.file, flags, context);
    const taken = await takeRows(collection, file, context);
    await reportTaken(context, args.collection, { taken, rows: collection.count });
    return 0;
  },
});
