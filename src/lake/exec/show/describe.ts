/** DESCRIBE: columns of a table, view or query, a schema, a catalog. DETAIL, HISTORY: beside. */
import { notFound } from "../../catalog/index.ts";
import { formatType, STRING, structField, structType } from "../../schema/data-type.ts";
import { notImplemented, SqlError } from "../../sql/error.ts";
import { parseStatement, quoteIdentifier } from "../../sql/parse/index.ts";
import type { Attribute } from "../../sql/plan/expression.ts";
import { outputOf } from "../../sql/plan/plan.ts";
import { bindQueryPlan } from "../bind-port.ts";
import { partsOfName, schemaIdentifier } from "../names.ts";
import { localOutcome, type Outcome } from "../result.ts";
import type { StatementContext, StatementOf } from "../statement.ts";
import { openTable, resolveReference, type TableHandle } from "../table-handle.ts";
import { describeDetail } from "./detail.ts";
import { describeHistory } from "./history.ts";
import { tableProperties } from "./show.ts";

type Describe = StatementOf<"describe">;
type Row = [string, string, string | null];

const COLUMNS = structType([
  structField("col_name", STRING, false),
  structField("data_type", STRING, false),
  structField("comment", STRING),
]);

/** Runs a DESCRIBE statement. */
export async function executeDescribe(ctx: StatementContext, describe: Describe): Promise<Outcome> {
  if (describe.asJson) throw notImplemented("DESCRIBE … AS JSON", describe.span);
  if (describe.partition) throw notImplemented("DESCRIBE … PARTITION", describe.span);
  switch (describe.what) {
    case "table":
      return describeTable(ctx, describe);
    case "query": {
      const plan = await bindQueryPlan(ctx, describe.query!);
      return localOutcome(
        COLUMNS,
        outputOf(plan)
          .filter((a) => !a.hidden)
          .map(columnRow),
      );
    }
    case "detail":
      return describeDetail(ctx, describe.table!);
    case "history":
      return describeHistory(ctx, describe);
    case "schema":
      return describeSchema(ctx, describe);
    case "catalog":
      return describeCatalog(ctx, describe);
    default:
      throw notImplemented("DESCRIBE FUNCTION", describe.span, "see Spark's own reference");
  }
}

function columnRow(attribute: Attribute): Row {
  const { metadata } = attribute;
  const declared = metadata?.__CHAR_VARCHAR_TYPE_STRING;
  const comment = metadata?.comment;
  const type = typeof declared === "string" ? declared : formatType(attribute.type);
  return [attribute.name, type, typeof comment === "string" ? comment : null];
}

async function describeTable(ctx: StatementContext, describe: Describe): Promise<Outcome> {
  const table = describe.table!;
  const resolved = resolveReference(ctx, table);
  const parts = partsOfName(table.name);
  const isTemporary = parts.length === 1 && ctx.session.temporaryViews.has(parts[0]!.toLowerCase());
  const info = resolved.kind === "table" ? ctx.session.catalog.getTable(resolved.id) : null;
  if (isTemporary || info?.kind === "view" || resolved.kind === "file_path") {
    const text = parts.map(quoteIdentifier).join(".");
    const query = parseStatement(`SELECT * FROM ${text}`);
    if (query.kind !== "query") throw notImplemented("DESCRIBE of this relation", describe.span);
    const columns = outputOf(await bindQueryPlan(ctx, query.query)).filter((a) => !a.hidden);
    return describeColumns(describe, columns.map(columnRow), []);
  }
  const handle = await openTable(ctx, table);
  const rows = handle.snapshot.schema.fields.map((field): Row => {
    const { name, type, nullable, metadata } = field;
    return columnRow({ id: 0, name, type, nullable, metadata, qualifier: [] });
  });
  const partition = handle.snapshot.metadata.partitionColumns.map(
    (name) => rows.find(([column]) => column === name)!,
  );
  const partitionRows: Row[] =
    partition.length > 0
      ? [["# Partition Information", "", ""], ["# col_name", "data_type", "comment"], ...partition]
      : [];
  const details = describe.extended ? detailRows(handle) : [];
  return describeColumns(describe, rows, [...partitionRows, ...details]);
}

function describeColumns(describe: Describe, rows: readonly Row[], more: readonly Row[]): Outcome {
  if (!describe.column) return localOutcome(COLUMNS, [...rows, ...more]);
  const wanted = partsOfName(describe.column).join(".");
  const row = rows.find(([name]) => name.toLowerCase() === wanted.toLowerCase());
  if (!row) {
    throw new SqlError(`there is no column \`${wanted}\``, {
      errorClass: "UNRESOLVED_COLUMN.WITH_SUGGESTION",
      sqlState: "42703",
      span: describe.column.span,
      hint: `the columns are ${rows.map(([name]) => `\`${name}\``).join(", ")}`,
    });
  }
  const columns = structType([
    structField("info_name", STRING, false),
    structField("info_value", STRING, false),
  ]);
  return localOutcome(columns, [
    ["col_name", row[0]],
    ["data_type", row[1]],
    ["comment", row[2] ?? "NULL"],
  ]);
}

function detailRows(handle: TableHandle): Row[] {
  const { info, snapshot, location } = handle;
  const texts = Object.entries(readable(snapshot)).map(([key, value]) => `${key}=${value}`);
  const rows: Row[] = [
    ["", "", ""],
    ["# Detailed Table Information", "", ""],
    ["Name", handle.displayName, ""],
    ["Type", info?.kind === "managed" ? "MANAGED" : "EXTERNAL", ""],
  ];
  if (snapshot.metadata.description) rows.push(["Comment", snapshot.metadata.description, ""]);
  rows.push(
    ["Location", `file:${location}`, ""],
    ["Provider", "delta", ""],
    ["Table Properties", `[${texts.join(",")}]`, ""],
  );
  return rows;
}

function readable(snapshot: TableHandle["snapshot"]): Record<string, string> {
  const all = tableProperties(snapshot);
  return Object.fromEntries(
    Object.entries(all).filter(([key]) => key !== "delta.columnMapping.maxColumnId"),
  );
}

function describeSchema(ctx: StatementContext, describe: Describe): Outcome {
  const id = schemaIdentifier(ctx.session, describe.name!);
  const info = ctx.session.catalog.getSchema(id.catalog, id.schema);
  if (!info) throw notFound("schema", [id.catalog, id.schema]);
  const rows = [
    ["Catalog Name", info.catalog],
    ["Namespace Name", info.name],
    ["Comment", info.comment ?? ""],
    ["Location", `file:${info.location}`],
  ];
  const columns = structType([
    structField("info_name", STRING, false),
    structField("info_value", STRING, false),
  ]);
  return localOutcome(columns, rows);
}

function describeCatalog(ctx: StatementContext, describe: Describe): Outcome {
  const name = partsOfName(describe.name!).join(".");
  const info = ctx.session.catalog.getCatalog(name);
  if (!info) throw notFound("catalog", [name]);
  const columns = structType([
    structField("info_name", STRING, false),
    structField("info_value", STRING, false),
  ]);
  return localOutcome(columns, [
    ["Catalog Name", info.name],
    ["Comment", info.comment ?? ""],
  ]);
}
