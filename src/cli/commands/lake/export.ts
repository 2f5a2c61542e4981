/** `sovereign lake export`: a table, or a query's rows, into a file. */
import { existsSync } from "node:fs";
import { resolve } from "node:path";

import { SovereignError } from "../../../core/errors.ts";
import { formatCount } from "../../../core/progress.ts";
import { defineCommand } from "../../command.ts";
import { requireTable } from "../../lake/describe.ts";
import { ROW_FLAGS } from "../../lake/row-flags.ts";
import { openProjectLake } from "../../lake/session.ts";
import { quoteTable } from "../../lake/table-name.ts";
import { readSqlText } from "../../lake/text-source.ts";
import { formatTimeTravel, VERSION_FLAGS } from "../../lake/version-flag.ts";
import { FILE_FORMATS, requireFormat } from "../../output/file-formats.ts";
import { type WriteFileOptions, writeRows, writeRowsToFile } from "../../output/write-file.ts";

export const command = defineCommand({
  args: {
    source: {
      summary: "a table, its folder, a query that starts with SELECT or WITH, or `@file.sql`",
      required: true,
      completes: "tables",
    },
    file: { summary: "where to write; `-` for stdout", required: true, completes: "files" },
  },
  flags: {
    format: {
      type: "choice",
      choices: FILE_FORMATS,
      summary: "format of the file (default: by its name)",
    },
    overwrite: { type: "boolean", summary: "replace the file if it exists" },
    ...VERSION_FLAGS,
    int64: ROW_FLAGS.int64,
  },
  examples: [
    { comment: "A table as Parquet", run: "sovereign lake export demo.orders orders.parquet" },
    {
      comment: "A query as CSV",
      run: 'sovereign lake export "SELECT id, amount FROM demo.orders" orders.csv',
    },
  ],
  databricks: "`COPY (SELECT …) TO`, or downloading the results of a query",
  seeAlso: ["lake import", "lake sql"],
  dryRun: true,
  output: "text",
  async run(context, { args, flags }) {
    const { io } = context;
    const isStdout = args.file === "-";
    const path = resolve(io.cwd, args.file);
    const format = flags.format ?? (isStdout ? "csv" : requireFormat(args.file, "--format"));
    if (!isStdout && existsSync(path) && !flags.overwrite) {
      throw new SovereignError("RESOURCE_ALREADY_EXISTS", `\`${args.file}\` exists`, {
        hint: "give `--overwrite` to replace it",
      });
    }
    const isQuery = /^\s*(select|with|from|values|\()/i.test(args.source);
    const isText = isQuery || args.source.startsWith("@");
    const table = isText ? "" : quoteTable(args.source, io);
    const lake = await openProjectLake(context);
    if (!isText) await requireTable(lake, args.source, table);
    const text = isText
      ? await readSqlText(args.source, io)
      : `SELECT * FROM ${table}${formatTimeTravel(flags)}`;
    const result = await lake.sql(text);
    if (context.globals.dryRun) {
      const columns = result.schema.fields.map((field) => field.name).join(", ");
      await context.note(`would write ${args.file} as ${format} with the columns ${columns}`);
      await result.close();
      return 0;
    }
    const progress = await context.progress();
    const task = progress.start({ label: `exporting to ${args.file}`, unit: "rows" });
    const options: WriteFileOptions = {
      format,
      int64: flags.int64 ?? "number",
      onRows: (count) => {
        io.signal.throwIfAborted();
        task.advance(count);
      },
      onNotFinite: () => void context.warn("NaN and infinities are written as null"),
    };
    const count = isStdout
      ? await writeRows(result, (piece) => io.stdout.write(piece), options)
      : await writeRowsToFile(result, path, options);
    await result.close();
    task.discard();
    if (!isStdout)
      await context.note(
        `wrote ${formatCount(count)} row${count === 1 ? "" : "s"} to ${args.file}`,
      );
    return 0;
  },
});
