/** `sovereign vector sync`: a collection brought up to its table. */
import { SovereignError } from "../../../core/errors.ts";
import { defineCommand } from "../../command.ts";
import { openProjectLake } from "../../lake/session.ts";
import { openCollection } from "../../vector/store.ts";
import {
  describeSync,
  SYNC_FIELDS,
  syncRecord,
  syncWithProgress,
} from "../../vector/table-source.ts";

export const command = defineCommand({
  args: { collection: { summary: "which one", required: true, completes: "collections" } },
  flags: {
    continuous: { type: "boolean", summary: "go on until it is stopped" },
    full: { type: "boolean", summary: "read the whole table again, and compare" },
    interval: {
      type: "integer",
      value: "ms",
      min: 10,
      summary: "how often --continuous looks for a new version (default 1000)",
    },
  },
  examples: [
    { comment: "What has changed in the table", run: "sovereign vector sync orders" },
    { comment: "And from now on", run: "sovereign vector sync orders --continuous" },
  ],
  notes:
    "Changes come from the table's change data feed (`delta.enableChangeDataFeed`); without one, files that are new since the last sync are read. A table that lost columns or history, or another one of its name, is read whole. A sync that is broken off is made up for by the next one.",
  fields: SYNC_FIELDS,
  databricks: "`databricks vector-search-indexes sync-index`",
  seeAlso: ["vector create", "vector serve", "lake changes"],
  untilStopped: true,
  async run(context, { args, flags }) {
    if (flags.continuous && context.globals.output !== undefined) throw endless();
    const collection = await openCollection(context, args.collection, "write");
    const lake = await openProjectLake(context);
    const target = { name: args.collection, collection, lake, full: flags.full };
    const first = await syncWithProgress(context, target);
    await context.note(describeSync(args.collection, first));
    if (!flags.continuous) {
      if (context.globals.output !== undefined) {
        const record = syncRecord(args.collection, collection, first);
        await context.printRecord(command.fields ?? [], record);
      }
      return 0;
    }
    const { signal, clock } = context.io;
    const intervalMs = flags.interval ?? 1000;
    for await (const result of collection.follow(lake, { signal, clock, intervalMs })) {
      if (result.mode !== "none") await context.note(describeSync(args.collection, result));
    }
    return 0;
  },
});

function endless(): SovereignError {
  return new SovereignError(
    "INVALID_PARAMETER_VALUE",
    "a sync that goes on is not printed as json",
    {
      hint: "leave `-o` and `--json` out, or `--continuous`",
    },
  );
}
