/**
 * COPY INTO: loads each file once. What was loaded is remembered in the table's own log: one `txn`
 * action a file (`sovereign.copy-into:<hash of its path>`), in the commit that adds its rows, so
 * a file is loaded and remembered together or not at all. As on Databricks, a file is known by its
 * path and stays loaded when it changes; `force` loads it again. Paths are taken relative to the
 * table, so that a project moved as a whole loads nothing twice.
 */
import { createHash } from "node:crypto";
import { relative } from "node:path";
import type { Action } from "../../delta/index.ts";
import { LONG, type StructType, structField, structType } from "../../schema/data-type.ts";
import type { Query, Relation, SelectItem } from "../../sql/ast.ts";
import { unboundParameter } from "../../sql/bind/constant.ts";
import { rootEnv } from "../../sql/bind/environment.ts";
import { bindQueryIn } from "../../sql/bind/query.ts";
import { notImplemented } from "../../sql/error.ts";
import type { Plan } from "../../sql/plan/plan.ts";
import { prepareBinding } from "../bind-port.ts";
import { propertyRecord } from "../ddl/create-table.ts";
import { openFileSource } from "../file-source.ts";
import { filterByPattern, listFiles, type SourceFile } from "../files/index.ts";
import { localOutcome, type Outcome } from "../result.ts";
import type { StatementContext, StatementOf } from "../statement.ts";
import { openTable, type TableHandle } from "../table-handle.ts";
import { type InsertOptions, insertRows } from "./insert.ts";

type CopyInto = StatementOf<"copy_into">;

const COLUMNS = structType([
  structField("num_affected_rows", LONG),
  structField("num_inserted_rows", LONG),
  structField("num_skipped_corrupt_files", LONG),
]);

const COPY_OPTIONS = new Set(["mergeschema", "force"]);

/** Runs COPY INTO. */
export async function executeCopyInto(ctx: StatementContext, copy: CopyInto): Promise<Outcome> {
  const { handle, fresh, all, load } = await prepareCopy(ctx, copy);
  const rows = (count: number) => [[BigInt(count), BigInt(count), 0n]];
  if (fresh.length === 0) {
    return localOutcome(COLUMNS, rows(0), { message: "no new files" });
  }
  const { source, options } = await load();
  const outcome = await insertRows(ctx, handle, source, options);
  const loaded = Number(outcome.commit?.metrics.numOutputRows ?? 0);
  const message = `${fresh.length} files loaded, ${all.length - fresh.length} known already`;
  return localOutcome(COLUMNS, rows(loaded), {
    message,
    ...(outcome.commit ? { commit: outcome.commit } : {}),
  });
}

/** A COPY INTO with its files chosen. */
export interface PreparedCopy {
  handle: TableHandle;
  all: readonly SourceFile[];
  /** Those that were not loaded before. */
  fresh: readonly SourceFile[];
  /** Opens the fresh files; there must be some. */
  load(): Promise<{ source: Plan; options: InsertOptions }>;
}

/** Chooses the files of a COPY INTO; loads nothing. */
export async function prepareCopy(ctx: StatementContext, copy: CopyInto): Promise<PreparedCopy> {
  if (copy.validate !== undefined) throw notImplemented("COPY INTO … VALIDATE", copy.span);
  const options = copyOptions(copy);
  const handle = await openTable(ctx, copy.table);
  const path = pathOf(ctx, copy);
  const root = ctx.session.absolutePath(path);
  const all = chooseFiles(copy, root);
  const isForced = options.force === "true";
  const fresh = all.filter((file) => isForced || !isLoaded(handle, file));
  const evolves = (options.mergeschema ?? formatOption(copy, "mergeSchema")) === "true";
  const insertOptions: InsertOptions = {
    insert: {
      mode: "into",
      byName: !copy.byPosition && copy.columns.length === 0,
      columns: copy.columns,
      span: copy.span,
    },
    evolves: evolves || ctx.session.autoMerge,
    others: fresh.map((file): Action => ({ txn: loadedMark(ctx, handle, file) })),
  };
  const { schema } = handle.snapshot;
  const load = async () => ({
    source: await sourcePlan(ctx, copy, { path, files: fresh, schema }),
    options: insertOptions,
  });
  return { handle, all, fresh, load };
}

