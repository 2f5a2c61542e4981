/** `sovereign vector rename`: another name for a collection. */
import { STRING } from "../../../lake/schema/data-type.ts";
import { defineCommand } from "../../command.ts";
import { projectCollections } from "../../vector/store.ts";

export const command = defineCommand({
  args: {
    collection: { summary: "which one", required: true, completes: "collections" },
    name: { summary: "what it is to be called", required: true },
  },
  flags: {},
  examples: [{ comment: "Another name", run: "sovereign vector rename articles essays" }],
  notes:
    "Waits until nobody writes the collection. `vector serve` answers by the new name at once.",
  fields: [{ name: "name", type: STRING, summary: "the new one" }],
  seeAlso: ["vector list", "vector delete"],
  async run(context, { args }) {
    await projectCollections(context).rename(args.collection, args.name);
    await context.note(`renamed the collection ${args.collection} to ${args.name}`);
    if (context.globals.output === undefined) return 0;
    await context.printRecord(command.fields ?? [], { name: args.name });
    return 0;
  },
});
