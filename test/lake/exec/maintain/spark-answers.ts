/**
 * Statements with what delta-spark answered to each and what its logs said in the end
 * (`fixtures/lake/maintain`), and the same from here. What differs by nature reads `?`: sizes in
 * bytes, times, and numbers of files where a statement before says how the engine splits rows.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { SovereignError } from "../../../../src/core/errors.ts";
import {
  type CommitInfo,
  listProtocolFeatures,
  type Metadata,
  type Protocol,
  readCommitFile,
} from "../../../../src/lake/delta/index.ts";
import { formatValue, type Lake } from "../../../../src/lake/index.ts";
import { formatType } from "../../../../src/lake/schema/data-type.ts";
import { openTestLake } from "../open-test-lake.ts";

interface Answer {
  sql: string;
  schema?: string;
  rows?: (string | null)[][];
  errorClass?: string | null;
}

type Commit = Pick<
  CommitInfo,
  "operation" | "operationParameters" | "operationMetrics" | "isolationLevel" | "isBlindAppend"
> &
  Partial<Pick<Metadata, "configuration" | "partitionColumns">> & { protocol?: Protocol };

interface Run {
  answers: Answer[];
  /** Commits of each table, oldest first. */
  logs: Record<string, Commit[]>;
}

export interface RecordedCase extends Run {
  case: string;
}

const FIXTURES = join(import.meta.dirname, "../../../../fixtures/lake/maintain");

/** The cases recorded for a statement. */
export function recordedCases(name: string): RecordedCase[] {
  const lines = readFileSync(join(FIXTURES, `${name}.spark.jsonl`), "utf8")
    .trim()
    .split("\n");
  return lines.map((line) => JSON.parse(line) as RecordedCase);
}

/** Runs the statements of a case here. */
export async function runHere({ answers, logs }: RecordedCase): Promise<Run> {
  const t = await openTestLake();
  const folder = join(t.folder, "tables");
  mkdirSync(folder);
  try {
    const ours: Run = { answers: [], logs: {} };
    for (const { sql } of answers) ours.answers.push(await answerOf(t.lake, sql, folder));
    for (const name of Object.keys(logs)) ours.logs[name] = commitsOf(join(folder, name));
    return JSON.parse(JSON.stringify(ours).replaceAll(folder, "$FOLDER")) as Run;
  } finally {
    await t.close();
  }
}

async function answerOf(lake: Lake, sql: string, folder: string): Promise<Answer> {
  const placed = sql
    .replaceAll("$FOLDER", folder)
    .replace(/\$([TUV])/g, (_, name: string) => `delta.\`${folder}/${name.toLowerCase()}\``);
  try {
    const [, directory, query] = DIRECTORY.exec(placed) ?? [];
    if (directory !== undefined) return await writeParquet(lake, { sql, directory, query: query! });
    const result = await lake.sql(placed);
    const { fields } = result.schema;
    const schema = `struct<${fields.map((f) => `${f.name}:${formatType(f.type)}`).join(",")}>`;
    const rows = (await result.rows()).map((row) =>
      row.map((value, i) => formatValue(value, fields[i]!.type)),
    );
    return { sql, schema, rows };
  } catch (error) {
    if (!(error instanceof SovereignError)) throw error;
    return { sql, errorClass: String(error.details.error_class ?? error.message) };
  }
}

const DIRECTORY = /^INSERT OVERWRITE DIRECTORY '([^']+)' USING parquet (.*)$/;

/** Parquet files without a log: those of a table that is made in passing. */
async function writeParquet(
  lake: Lake,
  { sql, directory, query }: { sql: string; directory: string; query: string },
): Promise<Answer> {
  const made = `${directory}.made`;
  await (await lake.sql(`CREATE TABLE delta.\`${made}\` AS ${query}`)).close();
  mkdirSync(directory, { recursive: true });
  for (const name of readdirSync(made)) {
    if (name.endsWith(".parquet")) renameSync(join(made, name), join(directory, name));
  }
  rmSync(made, { recursive: true });
  return { sql, schema: "struct<>", rows: [] };
}

function commitsOf(table: string): Commit[] {
  const folder = join(table, "_delta_log");
  const names = existsSync(folder) ? readdirSync(folder) : [];
  return names
    .filter((name) => /^\d+\.json$/.test(name))
    .sort()
    .map((name) => {
      const actions = readCommitFile(join(folder, name));
      const found = Object.assign({}, ...actions) as Record<string, unknown>;
      const metadata = found.metaData as Metadata | undefined;
      return {
        ...(found.commitInfo as CommitInfo),
        ...(found.protocol !== undefined && { protocol: found.protocol as Protocol }),
        ...(metadata && {
          configuration: metadata.configuration,
          partitionColumns: metadata.partitionColumns,
        }),
      };
    });
}

const MAINTENANCE = /^(RESTORE|CLONE|CONVERT)$/;

/** The part of a run in which both engines must agree. */
export function comparable({ answers, logs }: Run): unknown {
  return {
    answers: answers.map(({ sql, schema, rows, errorClass }) =>
      errorClass !== undefined
        ? { sql, errorClass }
        : {
            sql,
            schema: rowsOf(sql) ? schema : "",
            rows: rowsOf(sql) ? maskSizes(schema!, rows!) : [],
          },
    ),
    logs: Object.fromEntries(Object.entries(logs).map(([name, log]) => [name, comparableLog(log)])),
  };
}

/** What INSERT and the like answer differs between the two in ways tested elsewhere. */
function rowsOf(sql: string): boolean {
  return /^(SELECT|RESTORE|CREATE.*CLONE|CONVERT)/.test(sql);
}

function maskSizes(schema: string, rows: (string | null)[][]): (string | null)[][] {
  const names = [...schema.matchAll(/[<,](\w+):/g)].map((match) => match[1]!);
  return rows.map((row) => row.map((value, i) => (/size/.test(names[i]!) ? size(value) : value)));
}

/** Nothing or something. */
function size(value: string | null): string | null {
  return value === "0" || value === null ? value : "?";
}

function comparableLog(log: readonly Commit[]): unknown {
  let [features, configuration, partitionColumns]: unknown[] = [];
  return log.map((commit) => {
    if (commit.protocol) features = listProtocolFeatures(commit.protocol);
    if (commit.configuration) configuration = masked(commit.configuration);
    if (commit.partitionColumns) partitionColumns = commit.partitionColumns;
    const { operation } = commit;
    if (!MAINTENANCE.test(operation)) return { operation };
    const metrics = Object.entries(commit.operationMetrics ?? {}).sort();
    return {
      operation,
      operationParameters: commit.operationParameters,
      operationMetrics: metrics.map(([key, v]) => [key, /Size/.test(key) ? size(v) : v]),
      isolationLevel: commit.isolationLevel,
      isBlindAppend: commit.isBlindAppend,
      features,
      configuration,
      partitionColumns,
    };
  });
}

function masked(configuration: Readonly<Record<string, string>>): unknown {
  const entries = Object.entries(configuration).sort();
  return entries.map(([key, value]) => [key, /Timestamp$|ColumnName$/.test(key) ? "?" : value]);
}
