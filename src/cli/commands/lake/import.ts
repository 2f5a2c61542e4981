/** `sovereign lake import`: rows of files into a table, made if it is missing. */
import { relative } from "node:path";

import { formatCount } from "../../../core/progress.ts";
import { defineCommand } from "../../command.ts";
import { importAsNew, importInto } from "../../lake/import-rows.ts";
import { IMPORT_FORMATS, openImportSource } from "../../lake/import-source.ts";
import { openProjectLake } from "../../lake/session.ts";
import { quoteTable } from "../../lake/table-name.ts";
import { quoteShellWord } from "../../shell-words.ts";

export const command = defineCommand({
  args: {
    file: {
      summary: "CSV, TSV, JSON, NDJSON, Parquet or Arrow; a folder; `-` for stdin",
      required: true,
      completes: "files",
    },
    table: { summary: "the table to import into", required: true, completes: "tables" },
  },
  flags: {
    "input-format": {
      type: "choice",
      choices: IMPORT_FORMATS,
      summary: "format of the file (default: by its name, else by its first bytes)",
    },
    delimiter: { type: "string", value: "text", summary: "between the fields of a CSV file" },
    "no-header": { type: "boolean", summary: "the first line of a CSV file is a row already" },
    overwrite: { type: "boolean", summary: "replace the table's rows" },
    strict: { type: "boolean", summary: "fail, and import nothing, if a row does not fit" },
  },
  examples: [
    {
      comment: "A new table with the types the file shows",
      run: "sovereign lake import customers.csv customers",
    },
    {
      comment: "Rows of another program",
      run: "echo '{\"id\": 1}' | sovereign lake import - events",
    },
  ],
  notes:
    "A table that exists keeps its types: a row with a value that does not convert is put aside under .sovereign/rejected with the columns at fault, and counted. Either every other row is imported, in one commit, or none.",
  databricks: "`COPY INTO`, `read_files`, or the upload page",
  seeAlso: ["lake export", "lake sql"],
  dryRun: true,
  async run(context, { args, flags }) {
    const source = await openImportSource(
      args.file,
      {
        format: flags["input-format"],
        delimiter: flags.delimiter,
        hasHeader: !flags["no-header"],
      },
      context,
    );
    const table = quoteTable(args.table, context.io);
    const lake = await openProjectLake(context);
    const schema = await lake.schemaOf(table);
    const plan = { table, overwrite: flags.overwrite, strict: flags.strict };
    if (context.globals.dryRun) {
      const verb =
        schema === null ? "create" : flags.overwrite ? "replace the rows of" : "append to";
      await context.note(`would ${verb} ${args.table} from ${source.name} (${source.format})`);
      return 0;
    }
    const progress = await context.progress();
    const task = progress.start({ label: `importing ${source.name}` });
    const outcome =
      schema === null
        ? await importAsNew(lake, source, plan)
        : await importInto(lake, source, { ...plan, schema, context });
    const text = `imported ${countRows(outcome.rowCount)} into ${args.table} (version ${outcome.version})`;
    task.discard();
    await context.note(text);
    if (outcome.rejectedFile !== null) {
      const file = relative(context.io.cwd, outcome.rejectedFile);
      const rejected = countRows(outcome.rejectedCount);
      await context.warn(`put aside ${rejected} that did not fit: ${file}`);
    }
    await context.audit({
      command: context.path,
      object: args.table,
      outcome: "ok",
      details: {
        version: outcome.version,
        rows: Number(outcome.rowCount),
        rejected: outcome.rejectedCount,
      },
    });
    await context.note(`next: sovereign lake head ${quoteShellWord(args.table)}`);
    return 0;
  },
});

function countRows(count: number | bigint): string {
  return `${formatCount(Number(count))} row${Number(count) === 1 ? "" : "s"}`;
}
