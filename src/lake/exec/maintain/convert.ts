/**
 * CONVERT TO DELTA, as in delta-spark 4.4 (`ConvertToDeltaCommand`): the Parquet files of a folder
 * become a table where they are. The log is the only thing written, after every footer was read;
 * a folder that is a Delta table already is left as it is.
 */
import { existsSync, statSync } from "node:fs";
import { SovereignError } from "../../../core/errors.ts";
import { printJson } from "../../../core/json/index.ts";
import { type AddFile, DeltaLog } from "../../delta/index.ts";
import { addOf } from "../../delta/write/file-actions.ts";
import { namedOperation, type Operation } from "../../delta/write/operations.ts";
import { encodeLogPath } from "../../delta/write/partition-path.ts";
import { defineTable, type TableState, tableActions } from "../../delta/write/table-create.ts";
import { beginTransaction } from "../../delta/write/transaction.ts";
import {
  type StructField,
  type StructType,
  structField,
  structType,
} from "../../schema/data-type.ts";
import { notImplemented, SqlError } from "../../sql/error.ts";
import { columnName } from "../ddl/column-fields.ts";
import { withDefaults } from "../ddl/table-definition.ts";
import { emptyOutcome, type Outcome } from "../result.ts";
import type { StatementContext, StatementOf } from "../statement.ts";
import { openResolved, resolveReference } from "../table-handle.ts";
import { commitNotes, summarise } from "../write/commit.ts";
import { type FoundFile, findFiles } from "./convert-files.ts";
import { readStatistics } from "./file-statistics.ts";
import { mergedParquetSchema } from "./parquet-schema.ts";

type Convert = StatementOf<"convert">;

/** Runs CONVERT TO DELTA. */
export async function executeConvert(ctx: StatementContext, convert: Convert): Promise<Outcome> {
  const prepared = await prepareConvert(ctx, convert);
  if (prepared === null) return emptyOutcome({ message: ALREADY });
  const { root, files, state, schema, partitionColumns } = prepared;
  const scanned = files.map((file) => ({
    add: addOf({ ...file, path: encodeLogPath(file.relativePath) }),
    absolutePath: file.absolutePath,
    deletedRows: null,
  }));
  const { configuration } = state.metadata;
  const table = { schema, partitionColumns, columnMappingMode: "none", configuration } as const;
  const stats = convert.noStatistics
    ? []
    : await readStatistics(await ctx.engine(), scanned, table);
  const adds = scanned.map(({ add }, i) =>
    stats[i] === undefined ? add : { ...add, stats: stats[i] },
  );
  const commit = await commitConvert(ctx, { root, state, adds }, operationOf(convert, prepared));
  return emptyOutcome({ commit });
}

/** What CONVERT TO DELTA would make; for plans. */
export async function planConvert(ctx: StatementContext, convert: Convert) {
  const object = ctx.textOf(convert.table.name);
  const base = { command: `Execute ConvertToDeltaCommand ${object}`, object };
  const prepared = await prepareConvert(ctx, convert);
  if (prepared === null) return { ...base, note: ALREADY };
  const { files, schema } = prepared;
  const sizeBytes = files.reduce((sum, file) => sum + file.sizeBytes, 0);
  const count = `${files.length} file${files.length === 1 ? "" : "s"}`;
  return { ...base, schema, note: `takes over ${count}, ${sizeBytes} bytes` };
}

const ALREADY = "it is a Delta table already";

interface Prepared {
  root: string;
  files: readonly FoundFile[];
  schema: StructType;
  partitionColumns: readonly string[];
  state: TableState;
}

/** Null for a Delta table. */
async function prepareConvert(ctx: StatementContext, convert: Convert): Promise<Prepared | null> {
  const root = await folderOf(ctx, convert);
  if (root === null || DeltaLog.exists(root)) return null;
  ctx.session.checkWritable(root);
  const partitions = partitionFields(convert);
  const files = findFiles(root, partitions);
  if (files.length === 0) throw nothingThere(root, "there are no files in");
  const paths = files.map((file) => file.absolutePath);
  const data = await mergedParquetSchema(await ctx.engine(), paths);
  const schema = withPartitions(data, partitions);
  const partitionColumns = partitions.map((field) => field.name);
  const state = defineTable({
    schema,
    partitionColumns,
    properties: convertedProperties(ctx),
    clock: ctx.session.clock,
  });
  return { root, files, schema, partitionColumns, state };
}

