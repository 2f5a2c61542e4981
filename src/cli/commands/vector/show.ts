/** `sovereign vector show`: what a collection is, or one of its rows. */
import { SovereignError } from "../../../core/errors.ts";
import {
  arrayType,
  DOUBLE,
  FLOAT,
  LONG,
  STRING,
  TIMESTAMP,
} from "../../../lake/schema/data-type.ts";
import type { Value } from "../../../lake/schema/value.ts";
import { defineCommand, type FieldSpec } from "../../command.ts";
import type { CommandContext } from "../../context.ts";
import { rowColumns } from "../../vector/row-columns.ts";
import { openCollection, projectCollections } from "../../vector/store.ts";

export const command = defineCommand({
  args: {
    collection: { summary: "which one", required: true, completes: "collections" },
    id: { summary: "show this row instead, with its vector" },
  },
  flags: {},
  examples: [
    { comment: "What a collection is", run: "sovereign vector show docs" },
    { comment: "One of its rows", run: "sovereign vector show docs intro --json" },
  ],
  fields: [
    { name: "name", type: STRING },
    { name: "rows", type: LONG },
    { name: "dims", type: LONG },
    { name: "metric", type: STRING },
    { name: "index", type: STRING, summary: "of vectors: flat (every row is looked at) or hnsw" },
    { name: "embedder", type: STRING, summary: "what makes the vectors" },
    { name: "embed_field", type: STRING, summary: "of which text" },
    { name: "text_fields", type: arrayType(STRING), summary: "with their weights" },
    { name: "language", type: STRING },
    { name: "k1", type: DOUBLE },
    { name: "b", type: DOUBLE },
    { name: "fields", type: arrayType(STRING), summary: "metadata fields with their types" },
    { name: "source", type: STRING, summary: "the table it follows" },
    { name: "synced_version", type: LONG, summary: "of that table" },
    { name: "file_bytes", type: LONG },
    { name: "log_bytes", type: LONG, summary: "of changes since the file was written" },
    { name: "created_at", type: TIMESTAMP },
  ],
  databricks: "`databricks vector-search-indexes get-index`",
  seeAlso: ["vector list", "vector query"],
  async run(context, { args }) {
    if (args.id !== undefined) return showRow(context, args.collection, args.id);
    const info = projectCollections(context).info(args.collection);
    const { settings } = info;
    await context.printRecord(command.fields ?? [], {
      name: info.name,
      rows: BigInt(info.rowCount),
      dims: BigInt(settings.dims),
      metric: settings.metric,
      index: settings.dims === 0 ? null : info.index,
      embedder: settings.embedder?.spec ?? null,
      embed_field: settings.embedder?.field ?? null,
      text_fields: settings.text.map(({ name, boost }) =>
        boost === 1 ? name : `${name}^${boost}`,
      ),
      language: settings.text.length === 0 ? null : settings.language,
      k1: settings.text.length === 0 ? null : settings.k1,
      b: settings.text.length === 0 ? null : settings.b,
      fields: Object.entries(settings.fields).map(([name, type]) => `${name} ${type}`),
      source: settings.source?.table ?? null,
      synced_version: settings.synced === undefined ? null : BigInt(settings.synced.version),
      file_bytes: BigInt(info.fileBytes),
      log_bytes: BigInt(info.logBytes),
      created_at: BigInt(settings.createdAtMs) * 1000n,
    });
    return 0;
  },
});

async function showRow(context: CommandContext, name: string, id: string): Promise<number> {
  const collection = await openCollection(context, name, "read");
  const row = collection.get(id);
  if (row === null) {
    throw new SovereignError("RESOURCE_DOES_NOT_EXIST", `${name} has no row \`${id}\``, {
      hint: `\`sovereign vector export ${name} rows.jsonl\` writes all of them`,
    });
  }
  const { dims, fields } = collection.settings;
  const vector = {
    name: "vector",
    type: arrayType(FLOAT),
    get: () => Array.from(row.vector ?? []) as Value,
  };
  const source = rowColumns(
    [row],
    [{ name: "id", type: STRING, get: () => id }, ...(dims === 0 ? [] : [vector])],
    fields,
  );
  const specs: FieldSpec[] = source.schema.fields.map(({ name, type }) => ({ name, type }));
  for await (const { columns } of source.batches()) {
    const record = Object.fromEntries(specs.map((spec, i) => [spec.name, columns[i]!.get(0)]));
    await context.printRecord(specs, record);
  }
  return 0;
}
