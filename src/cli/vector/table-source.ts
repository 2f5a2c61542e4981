/** Collections that follow a table: what the command line says of it, and what a sync has done. */
import { SovereignError } from "../../core/errors.ts";
import { formatCount } from "../../core/progress.ts";
import type { Lake } from "../../lake/index.ts";
import { INT, LONG, STRING } from "../../lake/schema/data-type.ts";
import type { CollectionOptions, SyncResult, TableSource } from "../../vector/index.ts";
import type { FieldSpec } from "../command.ts";
import type { CommandContext } from "../context.ts";
import { openProjectLake } from "../lake/session.ts";
import { formatName, quoteTable, tableNameParts } from "../lake/table-name.ts";
import { openCollection, optimizeCollection, projectCollections } from "./store.ts";

export const SOURCE_FLAGS = {
  from: {
    type: "string",
    value: "table",
    summary: "a Delta table that the collection follows",
    group: "From a table",
    completes: "tables",
  },
  "primary-key": {
    type: "string",
    value: "column",
    summary: "column whose values become ids (default `id`)",
    group: "From a table",
  },
  "vector-column": {
    type: "string",
    value: "column",
    summary: "column of the vectors; without it the collection has none",
    group: "From a table",
  },
  columns: {
    type: "string",
    value: "names",
    summary: "columns that become metadata, by comma (default: all)",
    group: "From a table",
  },
  pipeline: {
    type: "choice",
    choices: ["triggered", "continuous"],
    summary: "follow it by `vector sync` (default), or also while `vector serve` runs",
    group: "From a table",
  },
} as const;

export interface SourceFlags {
  readonly "primary-key": string | undefined;
  readonly "vector-column": string | undefined;
  readonly columns: string | undefined;
  readonly pipeline: TableSource["pipeline"] | undefined;
}

/** A table as the command line names it. */
export function readSourceFlags(flags: SourceFlags, table: string): { source: TableSource } {
  const columns = flags.columns?.split(",").map((name) => name.trim());
  if (columns?.includes("")) {
    throw new SovereignError("INVALID_PARAMETER_VALUE", "a name in `--columns` is empty", {
      hint: "write `--columns title,body`",
    });
  }
  const vectorColumn = flags["vector-column"];
  return {
    source: {
      table,
      keyColumn: flags["primary-key"] ?? "id",
      ...(vectorColumn === undefined ? {} : { vectorColumn }),
      ...(columns === undefined ? {} : { columns }),
      pipeline: flags.pipeline ?? "triggered",
    },
  };
}

/** Makes the collection and fills it; nothing of it stays when that fails. */
export async function createFromTable(
  context: CommandContext,
  name: string,
  plan: { source: TableSource; dims: number | undefined; options: CollectionOptions },
): Promise<void> {
  const lake = await openProjectLake(context);
  const store = projectCollections(context);
  const source = { ...plan.source, table: fullName(plan.source.table, lake, context) };
  const { dims: _, ...options } = plan.options;
  const dims = plan.dims === undefined ? {} : { dims: plan.dims };
  await store.createFromTable(name, lake, { ...options, ...dims, source });
  const collection = await openCollection(context, name, "write");
  const isOurs = collection.count === 0;
  try {
    const target = { name, collection, lake, willOptimize: true };
    const result = await syncWithProgress(context, target);
    await optimizeCollection(context, collection);
    await collection.close();
    await context.note(describeSync(name, result));
    await context.note(`next: sovereign vector query ${name} --help`);
  } catch (error) {
    if (isOurs) await collection.remove().catch(() => undefined);
    throw error;
  }
}

/** `catalog.schema.table`, so that it means the same whatever schema is current. */
function fullName(word: string, lake: Lake, { io }: CommandContext): string {
  const quoted = quoteTable(word, io);
  const parts = word.includes("/") || /^delta\./i.test(word) ? null : tableNameParts(word);
  if (parts === null) return quoted;
  const { catalog, schema } = lake.namespace;
  const full = [...[catalog, schema].slice(0, 3 - parts.length), ...parts];
  return full.map(formatName).join(".");
}

export const SYNC_FIELDS: readonly FieldSpec[] = [
  { name: "collection", type: STRING },
  { name: "table", type: STRING },
  { name: "mode", type: STRING, summary: "full, feed, files, or none: nothing had changed" },
  { name: "reason", type: STRING, summary: "why the whole table was read" },
  { name: "from_version", type: LONG, summary: "of the table, that was synced before" },
  { name: "version", type: LONG },
  { name: "inserted", type: LONG },
  { name: "replaced", type: LONG },
  { name: "unchanged", type: LONG, summary: "read again, and as they were" },
  { name: "deleted", type: LONG },
  { name: "skipped", type: LONG, summary: "without key or vector" },
  { name: "rows", type: INT, summary: "in the collection now" },
];

type Synced = Awaited<ReturnType<typeof openCollection>>;

/** One sync with progress on the terminal. */
export async function syncWithProgress(
  context: CommandContext,
  { name, collection, lake, full, willOptimize = false }: SyncTarget,
): Promise<SyncResult> {
  const task = (await context.progress()).start({ label: `syncing ${name}`, unit: "rows" });
  try {
    return await collection.sync(lake, {
      signal: context.io.signal,
      clock: context.io.clock,
      willOptimize,
      onRows: (count) => task.advance(count),
      ...(full === undefined ? {} : { full }),
    });
  } finally {
    task.discard();
  }
}

export interface SyncTarget {
  readonly name: string;
  readonly collection: Synced;
  readonly lake: Lake;
  readonly full?: boolean;
  /** Whether the caller builds the index afterwards. */
  readonly willOptimize?: boolean;
}

/** One line about a sync. */
export function describeSync(name: string, result: SyncResult): string {
  const { mode, reason, fromVersion, version, inserted, replaced, deleted, skipped } = result;
  if (mode === "none") return `${name}: up to date with version ${version}`;
  const counts = [`${formatCount(inserted)} added`, `${formatCount(replaced)} replaced`];
  counts.push(`${formatCount(deleted)} deleted`);
  if (skipped > 0) counts.push(`${formatCount(skipped)} left out (no key or no vector)`);
  const before = fromVersion === null ? "" : `, before ${fromVersion}`;
  const why = mode === "full" && fromVersion !== null ? `; all was read, ${reason}` : "";
  return `${name}: ${counts.join(", ")} (version ${version}${before}${why})`;
}

/** The same for programs. */
export function syncRecord(name: string, collection: Synced, result: SyncResult) {
  return {
    collection: name,
    table: collection.settings.source?.table ?? null,
    mode: result.mode,
    reason: result.reason,
    from_version: result.fromVersion === null ? null : BigInt(result.fromVersion),
    version: BigInt(result.version),
    inserted: BigInt(result.inserted),
    replaced: BigInt(result.replaced),
    unchanged: BigInt(result.unchanged),
    deleted: BigInt(result.deleted),
    skipped: BigInt(result.skipped),
    rows: collection.count,
  };
}
