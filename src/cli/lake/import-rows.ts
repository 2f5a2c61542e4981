/**
 * Rows from files into a table. Into a new table go the types the file shows; into an existing one
 * its own types, and a row with a value that does not fit is put aside, whole, with the reason.
 */
import { join } from "node:path";

import { SovereignError } from "../../core/errors.ts";
import { createFolders } from "../../core/io/index.ts";
import type { Lake } from "../../lake/index.ts";
import {
  type DataType,
  formatTypeSql,
  type StructField,
  type StructType,
} from "../../lake/schema/data-type.ts";
import type { CommandContext } from "../context.ts";
import { writeRowsToFile } from "../output/write-file.ts";
import type { ImportSource } from "./import-source.ts";
import { quoteName, quoteText } from "./table-name.ts";

export interface ImportPlan {
  /** As written in SQL. */
  readonly table: string;
  readonly overwrite: boolean;
  /** A bad row fails the import instead of being put aside. */
  readonly strict: boolean;
}

export interface ImportOutcome {
  readonly version: number;
  readonly rowCount: bigint;
  readonly rejectedCount: number;
  /** Where the rejected rows are, or null when there are none. */
  readonly rejectedFile: string | null;
}

/** A new table with the columns and types of the source. */
export async function importAsNew(
  lake: Lake,
  source: ImportSource,
  plan: ImportPlan,
): Promise<ImportOutcome> {
  const from = source.readFiles({ asText: false });
  const result = await lake.sql(`CREATE TABLE ${plan.table} USING DELTA AS SELECT * FROM ${from}`);
  const outcome = { ...readCommit(result.commit), rejectedCount: 0, rejectedFile: null };
  await result.close();
  return outcome;
}

/** Into a table that exists, columns by name. */
export async function importInto(
  lake: Lake,
  source: ImportSource,
  plan: ImportPlan & { schema: StructType; context: CommandContext },
): Promise<ImportOutcome> {
  const from = source.readFiles({ asText: true });
  const probe = await lake.sql(`SELECT * FROM ${from} LIMIT 0`);
  const columns = matchColumns(probe.schema, plan.schema);
  await probe.close();
  const misfits = columns.flatMap(({ from: field, to }) => misfitTest(field, to.type));
  const rejected = await putAside(lake, from, { misfits, plan, source });
  const values = columns.map(
    ({ from: field, to }) => `${castTo(field, to.type)} AS ${quoteName(to.name)}`,
  );
  const good = misfits.map((misfit) => `NOT (${misfit.test})`);
  const where = good.length === 0 ? "" : ` WHERE ${good.join(" AND ")}`;
  const verb = plan.overwrite ? "OVERWRITE" : "INTO";
  const result = await lake.sql(
    `INSERT ${verb} ${plan.table} BY NAME SELECT ${values.join(", ")} FROM ${from}${where}`,
  );
  const outcome = { ...readCommit(result.commit), ...rejected };
  await result.close();
  return outcome;
}

interface ColumnMatch {
  readonly from: StructField;
  readonly to: StructField;
}

/** Source columns by the target's names, without case; an unknown column is an error. */
function matchColumns(source: StructType, target: StructType): ColumnMatch[] {
  return source.fields.map((from) => {
    const to = target.fields.find((field) => field.name.toLowerCase() === from.name.toLowerCase());
    if (to !== undefined) return { from, to };
    const known = target.fields.map((field) => field.name).join(", ");
    throw new SovereignError(
      "INVALID_PARAMETER_VALUE",
      `the table has no column \`${from.name}\`; it has ${known}`,
      { hint: "rename the column in the file, or add it with ALTER TABLE … ADD COLUMN" },
    );
  });
}

interface Misfit {
  readonly column: string;
  readonly test: string;
}

/** A value is there and does not convert. Same types and text targets always fit. */
function misfitTest(field: StructField, to: DataType): Misfit[] {
  if (to.kind === "string" || field.type.kind === to.kind) return [];
  const column = quoteName(field.name);
  const test = `${column} IS NOT NULL AND try_cast(${column} AS ${formatTypeSql(to)}) IS NULL`;
  return [{ column: field.name, test }];
}

function castTo(field: StructField, to: DataType): string {
  const column = quoteName(field.name);
  const isSame = field.type.kind === to.kind && to.kind !== "decimal";
  return isSame ? column : `CAST(${column} AS ${formatTypeSql(to)})`;
}

/** Rows with a misfit, as they came, into `.sovereign/rejected`. */
async function putAside(
  lake: Lake,
  from: string,
  about: {
    misfits: readonly Misfit[];
    plan: ImportPlan & { context: CommandContext };
    source: ImportSource;
  },
): Promise<Pick<ImportOutcome, "rejectedCount" | "rejectedFile">> {
  const { misfits, plan, source } = about;
  if (misfits.length === 0) return { rejectedCount: 0, rejectedFile: null };
  const any = misfits.map((misfit) => `(${misfit.test})`).join(" OR ");
  const reasons = misfits.map(
    ({ column, test }) => `CASE WHEN ${test} THEN ${quoteText(column)} END`,
  );
  const text = `SELECT *, concat_ws(', ', ${reasons.join(", ")}) AS _rejected_for FROM ${from} WHERE ${any}`;
  const counted = await lake.sql(`SELECT count(*) FROM ${from} WHERE ${any}`);
  const [[total] = []] = await counted.rows();
  await counted.close();
  const rejectedCount = Number(total ?? 0);
  if (rejectedCount === 0) return { rejectedCount, rejectedFile: null };
  const result = await lake.sql(text);
  try {
    if (plan.strict) throw await refuseFirst(result, rejectedCount, source);
    const { config, io } = plan.context;
    const folder = join(config.home, "rejected");
    createFolders(folder);
    const time = new Date(io.clock.nowMs()).toISOString().replace(/\D/g, "").slice(0, 17);
    const name = source.name.replace(/^.*\//, "").replace(/[^\w.-]/g, "_");
    const rejectedFile = join(folder, `${name}-${time}.jsonl`);
    await writeRowsToFile(result, rejectedFile, {
      format: "jsonl",
      int64: "number",
      onRows() {},
      onNotFinite() {},
    });
    return { rejectedCount, rejectedFile };
  } finally {
    await result.close();
  }
}

async function refuseFirst(
  result: Awaited<ReturnType<Lake["sql"]>>,
  count: number,
  source: ImportSource,
): Promise<SovereignError> {
  const [row] = await result.objects();
  const columns = String(row?._rejected_for ?? "");
  return new SovereignError(
    "INVALID_STATE",
    `${count} rows of \`${source.name}\` do not fit the table; the first one in ${columns}`,
    { hint: "without `--strict` such rows are put aside and the others imported" },
  );
}

function readCommit(
  commit: { version: number; metrics: Readonly<Record<string, string>> } | undefined,
): { version: number; rowCount: bigint } {
  return {
    version: commit?.version ?? 0,
    rowCount: BigInt(commit?.metrics.numOutputRows ?? 0),
  };
}
