/**
 * The records of text files, in order, each with its number, its line, and why it cannot be taken,
 * if it cannot. An import reads them twice when it must: once to stage the good ones for the
 * engine, once more to find the lines of those the engine had something against.
 */
import { isUtf8 } from "node:buffer";
import { readFileSync, statSync } from "node:fs";
import { open } from "node:fs/promises";

import { SovereignError } from "../../../core/errors.ts";
import { type CsvDialect, type CsvRecord, CsvScanner } from "../../../formats/csv/index.ts";
import {
  checkJsonRecord,
  findElements,
  type JsonKind,
  JsonLineScanner,
  JsonText,
} from "../../../formats/json/index.ts";
import type { DataType } from "../../../lake/schema/data-type.ts";
import type { ImportFormat } from "./formats.ts";
import { findMisfit } from "./json-misfit.ts";
import { bomLength, isJsonDocument, requireText } from "./read-head.ts";
import type { InputFile } from "./source-files.ts";

export interface CsvText {
  readonly kind: "csv";
  readonly files: readonly InputFile[];
  readonly dialect: CsvDialect;
  readonly hasHeader: boolean;
}

export interface JsonTextSource {
  readonly kind: "json";
  readonly format: ImportFormat;
  readonly files: readonly InputFile[];
  /** Types of the table's nested columns by name in lower case: their values are checked here. */
  readonly nested: ReadonlyMap<string, DataType>;
}

export type TextSource = CsvText | JsonTextSource;

export interface SourceRecord {
  /** From 1, over all files, blank lines and headers not counted. */
  readonly ordinal: number;
  readonly line: number;
  readonly raw: Buffer;
  readonly problem: string | null;
  /** CSV: `raw` is quoted the standard way. */
  readonly isStandard: boolean;
  /** JSON: keys of the object, and the kinds of their values. */
  readonly keys: readonly string[];
  readonly kinds: readonly JsonKind[];
}

export interface RecordBatch {
  readonly file: InputFile;
  /** CSV: of this file; null when the first line is a row. */
  readonly header: CsvRecord | null;
  /** CSV: fields of every record. */
  readonly fieldCount: number;
  readonly records: readonly SourceRecord[];
}

/** All records, batch by batch; one batch holds records of one file. */
export function readRecords(source: TextSource): AsyncGenerator<RecordBatch> {
  return source.kind === "csv" ? readCsv(source) : readJson(source);
}

const CHUNK_BYTES = 1 << 20;

async function* readChunks(path: string): AsyncGenerator<{ chunk: Buffer; isLast: boolean }> {
  const handle = await open(path, "r");
  try {
    for (let at = bomLength(path); ; ) {
      const buffer = Buffer.allocUnsafe(CHUNK_BYTES);
      const { bytesRead } = await handle.read(buffer, 0, CHUNK_BYTES, at);
      yield { chunk: buffer.subarray(0, bytesRead), isLast: bytesRead === 0 };
      if (bytesRead === 0) return;
      at += bytesRead;
    }
  } finally {
    await handle.close();
  }
}

async function* readCsv(source: CsvText): AsyncGenerator<RecordBatch> {
  let ordinal = 0;
  let common = 0;
  for (const file of source.files) {
    requireText(file, "CSV");
    const scanner = new CsvScanner(source.dialect);
    let header: CsvRecord | null = null;
    let fieldCount = source.hasHeader ? 0 : common;
    for await (const { chunk, isLast } of readChunks(file.path)) {
      const found = scanner.push(chunk, isLast);
      if (fieldCount === 0 && found.length > 0) {
        const first = found[0]!;
        if (source.hasHeader) header = requireHeader(found.shift()!, file);
        fieldCount = first.fieldCount;
        common = first.fieldCount;
      }
      const records = found.map((record) => ({
        ordinal: ++ordinal,
        line: record.line,
        raw: record.raw,
        problem: record.problem ?? countProblem(record, fieldCount, source.hasHeader),
        isStandard: record.isStandard,
        keys: [],
        kinds: [],
      }));
      yield { file, header, fieldCount, records };
    }
  }
}

function requireHeader(record: CsvRecord, file: InputFile): CsvRecord {
  if (record.problem === null) return record;
  throw new SovereignError(
    "DATA_LOSS",
    `the header of \`${file.name}\` (line ${record.line}) cannot be read: ${record.problem}`,
    { hint: "correct the line, or give `--no-header` if it is a row" },
  );
}

function countProblem(
  { fieldCount }: CsvRecord,
  expected: number,
  hasHeader: boolean,
): string | null {
  if (fieldCount === expected) return null;
  const fields = `${fieldCount} field${fieldCount === 1 ? "" : "s"}`;
  return `${fields}, the ${hasHeader ? "header" : "first row"} has ${expected}`;
}

async function* readJson(source: JsonTextSource): AsyncGenerator<RecordBatch> {
  const check = createJsonCheck(source.nested);
  let ordinal = 0;
  for (const file of source.files) {
    requireText(file, "JSON");
    for await (const found of readJsonPieces(file, source.format)) {
      const records = found.map(({ line, raw, isTooLong }) => ({
        ordinal: ++ordinal,
        line,
        raw,
        isStandard: true,
        ...check(raw, isTooLong),
      }));
      yield { file, header: null, fieldCount: 0, records };
    }
  }
}

interface JsonPiece {
  readonly line: number;
  readonly raw: Buffer;
  readonly isTooLong: boolean;
}

/** A document is read whole: its records are elements of one text. */
const MAX_DOCUMENT_BYTES = 1 << 30;

async function* readJsonPieces(file: InputFile, format: ImportFormat): AsyncGenerator<JsonPiece[]> {
  if (!isJsonDocument(file.path, format)) {
    const scanner = new JsonLineScanner();
    for await (const { chunk, isLast } of readChunks(file.path)) yield scanner.push(chunk, isLast);
    return;
  }
  if (statSync(file.path).size > MAX_DOCUMENT_BYTES) {
    throw new SovereignError("RESOURCE_EXHAUSTED", `\`${file.name}\` is one text of over 1 GiB`, {
      hint: "write one object a line (NDJSON): that is read piece by piece",
    });
  }
  const bytes = readFileSync(file.path).subarray(bomLength(file.path));
  yield findElements(bytes, file.name).map((element) => ({ ...element, isTooLong: false }));
}

type JsonCheck = (
  raw: Buffer,
  isTooLong: boolean,
) => Pick<SourceRecord, "problem" | "keys" | "kinds">;

function createJsonCheck(nested: ReadonlyMap<string, DataType>): JsonCheck {
  const spellings = new Map<string, string>();
  const text = new JsonText(Buffer.alloc(0));
  return (raw, isTooLong) => {
    if (isTooLong) return { problem: "the line is longer than 16 MiB", keys: [], kinds: [] };
    if (!isUtf8(raw)) return { problem: "it is not UTF-8 text", keys: [], kinds: [] };
    const malformed = checkJsonRecord(text.load(raw));
    const { keys, kinds } = text;
    const problem =
      malformed ??
      findRespelt(keys, spellings) ??
      (nested.size > 0 ? findMisfit(raw, nested) : null);
    return { problem, keys, kinds };
  };
}

/** Columns ignore letter case, so a key in another spelling would be a second value of one. */
function findRespelt(keys: readonly string[], spellings: Map<string, string>): string | null {
  for (const key of keys) {
    const lower = key.toLowerCase();
    const known = spellings.get(lower);
    if (known === undefined) spellings.set(lower, key);
    else if (known !== key) return `the key \`${key}\` is spelt \`${known}\` before`;
  }
  return null;
}