/** Column mapping names columns as the files do not, so it cannot be given by default. */
function convertedProperties(ctx: StatementContext): Record<string, string> {
  const { "delta.columnMapping.mode": _, ...properties } = withDefaults(ctx, {});
  return properties;
}

async function folderOf(ctx: StatementContext, { table }: Convert): Promise<string | null> {
  const name = resolveReference(ctx, table);
  if (name.kind === "table" || (name.kind === "delta_path" && DeltaLog.exists(name.path))) {
    await openResolved(ctx.session, name);
    return null;
  }
  if (name.kind === "delta_path" || name.format !== "parquet") {
    throw new SqlError("only Parquet files can be converted", {
      errorClass: "DELTA_CONVERT_NON_PARQUET_TABLE",
      sqlState: "0AKDC",
      span: table.name.span,
      hint: "write CONVERT TO DELTA parquet.`/path/to/folder`",
    });
  }
  const root = ctx.session.absolutePath(name.path);
  if (existsSync(root) && statSync(root).isDirectory()) return root;
  throw nothingThere(root, "there is no folder");
}

function nothingThere(root: string, what: string): SovereignError {
  return new SovereignError("RESOURCE_DOES_NOT_EXIST", `${what} \`${root}\``, {
    hint: "check the path; relative paths start at the project's folder",
    details: {
      error_class: what.includes("files") ? "DELTA_EMPTY_DIRECTORY" : "DELTA_DIRECTORY_NOT_FOUND",
      path: root,
    },
  });
}

function partitionFields({ partitionedBy }: Convert): StructField[] {
  return partitionedBy.map((column) => {
    const name = columnName(column);
    const { kind } = column.type;
    if (["struct", "array", "map", "variant", "void"].includes(kind)) {
      throw notImplemented(`partitioning by a ${kind.toUpperCase()}`, column.span);
    }
    if (column.charVarchar ?? column.default ?? column.generated ?? column.identity) {
      const hint = "name the partition columns with their types alone";
      throw notImplemented("more than a type in PARTITIONED BY", column.span, hint);
    }
    return structField(name, column.type);
  });
}

/** A partition column that files hold too keeps its place; the others come last. */
function withPartitions(data: StructType, partitions: readonly StructField[]): StructType {
  const keyOf = ({ name }: StructField) => name.toLowerCase();
  const byName = new Map(partitions.map((field) => [keyOf(field), field]));
  const own = new Set(data.fields.map(keyOf));
  return structType([
    ...data.fields.map((field) => byName.get(keyOf(field)) ?? field),
    ...partitions.filter((field) => !own.has(keyOf(field))),
  ]);
}

function operationOf({ noStatistics }: Convert, { files, partitionColumns }: Prepared): Operation {
  return namedOperation("CONVERT", {
    numFiles: files.length,
    partitionedBy: printJson(partitionColumns),
    collectStats: !noStatistics,
    sourceFormat: "parquet",
  });
}

interface Converted {
  root: string;
  state: TableState;
  adds: readonly AddFile[];
}

async function commitConvert(
  ctx: StatementContext,
  { root, state, adds }: Converted,
  operation: Operation,
) {
  const { session } = ctx;
  const metrics = { numConvertedFiles: String(adds.length) };
  const transaction = beginTransaction(root, null, {
    ...session.transaction,
    clock: session.clock,
  });
  const result = await transaction.commit({
    ...operation,
    operationMetrics: metrics,
    ...commitNotes(ctx),
    actions: [...tableActions(null, state), ...adds.map((add) => ({ add }))],
    exclusive: true,
  });
  session.forgetLog(root);
  return summarise(`delta.\`${root}\``, result, { adds, metrics });
}
