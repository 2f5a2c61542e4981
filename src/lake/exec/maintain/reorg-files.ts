/**
 * Which files hold what the table no longer has: rows marked as deleted, and columns that were
 * dropped (`DeltaPurgeOperation` of delta-spark 4.4). Columns are told from the Parquet footers;
 * the row ids a table keeps beside its columns are no leftovers.
 */
import { physicalName, type ScanFile, type Snapshot } from "../../delta/index.ts";
import { type Engine, escapeGlobPath, quoteString } from "../../engine/index.ts";
import type { DataType } from "../../schema/data-type.ts";

/** Files that a purge writes again. */
export async function filesToPurge(
  engine: Engine,
  snapshot: Snapshot,
  files: readonly ScanFile[],
): Promise<Set<ScanFile>> {
  const chosen = new Set(files.filter(({ add }) => Number(add.deletionVector?.cardinality) > 0));
  const rest = files.filter((file) => !chosen.has(file));
  const roots = await readSchemas(engine, rest);
  for (const file of rest) {
    const root = roots.get(file.absolutePath);
    if (root && holdsDroppedColumn(root, snapshot)) chosen.add(file);
  }
  return chosen;
}

/** An element of a Parquet schema. */
interface Node {
  name: string;
  children: Node[];
}

/** The schemas of files by their paths. */
async function readSchemas(engine: Engine, files: readonly ScanFile[]): Promise<Map<string, Node>> {
  if (files.length === 0) return new Map();
  const paths = files.map((file) => quoteString(escapeGlobPath(file.absolutePath)));
  const rows = await engine.rows(
    `SELECT file_name, name, num_children FROM parquet_schema([${paths.join(", ")}])`,
  );
  const roots = new Map<string, Node>();
  // Elements stand depth first, each with the number of its children.
  let open: { node: Node; missing: number }[] = [];
  for (const [path, name, childCount] of rows) {
    const node: Node = { name: String(name), children: [] };
    const parent = open.at(-1);
    if (parent) {
      parent.node.children.push(node);
      parent.missing--;
    } else roots.set(String(path), node);
    open.push({ node, missing: Number(childCount ?? 0) });
    while (open.at(-1)?.missing === 0) open = open.slice(0, -1);
  }
  return roots;
}

const ROW_TRACKING_COLUMNS = [
  "delta.rowTracking.materializedRowIdColumnName",
  "delta.rowTracking.materializedRowCommitVersionColumnName",
];

function holdsDroppedColumn(root: Node, { schema, metadata, ...snapshot }: Snapshot): boolean {
  const kept = new Set(ROW_TRACKING_COLUMNS.map((key) => metadata.configuration[key]));
  const children = root.children.filter((child) => !kept.has(child.name));
  return holdsOther({ name: "", children }, schema, snapshot.columnMappingMode);
}

/** Whether a group has a field that the type has not; shapes of old writers are left alone. */
function holdsOther(node: Node, type: DataType, mode: Snapshot["columnMappingMode"]): boolean {
  const [inner] = node.children;
  switch (type.kind) {
    case "struct":
      return node.children.some((child) => {
        const name = child.name.toLowerCase();
        const field = type.fields.find((f) => physicalName(f, mode).toLowerCase() === name);
        return !field || holdsOther(child, field.type, mode);
      });
    case "array": {
      const element = inner?.children[0];
      return element !== undefined && holdsOther(element, type.element, mode);
    }
    case "map": {
      const [key, value] = inner?.children ?? [];
      if (!key || !value) return false;
      return holdsOther(key, type.key, mode) || holdsOther(value, type.value, mode);
    }
    default:
      return false;
  }
}
