/** `sovereign vector optimize`: the file written anew, the log emptied. */
import { formatCount } from "../../../core/progress.ts";
import { LONG, STRING } from "../../../lake/schema/data-type.ts";
import { defineCommand } from "../../command.ts";
import { openCollection, projectCollections } from "../../vector/store.ts";

export const command = defineCommand({
  args: { collection: { summary: "which one", required: true, completes: "collections" } },
  flags: {},
  examples: [
    { comment: "After many changes", run: "sovereign vector optimize docs" },
    {
      comment: "What it gave back",
      run: "sovereign vector optimize docs --json bytes_before,bytes",
    },
  ],
  notes:
    "It is done by itself when the log has outgrown the file. A crash leaves the old file or the new one.",
  fields: [
    { name: "collection", type: STRING },
    { name: "rows", type: LONG },
    { name: "bytes_before", type: LONG },
    { name: "bytes", type: LONG },
  ],
  databricks: "none: indexes there look after themselves",
  seeAlso: ["vector show", "vector delete"],
  async run(context, { args }) {
    const store = projectCollections(context);
    const bytesOf = (): number => {
      const { fileBytes, logBytes } = store.info(args.collection);
      return fileBytes + logBytes;
    };
    const before = bytesOf();
    const collection = await openCollection(context, args.collection, "write");
    await collection.optimize();
    const bytes = bytesOf();
    await context.note(
      `${args.collection}: ${formatCount(before)} bytes before, ${formatCount(bytes)} now`,
    );
    if (context.globals.output !== undefined) {
      await context.printRecord(command.fields ?? [], {
        collection: args.collection,
        rows: BigInt(collection.count),
        bytes_before: BigInt(before),
        bytes: BigInt(bytes),
      });
    }
    return 0;
  },
});
