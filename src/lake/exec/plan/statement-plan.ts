/**
 * What a statement would do, bound and pruned but not run: EXPLAIN prints it, a dry run lists it.
 * Statements that change rows are in `plan-change.ts`; here are the others.
 */
import { DeltaLog, type Snapshot } from "../../delta/index.ts";
import { type StructType, structField, structType } from "../../schema/data-type.ts";
import type { MultipartName, Statement } from "../../sql/ast.ts";
import { outputOf, type Plan } from "../../sql/plan/plan.ts";
import { optimizePlan } from "../../sql/plan/rules/index.ts";
import { walkPlan } from "../../sql/plan/transform.ts";
import { bindQueryPlan } from "../bind-port.ts";
import { prepareCreate } from "../ddl/table-definition.ts";
import { planClone } from "../maintain/clone.ts";
import { planConvert } from "../maintain/convert.ts";
import { planFsck } from "../maintain/fsck.ts";
import { planBins } from "../maintain/optimize.ts";
import { planRestore } from "../maintain/restore.ts";
import { countOf, planVacuum } from "../maintain/vacuum.ts";
import { partsOfName, tableIdentifier } from "../names.ts";
import type { StatementContext, StatementOf } from "../statement.ts";
import { openTable } from "../table-handle.ts";
import { isUnbuilt, unbuilt } from "../unbuilt.ts";
import { planCopyInto, planDelete, planInsert, planMerge, planUpdate } from "./plan-change.ts";

/** Data files of Delta tables. */
export interface FileTotals {
  readonly count: number;
  readonly sizeBytes: number;
}

export interface StatementPlan {
  /** `Execute UpdateCommand main.default.t [a = 1]`; null for a query, which is its child. */
  readonly command: string | null;
  /** Table, view or other thing it is about, as written. */
  readonly object: string | null;
  /** Columns of a query's result, or of a table that is made. */
  readonly schema: StructType | null;
  /** Plans of the queries and scans below it. */
  readonly children: readonly Plan[];
  /** Files of `object` that may be removed or written again; null when it has none to lose. */
  readonly changes: FileTotals | null;
  /** Folders of tables it reads or changes. */
  readonly locations: readonly string[];
  readonly note?: string;
}

/** Binds a statement and settles what it would do. Nothing is written, no data file is read. */
export async function planStatement(
  ctx: StatementContext,
  statement: Statement,
): Promise<StatementPlan> {
  switch (statement.kind) {
    case "query": {
      const plan = await bindQueryPlan(ctx, statement.query);
      return { ...NOTHING, schema: schemaOf(plan), children: [plan] };
    }
    case "insert":
      return planInsert(ctx, statement);
    case "copy_into":
      return planCopyInto(ctx, statement);
    case "update":
      return planUpdate(ctx, statement);
    case "delete":
      return planDelete(ctx, statement);
    case "merge":
      return planMerge(ctx, statement);
    case "truncate": {
      const { snapshot, location } = await openTable(ctx, statement.table);
      const object = ctx.textOf(statement.table.name);
      const changes = await allFiles(snapshot);
      const command = `Execute TruncateCommand ${object}`;
      return { ...NOTHING, command, object, changes, locations: [location] };
    }
    case "optimize":
    case "reorg":
      return planRewrite(ctx, statement);
    case "vacuum": {
      const object = ctx.textOf(statement.table.name);
      const { removable } = await planVacuum(ctx, statement);
      const sizeBytes = removable.reduce((sum, file) => sum + file.sizeBytes, 0);
      const command = `Execute VacuumTableCommand ${object}`;
      const note = `would remove ${countOf(removable.length)}, ${sizeBytes} bytes`;
      return { ...NOTHING, command, object, note };
    }
    case "fsck": {
      const object = ctx.textOf(statement.table.name);
      const { handle, broken } = await planFsck(ctx, statement);
      const sizeBytes = broken.reduce((sum, { add }) => sum + add.size, 0);
      const changes = { count: broken.length, sizeBytes };
      const command = `Execute FsckRepairTableCommand ${object}`;
      return { ...NOTHING, command, object, changes, locations: [handle.location] };
    }
    case "clone_table":
      return { ...NOTHING, ...(await planClone(ctx, statement)) };
    case "restore":
      return { ...NOTHING, ...(await planRestore(ctx, statement)) };
    case "convert":
      return { ...NOTHING, ...(await planConvert(ctx, statement)) };
    case "create_table":
      return planCreate(ctx, statement);
    case "create_view":
    case "alter_view": {
      const object = ctx.textOf(statement.name);
      const children = statement.query ? [await bindQueryPlan(ctx, statement.query)] : [];
      return { ...NOTHING, command: commandOf(statement, object), object, children };
    }
    case "drop":
      return planDrop(ctx, statement);
    case "explain":
      return { ...(await planStatement(ctx, statement.statement)), note: "explained only" };
    default: {
      if (isUnbuilt(statement)) throw unbuilt(statement);
      const name = nameOf(statement);
      const object = name ? ctx.textOf(name) : null;
      return { ...NOTHING, command: commandOf(statement, object), object };
    }
  }
}

