/**
 * Checkpoints too large for JavaScript objects (`LargeCheckpointPort` of the log kernel): the
 * Parquet files stay where they are and every question is one query over the columns it needs.
 * A million files open in a fraction of a second; only files that survive pruning become objects.
 */
import { SovereignError } from "../../core/errors.ts";
import {
  type AddFile,
  type CheckpointAction,
  type FileTotals,
  fileKey,
  type LargeCheckpoint,
  type LargeCheckpointPort,
  type LargePrune,
  type RemoveFile,
} from "../delta/index.ts";
import { LONG, structField } from "../schema/data-type.ts";
import { quoteString } from "./engine-type.ts";
import { escapeGlobPath } from "./glob.ts";
import { readColumns, readHead, textFields, toAction } from "./large-head.ts";
import { pruneSql } from "./large-state-sql.ts";
import type { Engine } from "./types.ts";

/** Members of `add` and `remove` that matter; the parsed forms only stand in for `stats`. */
const FILE_MEMBERS: readonly string[] = [
  "path",
  "partitionValues",
  "size",
  "modificationTime",
  "deletionTimestamp",
  "dataChange",
  "extendedFileMetadata",
  "tags",
  "deletionVector",
  "baseRowId",
  "defaultRowCommitVersion",
  "clusteringProvider",
];
const REMOVES_PER_BATCH = 2048;
/** Paths whose canonical form may differ from their text; the kernel's own code decides those. */
const SPELLED_OTHERWISE =
  "(contains(path, '%') OR contains(path, ':') OR contains(path, '//') OR starts_with(path, '/'))";

/** The port; the engine is started when the first large checkpoint is opened. */
export function createLargeCheckpointPort(engine: () => Promise<Engine>): LargeCheckpointPort {
  return {
    async open(paths) {
      const files = paths.map((path) => quoteString(escapeGlobPath(path))).join(", ");
      const relation = `read_parquet([${files}], union_by_name = true, hive_partitioning = false)`;
      try {
        return await openCheckpoint(await engine(), relation);
      } catch (cause) {
        if (cause instanceof SovereignError && cause.code === "NOT_IMPLEMENTED") throw cause;
        throw new SovereignError("DATA_LOSS", `cannot read the checkpoint \`${paths[0]}\``, {
          hint: "restore it from a backup, or read a version before the checkpoint",
          details: { paths: [...paths] },
          cause,
        });
      }
    },
  };
}

interface CheckpointTable {
  engine: Engine;
  relation: string;
  /** Members of the `add` and `remove` columns; empty when the column is missing. */
  members: { add: readonly string[]; remove: readonly string[] };
}

async function openCheckpoint(engine: Engine, relation: string): Promise<LargeCheckpoint> {
  const columns = await readColumns(engine, relation);
  const table: CheckpointTable = {
    engine,
    relation,
    members: { add: columns.get("add") ?? [], remove: columns.get("remove") ?? [] },
  };
  const head = await readHead(engine, relation, [...columns.keys()]);
  let plainTotals: FileTotals | null = null;
  return {
    head,
    async totals(except) {
      plainTotals ??= await countFiles(table);
      if (except.size === 0) return plainTotals;
      const hidden = await findFiles(table, except);
      return {
        fileCount: plainTotals.fileCount - hidden.fileCount,
        totalSizeBytes: plainTotals.totalSizeBytes - hidden.totalSizeBytes,
      };
    },
    scan: (except, prune) => scanAdds(table, except, prune),
    removes: (except) => readRemoves(table, except),
  };
}

async function countFiles({ engine, relation, members }: CheckpointTable): Promise<FileTotals> {
  if (members.add.length === 0) return { fileCount: 0, totalSizeBytes: 0 };
  const sql =
    "SELECT count(*)::BIGINT, coalesce(sum(add.size), 0)::BIGINT " +
    `FROM ${relation} WHERE add.size IS NOT NULL`;
  const columns = [structField("files", LONG), structField("bytes", LONG)];
  const [row] = await engine.rows(sql, columns);
  return { fileCount: Number(row![0]), totalSizeBytes: Number(row![1]) };
}

/**
 * Rows of a file column (`kind` is `add` or `remove`): what is asked of them, and their key. The
 * whole struct is selected only where it is needed, its members are columns of their own.
 */
function keyedRows(
  { relation, members }: CheckpointTable,
  kind: "add" | "remove",
  items: string = kind,
): string {
  const vector = members[kind].includes("deletionVector")
    ? `CASE WHEN ${kind}.deletionVector.storageType IS NULL THEN '' ELSE ` +
      `${kind}.deletionVector.storageType || ${kind}.deletionVector.pathOrInlineDv || ` +
      `coalesce('@' || ${kind}.deletionVector."offset", '') END`
    : "''";
  return (
    `SELECT ${items}, ${kind}.path AS path, ${vector} AS vector FROM ${relation} ` +
    `WHERE ${kind}.path IS NOT NULL`
  );
}

