/**
 * Rows a program hands over, stored in the statement's scope of the engine and read from there like
 * a table. They are taken in parts, so that a long stream never lies in memory as objects.
 */
import type { ResultColumn } from "../engine/index.ts";
import { type InputRows, readInput, rowParts } from "../input-rows.ts";
import { type StructType, structType } from "../schema/data-type.ts";
import type { TableDefinition } from "../sql/bind/context.ts";
import type { StatementContext } from "./statement.ts";

/** How the columns of handed rows get their types. */
export interface RowTypes {
  /** Columns of these names have these types. */
  schema: StructType;
  /** Others are typed by their values; without it they are refused. */
  infers: boolean;
}

/** Stores the rows; the definition lives as long as the statement. */
export async function stageRows(
  ctx: StatementContext,
  name: string,
  rows: InputRows,
  types: RowTypes = { schema: structType([]), infers: true },
): Promise<TableDefinition> {
  const engine = await ctx.engine();
  const columns = new Map<string, ResultColumn>();
  const parts: string[] = [];
  const store = async (part: Parameters<typeof readInput>[0]): Promise<void> => {
    const input = readInput(part, types.schema, types.infers);
    // What nothing tells of a column, the table's own columns do.
    const shape = input.columns.length > 0 ? input.columns : schemaColumns(types.schema);
    for (const column of shape) {
      const key = column.name.toLowerCase();
      if (!columns.has(key)) columns.set(key, column);
    }
    parts.push(`SELECT * FROM ${await engine.createTable(shape, input.rows)}`);
  };
  // Types that are told from values need all of the values.
  for await (const part of rowParts(rows, types.infers ? Number.POSITIVE_INFINITY : PART_ROWS)) {
    await store(part);
  }
  if (parts.length === 0) await store([]);
  return {
    kind: "table",
    qualifier: [name],
    plan: (allocate) => ({
      kind: "engine_relation",
      sql: parts.join(" UNION ALL BY NAME "),
      output: [...columns.values()].map((column) => ({
        ...column,
        id: allocate(),
        qualifier: [name],
      })),
    }),
  };
}

const PART_ROWS = 20_000;

function schemaColumns(schema: StructType): ResultColumn[] {
  return schema.fields.map(({ name, type }) => ({ name, type, nullable: true }));
}
