/** `sovereign vector export`: rows of a collection into a file. */
import { statSync } from "node:fs";

import { SovereignError } from "../../../core/errors.ts";
import { formatCount } from "../../../core/progress.ts";
import { takeTurn } from "../../../core/turns.ts";
import { arrayType, FLOAT, LONG, STRING } from "../../../lake/schema/data-type.ts";
import type { VectorRow } from "../../../vector/index.ts";
import { defineCommand } from "../../command.ts";
import type { CommandContext } from "../../context.ts";
import { formatOfName } from "../../output/file-formats.ts";
import type { RowSource } from "../../output/rows.ts";
import { OVERWRITE_FLAG, targetPath, writeRows, writeRowsToFile } from "../../output/write-file.ts";
import { FILTER_FLAGS, readFilters } from "../../vector/filter-flags.ts";
import { rowColumns } from "../../vector/row-columns.ts";
import { openCollection } from "../../vector/store.ts";
import { writeNpyFile } from "../../vector/write-npy-file.ts";

/** Read between two turns. */
const ROWS_AT_ONCE = 10_000;
const FORMATS = ["jsonl", "json", "parquet", "arrow", "npy"] as const;
type Format = (typeof FORMATS)[number];

export const command = defineCommand({
  args: {
    collection: { summary: "which one", required: true, completes: "collections" },
    file: { summary: "where to write; `-` for stdout", required: true, completes: "files" },
  },
  flags: {
    format: { type: "choice", choices: FORMATS, summary: "of the file (default: by its name)" },
    ...OVERWRITE_FLAG,
    ...FILTER_FLAGS,
  },
  examples: [
    { comment: "Every row", run: "sovereign vector export docs rows.parquet" },
    {
      comment: "Some of them, without a file",
      run: `sovereign vector export docs - --format jsonl --filter "year >= 2000" | head`,
    },
  ],
  notes:
    "Rows have the columns id, vector, and one for each metadata field. An .npy file holds the vectors alone; their ids are written beside it, one a line, as `<file>.ids.txt`. The file appears whole or not at all.",
  fields: [
    { name: "file", type: STRING },
    { name: "format", type: STRING },
    { name: "rows", type: LONG },
    { name: "bytes", type: LONG },
  ],
  databricks: "`databricks vector-search-indexes scan-index`",
  seeAlso: ["vector import", "vector show"],
  async run(context, { args, flags }) {
    const format = chooseFormat(args.file, flags.format);
    const path = args.file === "-" ? null : targetPath(args.file, flags.overwrite, context.io.cwd);
    const collection = await openCollection(context, args.collection, "read");
    const rows: VectorRow[] = [];
    for (const row of collection.rows(readFilters(flags))) {
      if (rows.push(row) % ROWS_AT_ONCE === 0) await takeTurn(context.io.signal);
    }
    const { dims, fields } = collection.settings;
    if (format === "npy") {
      if (path === null) throw noNpyOnStdout();
      await writeNpyFile(path, rows, dims);
    } else {
      await writeSource(context, exportedRows(rows, dims, fields), { path, format });
    }
    if (path === null) return 0;
    const count = `${formatCount(rows.length)} row${rows.length === 1 ? "" : "s"}`;
    await context.note(`wrote ${count} to ${args.file}`);
    if (context.globals.output !== undefined) {
      await context.printRecord(command.fields ?? [], {
        file: args.file,
        format,
        rows: BigInt(rows.length),
        bytes: BigInt(statSync(path).size),
      });
    }
    return 0;
  },
});

function exportedRows(
  rows: readonly VectorRow[],
  dims: number,
  fields: Parameters<typeof rowColumns>[2],
): RowSource {
  const vector = {
    name: "vector",
    type: arrayType(FLOAT),
    get: (row: VectorRow) => Array.from(row.vector ?? []),
  };
  const id = { name: "id", type: STRING, get: (row: VectorRow) => row.id };
  return rowColumns(rows, dims === 0 ? [id] : [id, vector], fields);
}

async function writeSource(
  context: CommandContext,
  source: RowSource,
  { path, format }: { path: string | null; format: Exclude<Format, "npy"> },
): Promise<void> {
  const options = {
    format,
    int64: "number" as const,
    onRows: () => context.io.signal.throwIfAborted(),
    onNotFinite: () => void context.warn("NaN and infinities are written as null"),
  };
  if (path === null) await writeRows(source, (piece) => context.io.stdout.write(piece), options);
  else await writeRowsToFile(source, path, options);
}

function chooseFormat(word: string, wanted: Format | undefined): Format {
  if (wanted !== undefined) return wanted;
  if (word === "-") return "jsonl";
  const named = /\.npy$/i.test(word) ? "npy" : formatOfName(word);
  const known = FORMATS.find((format) => format === named);
  if (known !== undefined) return known;
  const end = /\.\w+$/.exec(word)?.[0];
  const what =
    end === undefined
      ? "does not say its format"
      : `ends in \`${end}\`, which vectors are not written as`;
  throw new SovereignError("INVALID_PARAMETER_VALUE", `\`${word}\` ${what}`, {
    hint: `give \`--format\`: ${FORMATS.join(", ")}`,
  });
}

function noNpyOnStdout(): SovereignError {
  return new SovereignError("INVALID_PARAMETER_VALUE", "an .npy file needs a place of its own", {
    hint: "name a file: its ids are written beside it",
  });
}
