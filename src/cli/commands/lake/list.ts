/** `sovereign lake list`: the tables and views of the catalog. Reads the metadata store alone. */
import { STRING } from "../../../lake/schema/data-type.ts";
import { defineCommand } from "../../command.ts";
import { openProjectCatalog } from "../../lake/session.ts";
import { listTables } from "../../lake/tables.ts";

export const command = defineCommand({
  args: {
    namespace: {
      summary: "only this catalog, schema, or catalog.schema",
      completes: "schemas",
    },
  },
  flags: {
    limit: { type: "integer", value: "n", summary: "at most n lines (default 100, 0 for all)" },
  },
  examples: [
    { comment: "Every table and view", run: "sovereign lake list" },
    { comment: "Those of one schema", run: "sovereign lake list demo" },
    { comment: "Names for a script", run: "sovereign lake list --json catalog,schema,name" },
  ],
  fields: [
    { name: "catalog", type: STRING },
    { name: "schema", type: STRING },
    { name: "name", type: STRING },
    { name: "kind", type: STRING, summary: "managed, external or view" },
    { name: "location", type: STRING },
    { name: "comment", type: STRING },
  ],
  databricks: "`databricks tables list <catalog> <schema>`, or `SHOW TABLES`",
  seeAlso: ["lake show", "lake sql"],
  async run(context, { args, flags }) {
    const catalog = await openProjectCatalog(context);
    const tables = listTables(catalog, args.namespace);
    const limit = flags.limit ?? 100;
    const shown = limit === 0 ? tables : tables.slice(0, limit);
    const records = shown.map((table) => ({ ...table }));
    await context.printRecords(command.fields ?? [], records, { brief: 4 });
    if (tables.length === 0 && context.io.stderr.isTTY) {
      const where = args.namespace === undefined ? "" : ` in ${args.namespace}`;
      await context.note(`no tables${where} yet: \`sovereign init --demo\` makes some to try`);
    }
    if (shown.length < tables.length) {
      await context.note(`${shown.length} of ${tables.length}, use --limit 0`);
    }
    return 0;
  },
});
