/** `sovereign lake detail`: what a table is: place, size, protocol, properties. Log only. */
import {
  arrayType,
  INT,
  LONG,
  mapType,
  STRING,
  TIMESTAMP,
} from "../../../lake/schema/data-type.ts";
import { defineCommand } from "../../command.ts";
import { recordOf } from "../../lake/describe.ts";
import { openProjectLake } from "../../lake/session.ts";
import { quoteTable } from "../../lake/table-name.ts";

export const command = defineCommand({
  args: {
    table: { summary: "a table's name, or its folder", required: true, completes: "tables" },
  },
  flags: {},
  examples: [
    { comment: "Everything about the newest version", run: "sovereign lake detail demo.orders" },
    {
      comment: "How much there is",
      run: "sovereign lake detail demo.orders --json numFiles,sizeInBytes",
    },
  ],
  fields: [
    { name: "format", type: STRING },
    { name: "id", type: STRING },
    { name: "name", type: STRING },
    { name: "description", type: STRING },
    { name: "location", type: STRING },
    { name: "createdAt", type: TIMESTAMP },
    { name: "lastModified", type: TIMESTAMP },
    { name: "partitionColumns", type: arrayType(STRING) },
    { name: "clusteringColumns", type: arrayType(STRING) },
    { name: "numFiles", type: LONG },
    { name: "sizeInBytes", type: LONG },
    { name: "properties", type: mapType(STRING, STRING) },
    { name: "minReaderVersion", type: INT },
    { name: "minWriterVersion", type: INT },
    { name: "tableFeatures", type: arrayType(STRING) },
  ],
  databricks: "`DESCRIBE DETAIL table`, with the same columns",
  seeAlso: ["lake show", "lake history"],
  async run(context, { args }) {
    const table = quoteTable(args.table, context.io);
    const lake = await openProjectLake(context);
    const detail = await (await lake.table(table)).detailRows();
    await context.printRecord(command.fields ?? [], recordOf(detail));
    return 0;
  },
});
