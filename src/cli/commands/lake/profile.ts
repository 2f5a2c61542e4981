/** `sovereign lake profile`: per column its type, nulls, distinct values, least, greatest, mean. */
import { type DataType, DOUBLE, formatType, LONG, STRING } from "../../../lake/schema/data-type.ts";
import type { Value } from "../../../lake/schema/value.ts";
import { defineCommand } from "../../command.ts";
import type { RecordValues } from "../../context.ts";
import { requireTable } from "../../lake/describe.ts";
import { openProjectLake } from "../../lake/session.ts";
import { quoteName, quoteTable } from "../../lake/table-name.ts";
import { formatTimeTravel, VERSION_FLAGS } from "../../lake/version-flag.ts";
import { isRightAligned } from "../../output/delimited.ts";

/** Aggregates asked for per column, in this order. */
const MEASURES = 5;

export const command = defineCommand({
  args: {
    table: { summary: "a table's name, or its folder", required: true, completes: "tables" },
  },
  flags: {
    ...VERSION_FLAGS,
  },
  examples: [
    { comment: "What the columns hold", run: "sovereign lake profile demo.orders" },
    {
      comment: "Columns with nulls, for a script",
      run: "sovereign lake profile demo.orders --json column,nulls",
    },
  ],
  notes: "One pass over the table; distinct values are counted exactly.",
  fields: [
    { name: "column", type: STRING },
    { name: "type", type: STRING },
    { name: "rows", type: LONG },
    { name: "nulls", type: LONG },
    { name: "distinct", type: LONG },
    { name: "min", type: STRING },
    { name: "max", type: STRING },
    { name: "mean", type: DOUBLE },
  ],
  databricks: "the data profile of a `display()`, or `ANALYZE TABLE … FOR ALL COLUMNS`",
  seeAlso: ["lake show", "lake head"],
  async run(context, { args, flags }) {
    const table = quoteTable(args.table, context.io);
    const from = `${table}${formatTimeTravel(flags)}`;
    const lake = await openProjectLake(context);
    await requireTable(lake, args.table, table);
    const probe = await lake.sql(`SELECT * FROM ${from} LIMIT 0`);
    const { fields } = probe.schema;
    await probe.close();
    const parts = fields.flatMap(({ name, type }) => measureColumn(quoteName(name), type));
    const result = await lake.sql(`SELECT ${["count(*)", ...parts].join(", ")} FROM ${from}`);
    const [row = []] = await result.rows();
    await result.close();
    const rows = row[0] as bigint;
    const records = fields.map(({ name, type }, i): RecordValues => {
      const measures = row.slice(1 + i * MEASURES, 1 + (i + 1) * MEASURES);
      const [present, distinct, min, max, mean] = measures as [bigint, bigint, Value, Value, Value];
      return {
        column: name,
        type: formatType(type),
        rows,
        nulls: rows - present,
        distinct,
        min,
        max,
        mean,
      };
    });
    await context.printRecords(command.fields ?? [], records);
    return 0;
  },
});

/** Count, distinct, least, greatest (as text) and mean; NULL where a type has none. */
function measureColumn(column: string, type: DataType): string[] {
  const isOrdered = !["array", "map", "struct", "variant", "void", "binary"].includes(type.kind);
  const isCountable = !["map", "variant", "void"].includes(type.kind);
  return [
    `count(${column})`,
    isCountable ? `count(DISTINCT ${column})` : "CAST(NULL AS BIGINT)",
    isOrdered ? `CAST(min(${column}) AS STRING)` : "CAST(NULL AS STRING)",
    isOrdered ? `CAST(max(${column}) AS STRING)` : "CAST(NULL AS STRING)",
    isRightAligned(type) ? `avg(CAST(${column} AS DOUBLE))` : "CAST(NULL AS DOUBLE)",
  ];
}
