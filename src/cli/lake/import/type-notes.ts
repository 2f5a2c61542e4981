/**
 * Columns that became text because of a few values: one `n/a` among numbers makes a column of
 * strings, and whoever imports the file wants to know before the first sum fails.
 */
import { formatCount } from "../../../core/progress.ts";
import type { Lake } from "../../../lake/index.ts";
import type { StructField } from "../../../lake/schema/data-type.ts";
import { quoteName } from "../table-name.ts";
import { findLine } from "./bad-rows.ts";
import type { ImportSource } from "./open-source.ts";
import type { KindCounts } from "./stage-text.ts";

/** Values a first look takes in, before all of them are counted. */
const SAMPLE_ROWS = 1000;

/** What most values of a text column could be, in the order of inference. */
const CANDIDATES = [
  { name: "number", test: (c: string) => `try_cast(${c} AS DOUBLE) IS NOT NULL` },
  { name: "date", test: (c: string) => `try_cast(${c} AS DATE) IS NOT NULL` },
  { name: "timestamp", test: (c: string) => `try_cast(${c} AS TIMESTAMP) IS NOT NULL` },
  { name: "boolean", test: (c: string) => `lower(${c}) IN ('true', 'false')` },
] as const;

type Candidate = (typeof CANDIDATES)[number];

/** One line for each new string column that is mostly something else. */
export async function describeMixedColumns(
  lake: Lake,
  source: ImportSource,
  added: readonly StructField[],
): Promise<string[]> {
  const strings = added.filter((field) => field.type.kind === "string").map(({ name }) => name);
  if (source.text === null || strings.length === 0) return [];
  return source.text.source.kind === "json"
    ? describeJson(source, strings)
    : describeCsv(lake, source, strings);
}

async function describeCsv(
  lake: Lake,
  source: ImportSource,
  names: readonly string[],
): Promise<string[]> {
  const from = source.readFiles("text");
  const suspects = await findSuspects(lake, `(SELECT * FROM ${from} LIMIT ${SAMPLE_ROWS})`, names);
  const notes: string[] = [];
  for (const { name, candidate } of suspects) {
    const column = quoteName(name);
    const other = `${column} IS NOT NULL AND NOT (${candidate.test(column)})`;
    const ordinal = `CAST(${quoteName(source.recordColumn!)} AS BIGINT)`;
    const [total, others, first] = await readRow(
      lake,
      `SELECT count(${column}), count_if(${other}), min(CASE WHEN ${other} THEN ${ordinal} END) FROM ${from}`,
    );
    if (Number(others) === 0 || Number(others) * 2 >= Number(total)) continue;
    const [value] = await readRow(
      lake,
      `SELECT ${column} FROM ${from} WHERE ${ordinal} = ${first}`,
    );
    const place = await placeOf(source, Number(first));
    const shown = String(value).slice(0, 40);
    notes.push(
      mixedNote(
        name,
        { others: Number(others), total: Number(total), main: candidate.name },
        `${place} (\`${shown}\`)`,
      ),
    );
  }
  return notes;
}

async function findSuspects(
  lake: Lake,
  from: string,
  names: readonly string[],
): Promise<{ name: string; candidate: Candidate }[]> {
  const counts = names.flatMap((name) => {
    const column = quoteName(name);
    return [`count(${column})`, ...CANDIDATES.map(({ test }) => `count_if(${test(column)})`)];
  });
  const row = await readRow(lake, `SELECT ${counts.join(", ")} FROM ${from}`);
  return names.flatMap((name, i) => {
    const [total, ...matching] = row.slice(i * (CANDIDATES.length + 1)).map(Number);
    const best = CANDIDATES.find((_, c) => matching[c]! * 2 > total!);
    return best === undefined ? [] : [{ name, candidate: best }];
  });
}

async function readRow(lake: Lake, text: string): Promise<readonly unknown[]> {
  const result = await lake.sql(text);
  const [row = []] = await result.rows();
  await result.close();
  return row;
}

async function placeOf(source: ImportSource, ordinal: number): Promise<string> {
  const found = await findLine(source.text!.source, ordinal);
  if (found === null) return "in a line unknown";
  const hasOne = source.text!.source.files.length === 1;
  return hasOne ? `in line ${found.line}` : `in ${found.file}, line ${found.line}`;
}

async function describeJson(source: ImportSource, names: readonly string[]): Promise<string[]> {
  const notes: string[] = [];
  for (const name of names) {
    const mixed = findMixed(source.text!.staged.keys.get(name) ?? {});
    if (mixed === null) continue;
    const place = await placeOf(source, mixed.first);
    notes.push(mixedNote(name, mixed, `${place} (${mixed.kind})`));
  }
  return notes;
}

/** The kind most values have, when it is not the only one and not strings. */
function findMixed(counts: KindCounts) {
  const kinds = Object.entries(counts).filter(([kind]) => kind !== "null");
  const total = kinds.reduce((sum, [, { count }]) => sum + count, 0);
  const main = kinds.find(([kind, { count }]) => kind !== "string" && count * 2 > total);
  const others = kinds.filter((entry) => entry !== main);
  if (main === undefined || others.length === 0) return null;
  const [kind, { first }] = others.reduce((a, b) => (b[1].first < a[1].first ? b : a));
  return { main: main[0], total, others: total - main[1].count, first, kind };
}

function mixedNote(
  name: string,
  { others, total, main }: { others: number; total: number; main: string },
  first: string,
): string {
  const are = others === 1 ? `is no ${main}` : `are no ${main}s`;
  const count = `${formatCount(others)} of ${formatCount(total)} values`;
  return `\`${name}\` became string: ${count} ${are}, the first ${first}`;
}
