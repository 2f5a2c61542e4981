/**
 * Rows to stdout in the format asked for. Every source is columnar and streamed: a schema and
 * batches of columns. tsv, csv, jsonl and arrow are written as batches come; a terminal's table
 * keeps at most its row limit and counts the rest; json streams the array.
 */
import { SovereignError } from "../../core/errors.ts";
import { suggestName } from "../../core/suggest.ts";
import type { StructType } from "../../lake/schema/data-type.ts";
import type { ColumnBatch } from "../../lake/schema/value.ts";
import type { CommandContext } from "../context.ts";
import { createCsvEncoder, createMarkdownEncoder, createTsvEncoder } from "./delimited.ts";
import { createJsonEncoder } from "./json.ts";
import { printTable } from "./table.ts";

export interface RowSource {
  readonly schema: StructType;
  batches(): AsyncIterable<ColumnBatch>;
}

export interface RowOptions {
  /** Most rows of a terminal's table; 0 for all, 100 when absent. */
  readonly limit?: number | undefined;
  /** Columns of a table when `--json` names none; all without it. */
  readonly brief?: readonly string[] | undefined;
  /** `string` prints bigint values in JSON as strings. */
  readonly int64?: "number" | "string" | undefined;
  /** Each batch is written as it comes, for what is followed while it happens. */
  readonly isLive?: boolean | undefined;
  /** `bar` or `line` draws the rows instead of printing them. */
  readonly chart?: "bar" | "line" | undefined;
}

export const DEFAULT_ROW_LIMIT = 100;

/** An encoder writes a header, then batches, then a trailer; text pieces of any size. */
export interface RowEncoder {
  begin?(): string | Uint8Array | null;
  batch(batch: ColumnBatch): string | Uint8Array;
  end?(): string | Uint8Array | null;
}

/** Prints `source` as `context` asks: `-o`, `--json a,b`, terminal or pipe. */
export async function printRows(
  source: RowSource,
  context: CommandContext,
  options: RowOptions,
): Promise<void> {
  const { format, globals } = context;
  const isBrief = format === "table" && globals.jsonFields.length === 0;
  const rows = selectFields(source, isBrief ? (options.brief ?? []) : globals.jsonFields);
  if (options.chart !== undefined) {
    const { printChart } = await import("./chart.ts");
    return printChart(rows, options.chart, context);
  }
  if (format === "table") {
    return printTable(rows, context, options);
  }
  const encoder = await createEncoder(rows.schema, context, options);
  await writePieces(encoder, rows, { context, room: options.isLive ? 0 : PIECE_SIZE });
}

async function createEncoder(
  schema: StructType,
  context: CommandContext,
  options: RowOptions,
): Promise<RowEncoder> {
  switch (context.format) {
    case "json":
    case "jsonl": {
      return createJsonEncoder(schema, {
        lines: context.format === "jsonl",
        pretty: context.io.stdout.isTTY,
        int64: options.int64 ?? "number",
        onNotFinite: () => void context.warn("NaN and infinities are printed as null"),
      });
    }
    case "arrow": {
      if (context.io.stdout.isTTY) {
        throw new SovereignError("INVALID_PARAMETER_VALUE", "arrow is not text for a terminal", {
          hint: "send it to a file or a pipe: `-o arrow > rows.arrow`",
        });
      }
      const { createArrowEncoder } = await import("./arrow.ts");
      return createArrowEncoder(schema, "stream");
    }
    case "md":
      return createMarkdownEncoder(schema);
    default:
      return context.format === "csv" ? createCsvEncoder(schema) : createTsvEncoder(schema);
  }
}

const PIECE_SIZE = 1 << 16;

/** Small pieces are gathered, so that a row is not a system call. */
async function writePieces(
  encoder: RowEncoder,
  rows: RowSource,
  { context, room }: { context: CommandContext; room: number },
): Promise<void> {
  const { stdout, signal } = context.io;
  let held = "";
  const write = async (piece: string | Uint8Array | null | undefined): Promise<void> => {
    if (piece === null || piece === undefined || piece.length === 0) return;
    if (typeof piece === "string") {
      held += piece;
      if (held.length < room) return;
    }
    if (held !== "") await stdout.write(held);
    held = "";
    if (typeof piece !== "string") await stdout.write(piece);
  };
  await write(encoder.begin?.());
  for await (const batch of rows.batches()) {
    signal.throwIfAborted();
    await write(encoder.batch(batch));
  }
  await write(encoder.end?.());
  if (held !== "") await stdout.write(held);
}

/** The source with only the named top-level fields, in the order named. */
export function selectFields(source: RowSource, names: readonly string[]): RowSource {
  if (names.length === 0) return source;
  const known = source.schema.fields.map((field) => field.name);
  const indices = names.map((name) => {
    const index = known.indexOf(name);
    if (index < 0) throw unknownField(name, known);
    return index;
  });
  return {
    schema: { kind: "struct", fields: indices.map((i) => source.schema.fields[i]!) },
    async *batches() {
      for await (const batch of source.batches()) {
        yield { rowCount: batch.rowCount, columns: indices.map((i) => batch.columns[i]!) };
      }
    },
  };
}

function unknownField(name: string, known: readonly string[]): SovereignError {
  const near = suggestName(name, known);
  const list = `fields: ${known.join(", ")}`;
  return new SovereignError("INVALID_PARAMETER_VALUE", `unknown JSON field \`${name}\``, {
    hint: near === null ? list : `did you mean \`${near}\`? ${list}`,
  });
}
