/** `sovereign lake schema`: the columns of a table, now or at a version. Log only. */
import { BOOLEAN, formatType, STRING } from "../../../lake/schema/data-type.ts";
import { defineCommand } from "../../command.ts";
import { columnRecord, readSchema } from "../../lake/describe.ts";
import { openProjectLake } from "../../lake/session.ts";
import { quoteTable } from "../../lake/table-name.ts";
import { VERSION_FLAGS } from "../../lake/version-flag.ts";
import { refuseFormat } from "../../output/refuse-format.ts";

export const command = defineCommand({
  args: {
    table: { summary: "a table's name, or its folder", required: true, completes: "tables" },
  },
  flags: {
    ...VERSION_FLAGS,
    ddl: { type: "boolean", summary: "as the column list of CREATE TABLE" },
  },
  examples: [
    { comment: "Names and types", run: "sovereign lake schema demo.orders" },
    { comment: "To make another table of", run: "sovereign lake schema demo.orders --ddl" },
    { comment: "As it was", run: "sovereign lake schema demo.orders --version-as-of 0" },
  ],
  fields: [
    { name: "name", type: STRING },
    { name: "type", type: STRING },
    { name: "nullable", type: BOOLEAN },
    { name: "comment", type: STRING },
  ],
  databricks: "`DESCRIBE TABLE table`, or `df.printSchema()`",
  seeAlso: ["lake show", "lake detail"],
  async run(context, { args, flags }) {
    if (flags.ddl) refuseFormat("the column list of CREATE TABLE", context.globals);
    const lake = await openProjectLake(context);
    const schema = await readSchema(lake, quoteTable(args.table, context.io), flags);
    if (flags.ddl) {
      const lines = schema.fields.map(({ name, type, nullable }) => {
        const column = /^[a-z_]\w*$/i.test(name) ? name : `\`${name.replaceAll("`", "``")}\``;
        return `  ${column} ${formatType(type).toUpperCase()}${nullable ? "" : " NOT NULL"}`;
      });
      await context.printText(`(\n${lines.join(",\n")}\n)\n`);
      return 0;
    }
    await context.printRecords(command.fields ?? [], schema.fields.map(columnRecord));
    return 0;
  },
});