const NOTHING = {
  command: null,
  object: null,
  schema: null,
  children: [],
  changes: null,
  locations: [],
} as const satisfies StatementPlan;

async function planCreate(
  ctx: StatementContext,
  create: StatementOf<"create_table">,
): Promise<StatementPlan> {
  const { place, action, definition } = await prepareCreate(ctx, create);
  const object = ctx.textOf(create.table.name);
  const verb = definition?.replaces ? "Replace" : "Create";
  const command = `${verb}Table${definition?.source ? "AsSelect" : ""} ${object}`;
  if (action !== "make") {
    const note = action === "none" ? "the table exists already" : "registers the table there";
    return { ...NOTHING, command, object, note };
  }
  const old = definition?.replaces ? await ctx.session.log(place.location).snapshot() : null;
  return {
    ...NOTHING,
    command,
    object,
    schema: definition!.schema,
    children: definition!.source ? [definition!.source] : [],
    changes: old ? await allFiles(old) : null,
    locations: old ? [place.location] : [],
  };
}

async function planRewrite(
  ctx: StatementContext,
  statement: StatementOf<"optimize" | "reorg">,
): Promise<StatementPlan> {
  const { handle, bins } = await planBins(ctx, statement);
  const object = ctx.textOf(statement.table.name);
  const files = bins.flatMap((bin) => bin.files);
  const sizeBytes = files.reduce((sum, { add }) => sum + add.size, 0);
  const name = statement.kind === "reorg" ? "ReorgTableCommand" : "OptimizeTableCommand";
  return {
    ...NOTHING,
    command: `Execute ${name} ${object}`,
    object,
    changes: { count: files.length, sizeBytes },
    locations: [handle.location],
    ...(bins.length > 0 ? { note: `rewrites them in groups: ${bins.length}` } : {}),
  };
}

/** A managed table's files go with it. */
async function planDrop(ctx: StatementContext, drop: StatementOf<"drop">): Promise<StatementPlan> {
  const object = ctx.textOf(drop.name);
  const plan = { ...NOTHING, command: commandOf(drop, object), object };
  if (drop.what !== "table") return plan;
  const { session } = ctx;
  const info = session.catalog.getTable(tableIdentifier(partsOfName(drop.name), session.namespace));
  if (info?.kind !== "managed" || !DeltaLog.exists(info.location!)) return plan;
  const changes = await allFiles(await session.log(info.location!).snapshot());
  return { ...plan, changes, locations: [info.location!] };
}

function nameOf(statement: Statement): MultipartName | undefined {
  if ("table" in statement && statement.table) return statement.table.name;
  return "name" in statement && statement.name && "parts" in statement.name
    ? statement.name
    : undefined;
}

/** `drop` of a table to `Execute DropTableCommand t`. */
function commandOf(statement: Statement, object: string | null): string {
  const what = statement.kind === "drop" ? `drop_${statement.what}` : statement.kind;
  const words = what.split("_").map((word) => word[0]!.toUpperCase() + word.slice(1));
  return `Execute ${words.join("")}Command${object === null ? "" : ` ${object}`}`;
}

/** Columns of a query as people see them. */
export function schemaOf(plan: Plan): StructType {
  const shown = outputOf(plan).filter((attribute) => !attribute.hidden);
  return structType(shown.map(({ name, type, nullable }) => structField(name, type, nullable)));
}

/** Every file of a version. */
export async function allFiles(snapshot: Snapshot): Promise<FileTotals> {
  const [count, sizeBytes] = [await snapshot.fileCount(), await snapshot.totalSizeBytes()];
  return { count, sizeBytes };
}

/** Files the plans would read after pruning, and the tables they are of. */
export async function readsOf(
  plans: readonly Plan[],
): Promise<FileTotals & { locations: string[] }> {
  let [count, sizeBytes] = [0, 0];
  const locations = new Set<string>();
  for (const scan of plans.flatMap((plan) => scansOf(optimizePlan(plan)))) {
    const files = scan.files ?? (await scan.snapshot.scanFiles(scan.prune ?? undefined));
    count += files.length;
    for (const { add } of files) sizeBytes += add.size;
    locations.add(scan.snapshot.tableRoot);
  }
  return { count, sizeBytes, locations: [...locations] };
}

function scansOf(plan: Plan) {
  const scans: Extract<Plan, { kind: "scan" }>[] = [];
  walkPlan(plan, (node) => {
    if (node.kind === "scan") scans.push(node);
  });
  return scans;
}
