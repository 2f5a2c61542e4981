/** `sovereign lake diff`: how two versions of a table differ, in columns and in rows. */

import { SovereignError } from "../../../core/errors.ts";
import type { Lake, StatementResult } from "../../../lake/index.ts";
import {
  arrayType,
  LONG,
  STRING,
  structField,
  structType,
} from "../../../lake/schema/data-type.ts";
import { StructValue } from "../../../lake/schema/value.ts";
import { defineCommand, type FieldSpec } from "../../command.ts";
import type { CommandContext } from "../../context.ts";
import { requireTable } from "../../lake/describe.ts";
import { type DiffVersion, diffQuery, uncomparedColumns } from "../../lake/diff-query.ts";
import { countOf } from "../../lake/print-result.ts";
import { ROW_FLAGS, readRowFlags } from "../../lake/row-flags.ts";
import {
  formatSchemaChange,
  listSchemaChanges,
  type SchemaChange,
} from "../../lake/schema-changes.ts";
import { openProjectLake } from "../../lake/session.ts";
import { quoteTable } from "../../lake/table-name.ts";

const SCHEMA_CHANGE = structType(
  ["change", "column", "from", "to"].map((name) => structField(name, STRING)),
);

const FIELDS: readonly FieldSpec[] = [
  { name: "from", type: LONG, summary: "the older version" },
  { name: "to", type: LONG, summary: "the newer version" },
  { name: "schema", type: arrayType(SCHEMA_CHANGE), summary: "how the columns differ" },
  { name: "removed", type: LONG, summary: "rows that only the older version has" },
  { name: "added", type: LONG, summary: "rows that only the newer version has" },
  { name: "rows", type: arrayType(structType([])), summary: "those rows, `change` in front" },
];

export const command = defineCommand({
  args: {
    table: { summary: "a table's name, or its folder", required: true, completes: "tables" },
    from: { summary: "the older version", required: true, completes: "versions" },
    to: { summary: "the newer version (default: the newest)", completes: "versions" },
  },
  flags: { ...ROW_FLAGS },
  fields: FIELDS,
  examples: [
    { comment: "What the last commits changed", run: "sovereign lake diff demo.orders 0" },
    { comment: "Between two versions", run: "sovereign lake diff demo.orders 0 1 -o jsonl" },
    {
      comment: "How the columns changed, for a program",
      run: "sovereign lake diff demo.orders 0 1 --json schema",
    },
  ],
  notes:
    "Prints `removed` rows, which only the older version has, and `added` rows, which only the newer has, sorted by the first column, so that what a row was stands before what it became; equal rows that occur more than once are counted. Rows are compared under the newer version's columns: one that was added later is NULL before, one that was dropped is left out, and a value whose type changed is cast. Changes of columns go to stderr, and with --json into one object with the rows. Exit 1 when there is a difference.",
  databricks: "`SELECT … VERSION AS OF 0 EXCEPT ALL SELECT … VERSION AS OF 1`",
  seeAlso: ["lake history", "lake schema"],
  async run(context, { args, flags }) {
    const table = quoteTable(args.table, context.io);
    const wanted = [readVersion(args.from), args.to === undefined ? null : readVersion(args.to)];
    const lake = await openProjectLake(context);
    await requireTable(lake, args.table, table);
    const [older, newer] = await openVersions(lake, table, wanted as [number, number | null]);
    const changes = listSchemaChanges(older.schema, newer.schema);
    const result = await lake.sql(diffQuery(older, newer));
    const counts = { removed: 0, added: 0 };
    const counted = countRows(result, counts);
    try {
      if (context.format === "json") {
        const versions = { from: older.version, to: newer.version };
        await printObject(context, counted, { versions, changes, counts, int64: flags.int64 });
      } else {
        for (const change of changes) await context.note(`schema: ${formatSchemaChange(change)}`);
        await context.printRows(counted, readRowFlags(flags));
      }
    } finally {
      await result.close();
    }
    for (const name of uncomparedColumns(newer.schema)) {
      await context.warn(`\`${name}\` is not compared: variants are not`);
    }
    const { removed, added } = counts;
    const schema = changes.length === 0 ? "" : `${countOf(changes.length, "schema change")}, `;
    await context.note(`${schema}${removed} removed, ${added} added`);
    return removed + added + changes.length > 0 ? 1 : 0;
  },
});

type Version = DiffVersion & { readonly version: number };

async function openVersions(
  lake: Lake,
  table: string,
  [from, to]: readonly [number, number | null],
): Promise<[Version, Version]> {
  const opened = await lake.table(table);
  const open = async (version: number): Promise<Version> => {
    const { schema } = await opened.at({ version });
    return { version, schema, relation: `${table} VERSION AS OF ${version}` };
  };
  return [await open(from), await open(to ?? (await opened.version()))];
}

interface Counts {
  removed: number;
  added: number;
}

/** The rows as they pass, counted by their first column. */
function countRows(result: StatementResult, counts: Counts) {
  return {
    schema: result.schema,
    async *batches() {
      for await (const batch of result.batches()) {
        for (let row = 0; row < batch.rowCount; row++) {
          if (batch.columns[0]!.get(row) === "removed") counts.removed++;
          else counts.added++;
        }
        yield batch;
      }
    },
  };
}

interface Facts {
  readonly versions: { readonly from: number; readonly to: number };
  readonly changes: readonly SchemaChange[];
  readonly counts: Counts;
  readonly int64: "number" | "string" | undefined;
}

async function printObject(
  context: CommandContext,
  source: ReturnType<typeof countRows>,
  { versions, changes, counts, int64 }: Facts,
): Promise<void> {
  const rows: StructValue[] = [];
  for await (const { rowCount, columns } of source.batches()) {
    for (let row = 0; row < rowCount; row++) {
      rows.push(new StructValue(columns.map((column) => column.get(row))));
    }
  }
  const schema = changes.map(
    ({ change, column, from, to }) => new StructValue([change, column, from, to]),
  );
  const record = {
    from: BigInt(versions.from),
    to: BigInt(versions.to),
    schema,
    removed: BigInt(counts.removed),
    added: BigInt(counts.added),
    rows,
  };
  const fields = FIELDS.map((field) =>
    field.name === "rows" ? { ...field, type: arrayType(source.schema) } : field,
  );
  await context.printRecord(fields, record, { int64 });
}

function readVersion(word: string): number {
  if (/^\d{1,15}$/.test(word)) return Number(word);
  throw new SovereignError("INVALID_PARAMETER_VALUE", `\`${word}\` is no version`, {
    hint: "a version is a whole number; `sovereign lake history <table>` lists them",
  });
}
