/** `sovereign lake export`: a table, or a query's rows, into a file. */
import { existsSync, statSync } from "node:fs";
import { resolve } from "node:path";

import { SovereignError } from "../../../core/errors.ts";
import { formatCount } from "../../../core/progress.ts";
import type { Lake, StatementResult } from "../../../lake/index.ts";
import { formatTypeSql, LONG, STRING } from "../../../lake/schema/data-type.ts";
import { defineCommand } from "../../command.ts";
import type { CommandContext } from "../../context.ts";
import type { Io } from "../../io.ts";
import { requireTable } from "../../lake/describe.ts";
import { ROW_FLAGS } from "../../lake/row-flags.ts";
import { openProjectLake } from "../../lake/session.ts";
import { formatName, quoteTable } from "../../lake/table-name.ts";
import { readSqlText } from "../../lake/text-source.ts";
import { formatTimeTravel, VERSION_FLAGS } from "../../lake/version-flag.ts";
import { FILE_FORMATS, type FileFormat, requireFormat } from "../../output/file-formats.ts";
import {
  requireFolder,
  type WriteFileOptions,
  writeRows,
  writeRowsToFile,
} from "../../output/write-file.ts";

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
  notes:
    "The file appears whole or not at all. `-o` and `--json` print what was written as a record: the format of the file is `--format`.",
  fields: [
    { name: "file", type: STRING },
    { name: "format", type: STRING },
    { name: "rows", type: LONG, summary: "null with `--dry-run`" },
    { name: "bytes", type: LONG, summary: "null with `--dry-run`" },
    { name: "columns", type: STRING, summary: "as in CREATE TABLE" },
  ],
  databricks: "`COPY (SELECT …) TO`, or downloading the results of a query",
  seeAlso: ["lake import", "lake sql"],
  dryRun: true,
  async run(context, { args, flags }) {
    const { io } = context;
    const target = chooseTarget(args.file, flags, context);
    const lake = await openProjectLake(context);
    const text = await exportQuery(args.source, lake, { io, suffix: formatTimeTravel(flags) });
    const result = await lake.sql(text);
    if (context.globals.dryRun) {
      const columns = result.schema.fields.map((field) => field.name).join(", ");
      await context.note(
        `would write ${args.file} as ${target.format} with the columns ${columns}`,
      );
      await result.close();
      await printSummary(context, target, { result, rows: null });
      return 0;
    }
    const rows = await writeTarget(context, { result, target, int64: flags.int64 ?? "number" });
    await result.close();
    if (target.path === null) return 0;
    await context.note(`wrote ${formatCount(rows)} row${rows === 1 ? "" : "s"} to ${args.file}`);
    await printSummary(context, target, { result, rows });
    return 0;
  },
});

interface Target {
  /** As the user named it. */
  readonly word: string;
  /** Null for stdout. */
  readonly path: string | null;
  readonly format: FileFormat;
}

/** Where the rows go, refused before a query runs for nothing. */
function chooseTarget(
  word: string,
  flags: { readonly format: FileFormat | undefined; readonly overwrite: boolean },
  { io, globals }: CommandContext,
): Target {
  if (word === "") {
    throw new SovereignError("INVALID_PARAMETER_VALUE", "the file to write has an empty name", {
      hint: "name a file, or `-` for stdout; a shell variable may be unset",
    });
  }
  if (word === "-") {
    if (globals.output !== undefined && !globals.dryRun) throw twoOutputs();
    return { word, path: null, format: flags.format ?? "csv" };
  }
  const path = resolve(io.cwd, word);
  const found = statSync(path, { throwIfNoEntry: false });
  if (found?.isDirectory()) {
    throw new SovereignError("INVALID_PARAMETER_VALUE", `\`${word}\` is a folder`, {
      hint: "name a file in it",
    });
  }
  const format = flags.format ?? requireFormat(word, "--format");
  if (found !== undefined && !flags.overwrite) {
    throw new SovereignError("RESOURCE_ALREADY_EXISTS", `\`${word}\` exists`, {
      hint: "give `--overwrite` to replace it",
    });
  }
  requireFolder(path);
  return { word, path, format };
}

function twoOutputs(): SovereignError {
  return new SovereignError(
    "INVALID_PARAMETER_VALUE",
    "stdout takes the exported rows, so `-o` and `--json` have no place there",
    { hint: "`--format json` writes the rows as JSON; or export to a file" },
  );
}

/** The query of a word: a table, or SQL text, which must be one statement that changes nothing. */
async function exportQuery(
  source: string,
  lake: Lake,
  { io, suffix }: { io: Io; suffix: string },
): Promise<string> {
  if (!isSqlText(source, io)) {
    const table = quoteTable(source, io);
    await requireTable(lake, source, table);
    return `SELECT * FROM ${table}${suffix}`;
  }
  if (suffix !== "") {
    throw new SovereignError("INVALID_PARAMETER_VALUE", "a query names its versions itself", {
      hint: "write `FROM orders VERSION AS OF 3` in the query",
    });
  }
  const text = await readSqlText(source, io);
  const { listStatements } = await import("../../../lake/index.ts");
  const statements = await listStatements(text);
  const other = statements.find(({ kind }) => !READING.has(kind));
  if (other === undefined) return text;
  const name = other.kind.toUpperCase().replaceAll("_", " ");
  throw new SovereignError("INVALID_PARAMETER_VALUE", `an export runs queries, not ${name}`, {
    hint: "run the statement with `sovereign lake sql` first",
  });
}

const READING = new Set(["query", "show", "describe", "explain"]);

/** A table's name has no blanks but between backquotes, or in the path of its folder. */
function isSqlText(source: string, io: Io): boolean {
  if (source.startsWith("@") || /^\s*(select|with|from|values|table)\b|^\s*\(/i.test(source)) {
    return true;
  }
  if (!/\s/.test(source.trim().replace(/`[^`]*`/g, ""))) return false;
  return !(source.includes("/") && existsSync(resolve(io.cwd, source)));
}

async function writeTarget(
  context: CommandContext,
  run: { result: StatementResult; target: Target; int64: "number" | "string" },
): Promise<number> {
  const { io } = context;
  const { result, target } = run;
  const progress = await context.progress();
  const task = progress.start({ label: `exporting to ${target.word}`, unit: "rows" });
  const options: WriteFileOptions = {
    format: target.format,
    int64: run.int64,
    onRows: (count) => {
      io.signal.throwIfAborted();
      task.advance(count);
    },
    onNotFinite: () => void context.warn("NaN and infinities are written as null"),
  };
  const rows =
    target.path === null
      ? await writeRows(result, (piece) => io.stdout.write(piece), options)
      : await writeRowsToFile(result, target.path, options);
  task.discard();
  return rows;
}

/** Prints what was written, when a format was asked for. */
async function printSummary(
  context: CommandContext,
  { word, path, format }: Target,
  { result, rows }: { result: StatementResult; rows: number | null },
): Promise<void> {
  if (context.globals.output === undefined) return;
  const { fields } = result.schema;
  await context.printRecord(command.fields ?? [], {
    file: word,
    format,
    rows: rows === null ? null : BigInt(rows),
    bytes: rows === null || path === null ? null : BigInt(statSync(path).size),
    columns: fields
      .map(({ name, type }) => `${formatName(name)} ${formatTypeSql(type)}`)
      .join(", "),
  });
}