/** `(path, vector)` is among the keys, or may be: an unusual spelling is the caller's to judge. */
async function hiddenCondition(scope: Engine, except: ReadonlySet<string>): Promise<string> {
  const rows = [...except].map((key) => {
    const [path = "", vector = ""] = key.split("\u0000");
    return [path, vector];
  });
  const keys = await scope.createTable(textFields("path", "vector"), rows);
  return `(path, vector) IN (SELECT (path, vector) FROM ${keys})`;
}

async function findFiles(table: CheckpointTable, except: ReadonlySet<string>): Promise<FileTotals> {
  if (table.members.add.length === 0) return { fileCount: 0, totalSizeBytes: 0 };
  const scope = table.engine.scope();
  try {
    const hidden = await hiddenCondition(scope, except);
    const sql =
      `SELECT path, vector, size FROM (${keyedRows(table, "add", "add.size::BIGINT AS size")}) ` +
      `WHERE ${hidden} OR ${SPELLED_OTHERWISE}`;
    const columns = [...textFields("path", "vector"), structField("size", LONG)];
    const totals = { fileCount: 0, totalSizeBytes: 0 };
    for (const [path, vector, size] of await scope.rows(sql, columns)) {
      const key = fileKey(String(path), null) + (vector === "" ? "" : `\u0000${vector}`);
      if (!except.has(key)) continue;
      totals.fileCount++;
      totals.totalSizeBytes += Number(size);
    }
    return totals;
  } finally {
    await scope.close();
  }
}

/** JSON of a file action; statistics that are only there parsed are printed. */
function fileJson(kind: "add" | "remove", members: readonly string[]): string {
  const present = FILE_MEMBERS.filter((name) => members.includes(name));
  const items = present.map((name) => `"${name}" := ${kind}."${name}"`);
  if (kind === "add") items.push("stats := stats");
  return `to_json(struct_pack(${items.join(", ")}))::VARCHAR`;
}

function statsText(members: readonly string[]): string {
  const forms = [
    ...(members.includes("stats") ? ["add.stats"] : []),
    ...(members.includes("stats_parsed") ? ["to_json(add.stats_parsed)::VARCHAR"] : []),
  ];
  return forms.length === 0 ? "NULL::VARCHAR" : `coalesce(${forms.join(", ")})`;
}

async function scanAdds(
  table: CheckpointTable,
  except: ReadonlySet<string>,
  prune: LargePrune | null,
): Promise<AddFile[]> {
  const { members } = table;
  if (members.add.length === 0) return [];
  const scope = table.engine.scope();
  try {
    const conditions = [];
    if (except.size > 0) conditions.push(`NOT (${await hiddenCondition(scope, except)})`);
    const pruned = prune === null ? null : pruneSql(prune.pruner.table, prune.predicate);
    if (pruned !== null) conditions.push(pruned);
    const where = conditions.length === 0 ? "" : ` WHERE ${conditions.join(" AND ")}`;
    const sql =
      `SELECT ${fileJson("add", members.add)} FROM ` +
      `(SELECT *, ${statsText(members.add)} AS stats FROM (${keyedRows(table, "add")}))${where}`;
    const adds: AddFile[] = [];
    for await (const action of readActions(scope, "add", sql)) {
      const add = action.add!;
      if (!except.has(fileKey(add.path, add.deletionVector))) adds.push(add);
    }
    return adds;
  } finally {
    await scope.close();
  }
}

async function* readRemoves(
  table: CheckpointTable,
  except: ReadonlySet<string>,
): AsyncGenerator<RemoveFile[]> {
  const { members } = table;
  if (members.remove.length === 0) return;
  const sql = `SELECT ${fileJson("remove", members.remove)} FROM (${keyedRows(table, "remove")})`;
  let batch: RemoveFile[] = [];
  for await (const { remove } of readActions(table.engine, "remove", sql)) {
    if (!remove || except.has(fileKey(remove.path, remove.deletionVector))) continue;
    if (batch.push(remove) < REMOVES_PER_BATCH) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

async function* readActions(
  engine: Engine,
  kind: "add" | "remove",
  sql: string,
): AsyncGenerator<CheckpointAction> {
  const stream = await engine.query(sql, textFields("action"));
  try {
    for await (const batch of stream.batches()) {
      for (let row = 0; row < batch.rowCount; row++) {
        yield toAction(kind, batch.columns[0]!.get(row));
      }
    }
  } finally {
    await stream.close();
  }
}
