/**
 * What an import will do, decided before anything is written: the statement that makes or fills
 * the table, how many rows cannot be taken, and where to find them.
 */
import { SovereignError } from "../../../core/errors.ts";
import { formatJson, type Lake, type StatementResult } from "../../../lake/index.ts";
import {
  LONG,
  type StructField,
  type StructType,
  structField,
} from "../../../lake/schema/data-type.ts";
import { quoteName } from "../table-name.ts";
import { type BadRow, type Finding, listBadRows } from "./bad-rows.ts";
import { type MatchedColumns, matchColumns, probe } from "./match-columns.ts";
import type { ColumnTypes, ImportSource } from "./open-source.ts";
import { buildRowSql, ORDINAL, ORIGINAL, REASON } from "./row-sql.ts";

export interface PlanRequest {
  /** As written in SQL, and as the user named it. */
  readonly table: string;
  readonly tableWord: string;
  /** Of the table; null when it is to be made. */
  readonly schema: StructType | null;
  readonly overwrite: boolean;
  readonly mergeSchema: boolean;
}

export interface ImportPlan {
  readonly action: "create" | "append" | "overwrite";
  readonly statement: string;
  /** Columns of the source that get into the table, in the table's types. */
  readonly columns: readonly StructField[];
  /** Those of them the table does not have yet; all of a new table. */
  readonly added: readonly StructField[];
  readonly badCount: number;
  countGood(): Promise<number>;
  /** Reads the bad rows, in order. */
  badRows(): AsyncIterable<BadRow>;
}

/** Plans the import of an opened source. */
export async function planImport(
  lake: Lake,
  source: ImportSource,
  request: PlanRequest,
): Promise<ImportPlan> {
  await requireReadable(source);
  return request.schema === null ? planNew(lake, source, request) : planInto(lake, source, request);
}

/** Throws DATA_LOSS when no record of a text can be read: it is not what it is taken for. */
async function requireReadable({ name, format, text }: ImportSource): Promise<void> {
  if (text === null) return;
  const { recordCount, problemCount, fieldCount, keys } = text.staged;
  const isCsv = text.source.kind === "csv";
  if (isCsv ? fieldCount === 0 : recordCount === 0) {
    throw unreadable(`\`${name}\` is empty: there are only blank lines in it`, NOTHING_DONE);
  }
  if (problemCount > 0 && problemCount === recordCount) {
    for await (const { line, reason } of listBadRows(text.source, null)) {
      const count = recordCount === 1 ? "the one record" : `none of the ${recordCount} records`;
      const verb = recordCount === 1 ? "cannot" : "can";
      const message = `${count} of \`${name}\` ${verb} be read as ${format}: line ${line}: ${reason}`;
      const hint = isCsv ? "check `--delimiter` and the header" : "correct the file";
      throw unreadable(message, `${hint}; ${NOTHING_DONE}`);
    }
  }
  if (!isCsv && keys.size === 0) {
    throw unreadable(`no object of \`${name}\` has a key`, `a key is a column; ${NOTHING_DONE}`);
  }
}

const NOTHING_DONE = "nothing was imported";

function unreadable(message: string, hint: string): SovereignError {
  return new SovereignError("DATA_LOSS", message, {
    hint,
    details: { error_class: "MALFORMED_RECORD_IN_PARSING" },
  });
}

async function planNew(
  lake: Lake,
  source: ImportSource,
  request: PlanRequest,
): Promise<ImportPlan> {
  const fields = await probe(lake, source, "inferred");
  const columns = fields.filter((field) => field.name !== source.recordColumn);
  const names = columns.map((field) => quoteName(field.name)).join(", ");
  // The types found are given back, so that they are not looked for once more.
  const query = `SELECT ${names} FROM ${source.readFiles(fields)}`;
  return {
    action: "create",
    statement: `CREATE TABLE ${request.table} USING DELTA AS ${query}`,
    columns,
    added: columns,
    badCount: source.text?.staged.problemCount ?? 0,
    countGood: () => countGood(lake, source, 0),
    badRows: () => badRowsOf(lake, source, null),
  };
}

