/** `sovereign vector create`: an empty collection, or one that follows a table. */
import { SovereignError } from "../../../core/errors.ts";
import { INT, STRING } from "../../../lake/schema/data-type.ts";
import { defineCommand } from "../../command.ts";
import { CREATE_FLAGS, readCreateFlags } from "../../vector/create-flags.ts";
import { projectCollections } from "../../vector/store.ts";
import { createFromTable, readSourceFlags, SOURCE_FLAGS } from "../../vector/table-source.ts";

export const command = defineCommand({
  args: { collection: { summary: "name of the new collection", required: true } },
  flags: {
    dims: {
      type: "integer",
      value: "n",
      min: 1,
      summary: "numbers in a vector; left out for texts alone, and with an embedder",
    },
    ...CREATE_FLAGS,
    ...SOURCE_FLAGS,
    "if-not-exists": { type: "boolean", summary: "do nothing when there is one of that name" },
  },
  examples: [
    { comment: "For vectors of 384 numbers", run: "sovereign vector create pages --dims 384" },
    {
      comment: "For texts, the title weighing double",
      run: "sovereign vector create notes --text title^2,body --language german",
    },
    {
      comment: "For meanings: each row's `body` becomes a vector",
      run: "sovereign vector create help --embedder lsa --text body",
    },
    {
      comment: "Of a table, which it follows from then on",
      run: "sovereign vector create orders --from demo.orders --text status",
    },
  ],
  notes:
    "A collection is one file below `.sovereign/vector` and a log of changes. With `--text` it can be searched for words, alone or together with vectors. With `--embedder` rows need no vector: a text of theirs is made one, and so is the text of a query. With `--from` the table is read at once; `vector sync` takes what changes later.",
  fields: [
    { name: "name", type: STRING },
    { name: "dims", type: INT },
    { name: "metric", type: STRING },
  ],
  databricks: "`databricks vector-search-indexes create-index`",
  seeAlso: ["vector sync", "vector import", "vector upsert", "vector query"],
  async run(context, { args, flags }) {
    const store = projectCollections(context);
    const name = args.collection;
    const options = readCreateFlags(flags, flags.dims, context);
    if (flags["if-not-exists"] && store.has(name)) {
      await context.note(`collection ${name} exists`);
    } else if (flags.from !== undefined) {
      const source = { ...readSourceFlags(flags, flags.from), dims: flags.dims };
      await createFromTable(context, name, { ...source, options });
    } else {
      refuseSourceFlags(flags);
      await store.create(name, options);
      await context.note(`created the collection ${name}`);
      await context.note(`next: sovereign vector upsert ${name} rows.jsonl`);
    }
    if (context.globals.output === undefined) return 0;
    const { dims, metric } = store.info(name).settings;
    await context.printRecord(command.fields ?? [], { name, dims, metric });
    return 0;
  },
});

function refuseSourceFlags(flags: Readonly<Record<string, unknown>>): void {
  const given = Object.keys(SOURCE_FLAGS).find((flag) => flags[flag] !== undefined);
  if (given === undefined) return;
  throw new SovereignError("INVALID_PARAMETER_VALUE", `\`--${given}\` is about a table`, {
    hint: "name the table with `--from catalog.schema.table`",
  });
}
