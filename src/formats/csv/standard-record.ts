/** One CSV record's fields, and the record quoted as RFC 4180 wants it. */
import type { CsvDialect } from "./scan-records.ts";

const QUOTE = '"';

/** The values of a record the scanner found no problem in. */
export function splitCsvFields(raw: Buffer, dialect: CsvDialect): string[] {
  return cutFields(raw, dialect).map(({ text, isQuoted }) =>
    isQuoted ? unquote(text.slice(1, -1), dialect) : text,
  );
}

/** The same record with quotes only around whole fields, those inside doubled. */
export function standardCsv(raw: Buffer, dialect: CsvDialect): Buffer {
  const fields = cutFields(raw, dialect).map(({ text, isQuoted }) => {
    if (isQuoted) return quote(unquote(text.slice(1, -1), dialect));
    return text.includes(QUOTE) ? quote(text) : text;
  });
  return Buffer.from(fields.join(dialect.delimiter.toString("utf8")));
}

function quote(value: string): string {
  return `"${value.replaceAll(QUOTE, '""')}"`;
}

function unquote(text: string, dialect: CsvDialect): string {
  const mark = escapeOf(dialect);
  let value = "";
  for (let i = 0; i < text.length; i++) {
    const next = text[i + 1];
    const isEscaped = text[i] === mark && (next === QUOTE || next === mark);
    if (isEscaped || (text[i] === QUOTE && next === QUOTE)) i++;
    value += text[i];
  }
  return value;
}

interface RawField {
  readonly text: string;
  readonly isQuoted: boolean;
}

function cutFields(raw: Buffer, dialect: CsvDialect): RawField[] {
  const text = raw.toString("utf8");
  const delimiter = dialect.delimiter.toString("utf8");
  const fields: RawField[] = [];
  for (let start = 0; start <= text.length; ) {
    const isQuoted = text[start] === QUOTE;
    const from = isQuoted ? closingQuote(text, start, dialect) + 1 : start;
    const found = text.indexOf(delimiter, from);
    const end = found < 0 ? text.length : found;
    fields.push({ text: text.slice(start, end), isQuoted });
    start = end + delimiter.length;
    if (found < 0) break;
  }
  return fields;
}

function closingQuote(text: string, open: number, dialect: CsvDialect): number {
  const mark = escapeOf(dialect);
  let at = open + 1;
  for (; at < text.length; at++) {
    const next = text[at + 1];
    if (text[at] === mark && (next === QUOTE || next === mark)) at++;
    else if (text[at] === QUOTE) {
      if (next !== QUOTE) return at;
      at++;
    }
  }
  return at;
}

function escapeOf(dialect: CsvDialect): string | undefined {
  return dialect.escape === null ? undefined : String.fromCharCode(dialect.escape);
}