async function planInto(
  lake: Lake,
  source: ImportSource,
  request: PlanRequest,
): Promise<ImportPlan> {
  const { tableWord, mergeSchema, overwrite } = request;
  const opened = await lake.table(request.table);
  // With the metadata of its columns, where some of the rules stand.
  const schema = await opened.schema();
  const matched = await matchColumns(lake, {
    source,
    table: schema,
    tableWord,
    merges: mergeSchema,
  });
  const detail = await opened.detail();
  const { recordColumn } = source;
  const rows = buildRowSql({
    from: source.readFiles(typesOf(source, matched)),
    columns: matched.matches,
    table: schema,
    properties: detail.properties as ReadonlyMap<string, string>,
    ordinal: recordColumn === null ? null : `CAST(${quoteName(recordColumn)} AS BIGINT)`,
  });
  const misfitCount = rows.judged === null ? 0 : await countRows(lake, misfits(rows.judged));
  const evolution = matched.added.length > 0 ? " WITH SCHEMA EVOLUTION" : "";
  const verb = overwrite ? "OVERWRITE" : "INTO";
  const query = misfitCount === 0 ? rows.all : rows.good;
  return {
    action: overwrite ? "overwrite" : "append",
    statement: `INSERT${evolution} ${verb} ${request.table} BY NAME ${query}`,
    columns: matched.matches.map(({ to }) => to),
    added: matched.added,
    badCount: misfitCount + (source.text?.staged.problemCount ?? 0),
    countGood: () => countGood(lake, source, misfitCount),
    badRows: () => badRowsOf(lake, source, misfitCount === 0 ? null : rows.judged),
  };
}

/** JSON is read in the types matched; the columns of CSV are text, and others have their own. */
function typesOf(source: ImportSource, { matches }: MatchedColumns): ColumnTypes {
  if (source.text?.source.kind !== "json") return "text";
  return [...matches.map(({ from }) => from), structField(source.recordColumn!, LONG)];
}

function misfits(judged: string): string {
  return `(${judged}) WHERE ${REASON} <> ''`;
}

async function countRows(lake: Lake, from: string): Promise<number> {
  const result = await lake.sql(`SELECT count(*) FROM ${from}`);
  const [row] = await result.rows();
  await result.close();
  return Number(row?.[0] ?? 0);
}

async function countGood(lake: Lake, source: ImportSource, misfitCount: number): Promise<number> {
  const staged = source.text?.staged;
  if (staged !== undefined) return staged.recordCount - staged.problemCount - misfitCount;
  return (await countRows(lake, source.readFiles("text"))) - misfitCount;
}

async function* badRowsOf(
  lake: Lake,
  source: ImportSource,
  judged: string | null,
): AsyncGenerator<BadRow> {
  if (judged === null) {
    if (source.text !== null) yield* listBadRows(source.text.source, null);
    return;
  }
  if (source.text !== null) {
    const query = `SELECT ${ORDINAL}, ${REASON} FROM ${misfits(judged)} ORDER BY ${ORDINAL}`;
    const result = await lake.sql(query);
    try {
      yield* listBadRows(source.text.source, readFindings(result));
    } finally {
      await result.close();
    }
    return;
  }
  const result = await lake.sql(`SELECT ${ORIGINAL}, ${REASON} FROM ${misfits(judged)}`);
  try {
    const type = result.schema.fields[0]!.type;
    for await (const { rowCount, columns } of result.batches()) {
      for (let i = 0; i < rowCount; i++) {
        const record = formatJson(columns[0]!.get(i), type);
        yield { file: source.name, line: null, reason: String(columns[1]!.get(i)), record };
      }
    }
  } finally {
    await result.close();
  }
}

async function* readFindings(result: StatementResult): AsyncGenerator<Finding> {
  for await (const { rowCount, columns } of result.batches()) {
    for (let i = 0; i < rowCount; i++) {
      yield { ordinal: Number(columns[0]!.get(i)), reason: String(columns[1]!.get(i)) };
    }
  }
}