function copyOptions(copy: CopyInto): Record<string, string> {
  const options: Record<string, string> = {};
  for (const { key, value, span } of copy.copyOptions) {
    const name = key.toLowerCase();
    if (!COPY_OPTIONS.has(name)) throw notImplemented(`the COPY option \`${key}\``, span);
    options[name] = value.toLowerCase();
  }
  return options;
}

function formatOption(copy: CopyInto, name: string): string | undefined {
  const found = copy.formatOptions.find(({ key }) => key.toLowerCase() === name.toLowerCase());
  return found?.value.toLowerCase();
}

function pathOf(ctx: StatementContext, copy: CopyInto): string {
  if (typeof copy.path === "string") return copy.path;
  const { parameter, suffix } = copy.path;
  const bound = ctx.parameters.get(parameter.name);
  if (!bound) throw unboundParameter(parameter.name, parameter);
  return `${String(bound.value)}${suffix}`;
}

function chooseFiles(copy: CopyInto, root: string): SourceFile[] {
  if (copy.files) {
    return copy.files.flatMap((name) => listFiles(`${root}/${name}`));
  }
  const files = listFiles(root);
  return copy.pattern === undefined ? files : filterByPattern(files, root, copy.pattern);
}

/** The rows of the files: all columns, or the SELECT list over them. */
async function sourcePlan(
  ctx: StatementContext,
  copy: CopyInto,
  { path, files, schema }: { path: string; files: readonly SourceFile[]; schema: StructType },
): Promise<Plan> {
  const source = await openFileSource(ctx, {
    format: copy.fileFormat.toLowerCase(),
    path,
    options: propertyRecord(copy.formatOptions),
    schema: null,
    files,
    // Without inference a text field is a string, and strings are not assigned to other types; the
    // table says what they are.
    inferTypes: schema.fields.some((field) => field.type.kind !== "string"),
  });
  if (!copy.items) return source(ctx.allocate);
  const query = selectQuery(copy, copy.items);
  const context = await prepareBinding(ctx, query);
  const env = rootEnv({
    ...context,
    tableFunction: (request) =>
      request.name === SOURCE ? source(ctx.allocate) : (context.tableFunction?.(request) ?? null),
  });
  return bindQueryIn(query, env);
}

const SOURCE = "__copy_source";

/** `SELECT items FROM source` as a tree; the source is planned through the table function port. */
function selectQuery(copy: CopyInto, items: SelectItem[]): Query {
  const { span } = copy;
  const identifier = { name: SOURCE, quoted: false, span };
  const from: Relation = {
    kind: "table_function",
    name: { parts: [identifier], span },
    args: [],
    lateral: false,
    span,
  };
  return {
    with: [],
    body: { kind: "select", distinct: false, items, from: [from], windows: [], hints: [], span },
    orderBy: [],
    sortBy: [],
    distributeBy: [],
    clusterBy: [],
    span,
  };
}

function markOf(handle: TableHandle, file: SourceFile): string {
  const path = relative(handle.log.tableRoot, file.absolutePath);
  const hash = createHash("sha256").update(path).digest("hex").slice(0, 32);
  return `sovereign.copy-into:${hash}`;
}

function isLoaded(handle: TableHandle, file: SourceFile): boolean {
  return handle.snapshot.txnVersion(markOf(handle, file)) !== undefined;
}

function loadedMark(ctx: StatementContext, handle: TableHandle, file: SourceFile) {
  const appId = markOf(handle, file);
  const before = handle.snapshot.txnVersion(appId);
  return {
    appId,
    version: before === undefined ? 1 : Number(before) + 1,
    lastUpdated: ctx.session.clock.nowMs(),
  };
}
