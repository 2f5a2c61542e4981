/**
 * Listings and single records of commands that show metadata: plain objects under declared fields,
 * turned into the same columnar rows that query results are.
 */
import { SovereignError } from "../../core/errors.ts";
import { suggestName } from "../../core/suggest.ts";
import { structField, structType } from "../../lake/schema/data-type.ts";
import { formatValue } from "../../lake/schema/format-value.ts";
import type { Value } from "../../lake/schema/value.ts";
import type { FieldSpec } from "../command.ts";
import type { CommandContext, RecordValues } from "../context.ts";
import { encodeValue } from "./json.ts";
import { printable } from "./printable.ts";
import { printRows, type RowOptions, type RowSource } from "./rows.ts";
import { formatPairs } from "./table.ts";

/** Records as rows; a field a record lacks is NULL. */
export function recordRows(
  fields: readonly FieldSpec[],
  records: readonly RecordValues[],
): RowSource {
  const schema = structType(fields.map((field) => structField(field.name, field.type)));
  const columns = fields.map((field) => ({
    get: (row: number) => (records[row]?.[field.name] ?? null) as Value,
  }));
  return {
    schema,
    async *batches() {
      yield { rowCount: records.length, columns };
    },
  };
}

/** Columns of a table when `--json` names none: the first so many. */
export interface ListingOptions {
  readonly brief?: number;
}

/** A listing in the chosen format. */
export async function printRecords(
  fields: readonly FieldSpec[],
  records: readonly RecordValues[],
  context: CommandContext,
  options: ListingOptions = {},
): Promise<void> {
  const brief = fields.slice(0, options.brief).map(({ name }) => name);
  await printRows(recordRows(fields, records), context, { brief });
}

/** One record: name and value on a terminal, an object in JSON, one row in the other formats. */
export async function printRecord(
  fields: readonly FieldSpec[],
  record: RecordValues,
  context: CommandContext,
  { int64 = "number" }: Pick<RowOptions, "int64"> = {},
): Promise<void> {
  const chosen = chooseFields(fields, context.globals.jsonFields);
  const readField = (field: FieldSpec): Value => (record[field.name] ?? null) as Value;
  if (context.format === "json" || context.format === "jsonl") {
    const pretty = context.format === "json" && context.io.stdout.isTTY;
    const members = chosen.map((field) => {
      const cell = encodeValue(readField(field), field.type, { int64 });
      return `${JSON.stringify(field.name)}:${pretty ? " " : ""}${cell}`;
    });
    const text = pretty ? `{\n  ${members.join(",\n  ")}\n}` : `{${members.join(",")}}`;
    return context.printText(`${text}\n`);
  }
  if (context.format === "table") {
    const pairs = chosen.map((field) => {
      const text = formatValue(readField(field), field.type);
      return [field.name, text === null ? null : printable(text)] as const;
    });
    return context.printText(formatPairs(pairs, context.style));
  }
  return printRecords(fields, [record], context);
}

/** Records whose values are JSON already, of any type from record to record: json and jsonl only. */
export async function printJsonRecords(
  fields: readonly FieldSpec[],
  records: readonly RecordValues[],
  context: CommandContext,
): Promise<void> {
  const chosen = chooseFields(fields, context.globals.jsonFields);
  const objects = records.map((record) =>
    Object.fromEntries(chosen.map(({ name }) => [name, record[name] ?? null])),
  );
  const indent = context.io.stdout.isTTY ? 2 : undefined;
  const text =
    context.format === "jsonl"
      ? objects.map((object) => `${JSON.stringify(object)}\n`).join("")
      : `${JSON.stringify(objects, null, indent)}\n`;
  await context.printText(text);
}

function chooseFields(fields: readonly FieldSpec[], names: readonly string[]): FieldSpec[] {
  if (names.length === 0) return [...fields];
  return names.map((name) => {
    const field = fields.find((candidate) => candidate.name === name);
    if (field !== undefined) return field;
    const known = fields.map((candidate) => candidate.name);
    const near = suggestName(name, known);
    const list = `fields: ${known.join(", ")}`;
    throw new SovereignError("INVALID_PARAMETER_VALUE", `unknown JSON field \`${name}\``, {
      hint: near === null ? list : `did you mean \`${near}\`? ${list}`,
    });
  });
}
