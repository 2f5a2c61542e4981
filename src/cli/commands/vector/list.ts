/** `sovereign vector list`: the collections of the project. */
import { SovereignError } from "../../../core/errors.ts";
import { LONG, STRING, TIMESTAMP } from "../../../lake/schema/data-type.ts";
import type { CollectionInfo } from "../../../vector/index.ts";
import { defineCommand } from "../../command.ts";
import { projectCollections } from "../../vector/store.ts";

export const command = defineCommand({
  args: {},
  flags: {},
  examples: [
    { comment: "Every collection", run: "sovereign vector list" },
    { comment: "Names for a script", run: "sovereign vector list --json name" },
  ],
  fields: [
    { name: "name", type: STRING },
    { name: "rows", type: LONG },
    { name: "dims", type: LONG },
    { name: "metric", type: STRING },
    { name: "text_fields", type: STRING },
    { name: "bytes", type: LONG, summary: "of its file and its log" },
    { name: "created_at", type: TIMESTAMP },
  ],
  databricks: "`databricks vector-search-indexes list-indexes`",
  seeAlso: ["vector show", "vector create"],
  async run(context) {
    const store = projectCollections(context);
    const infos: CollectionInfo[] = [];
    for (const name of store.names()) {
      try {
        infos.push(store.info(name));
      } catch (error) {
        if (!(error instanceof SovereignError) || error.code !== "DATA_LOSS") throw error;
        await context.warn(error.message);
      }
    }
    const records = infos.map(({ name, settings, rowCount, fileBytes, logBytes }) => ({
      name,
      rows: BigInt(rowCount),
      dims: BigInt(settings.dims),
      metric: settings.metric,
      text_fields: settings.text.map((field) => field.name).join(", "),
      bytes: BigInt(fileBytes + logBytes),
      created_at: BigInt(settings.createdAtMs) * 1000n,
    }));
    await context.printRecords(command.fields ?? [], records, { brief: 5 });
    if (records.length === 0 && context.io.stderr.isTTY) {
      await context.note("no collections yet: `sovereign vector create NAME --dims N` makes one");
    }
    return 0;
  },
});
