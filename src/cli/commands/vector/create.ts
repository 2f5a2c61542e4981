/** `sovereign vector create`: an empty collection. */
import { INT, STRING } from "../../../lake/schema/data-type.ts";
import { defineCommand } from "../../command.ts";
import { CREATE_FLAGS, readCreateFlags } from "../../vector/create-flags.ts";
import { projectCollections } from "../../vector/store.ts";

export const command = defineCommand({
  args: { collection: { summary: "name of the new collection", required: true } },
  flags: {
    dims: {
      type: "integer",
      value: "n",
      summary: "numbers in a vector; left out for a collection of texts alone",
    },
    ...CREATE_FLAGS,
    "if-not-exists": { type: "boolean", summary: "do nothing when there is one of that name" },
  },
  examples: [
    { comment: "For vectors of 384 numbers", run: "sovereign vector create pages --dims 384" },
    {
      comment: "For texts, the title weighing double",
      run: "sovereign vector create notes --text title^2,body --language german",
    },
  ],
  notes:
    "A collection is one file below `.sovereign/vector` and a log of changes. With `--text` it can be searched for words, alone or together with vectors.",
  fields: [
    { name: "name", type: STRING },
    { name: "dims", type: INT },
    { name: "metric", type: STRING },
  ],
  databricks: "`databricks vector-search-indexes create-index`",
  seeAlso: ["vector import", "vector upsert", "vector query"],
  async run(context, { args, flags }) {
    const store = projectCollections(context);
    const name = args.collection;
    if (flags["if-not-exists"] && store.has(name)) {
      await context.note(`collection ${name} exists`);
    } else {
      await store.create(name, readCreateFlags(flags, flags.dims ?? 0, context));
      await context.note(`created the collection ${name}`);
      await context.note(`next: sovereign vector upsert ${name} rows.jsonl`);
    }
    if (context.globals.output === undefined) return 0;
    const { dims, metric } = store.info(name).settings;
    await context.printRecord(command.fields ?? [], { name, dims, metric });
    return 0;
  },
});
