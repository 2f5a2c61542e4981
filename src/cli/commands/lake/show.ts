/** `sovereign lake show`: a table at a glance: what it is, its columns, its newest commits. */
import {
  arrayType,
  BOOLEAN,
  LONG,
  mapType,
  STRING,
  structField,
  structType,
  TIMESTAMP,
} from "../../../lake/schema/data-type.ts";
import { MapValue, StructValue, type Value } from "../../../lake/schema/value.ts";
import { defineCommand } from "../../command.ts";
import type { CommandContext, RecordValues } from "../../context.ts";
import { columnRecord, recordOf, rowSourceOf } from "../../lake/describe.ts";
import { openProjectLake } from "../../lake/session.ts";
import { quoteTable } from "../../lake/table-name.ts";
import { recordRows } from "../../output/records.ts";
import { type RowSource, selectFields } from "../../output/rows.ts";
import { printTable } from "../../output/table.ts";

const COLUMN = structType([
  structField("name", STRING),
  structField("type", STRING),
  structField("nullable", BOOLEAN),
  structField("comment", STRING),
]);
const COLUMN_FIELDS = COLUMN.fields.map(({ name, type }) => ({ name, type }));
const NEWEST = 3;

export const command = defineCommand({
  args: {
    table: { summary: "a table's name, or its folder", required: true, completes: "tables" },
  },
  flags: {},
  examples: [
    { comment: "A table at a glance", run: "sovereign lake show demo.orders" },
    {
      comment: "For a script",
      run: "sovereign lake show demo.orders --json version,numFiles",
    },
  ],
  fields: [
    { name: "name", type: STRING },
    { name: "location", type: STRING },
    { name: "description", type: STRING },
    { name: "version", type: LONG },
    { name: "lastModified", type: TIMESTAMP },
    { name: "numFiles", type: LONG },
    { name: "sizeInBytes", type: LONG },
    { name: "partitionColumns", type: arrayType(STRING) },
    { name: "tableFeatures", type: arrayType(STRING) },
    { name: "properties", type: mapType(STRING, STRING) },
    { name: "columns", type: arrayType(COLUMN) },
  ],
  databricks: "the table's page in Catalog Explorer, or `DESCRIBE EXTENDED table`",
  seeAlso: ["lake history", "lake schema", "lake detail"],
  async run(context, { args }) {
    const name = quoteTable(args.table, context.io);
    const lake = await openProjectLake(context);
    const table = await lake.table(name);
    const columns = (await table.schema()).fields.map(columnRecord);
    const detail = recordOf(await table.detailRows());
    const record: RecordValues = {
      ...detail,
      name: detail.name ?? table.name,
      version: BigInt(await table.version()),
      columns: columns.map((column) => new StructValue(Object.values(column) as Value[])),
    };
    const fields = command.fields ?? [];
    if (context.format !== "table" || context.globals.jsonFields.length > 0) {
      await context.printRecord(fields, record);
      return 0;
    }
    const shown = fields.slice(0, -1).filter((field) => !isEmpty(record[field.name]));
    await context.printRecord(shown, record);
    await printSection("Columns", recordRows(COLUMN_FIELDS, columns), context);
    const history = await table.historyRows(NEWEST);
    const newest = selectFields(rowSourceOf(history), ["version", "timestamp", "operation"]);
    await printSection("Newest commits", newest, context);
    return 0;
  },
});

/** A blank line, a heading, and rows under it. */
async function printSection(title: string, rows: RowSource, context: CommandContext) {
  await context.printText(`\n${context.style.bold(title)}\n`);
  await printTable(rows, context, { limit: 0 });
}

function isEmpty(value: unknown): boolean {
  if (value === null || value === undefined) return true;
  if (Array.isArray(value)) return value.length === 0;
  return value instanceof MapValue && value.entries.length === 0;
}
