/**
 * Text files made ready for the engine: the records that can be read, copied into temporary files
 * with their number as one more column. What the engine then finds wrong with a row leads back to
 * its line, and nothing the engine's own reader would skip, pad or join reaches it.
 */
import { mkdirSync } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { join } from "node:path";

import { SovereignError } from "../../../core/errors.ts";
import { standardCsv } from "../../../formats/csv/index.ts";
import type { JsonKind } from "../../../formats/json/index.ts";
import type { CommandContext } from "../../context.ts";
import {
  type RecordBatch,
  readRecords,
  type SourceRecord,
  type TextSource,
} from "./read-records.ts";
import { makeTempPath } from "./source-files.ts";

/** The column of record numbers. */
export const RECORD_COLUMN = "__sovereign_record";

/** How often a JSON key had values of a kind, and the first record with it. */
export type KindCounts = Partial<Record<JsonKind, { count: number; first: number }>>;

export interface StagedText {
  readonly path: string;
  readonly recordCount: number;
  /** Records that could not be read. */
  readonly problemCount: number;
  /** JSON: every key of a readable object. */
  readonly keys: ReadonlyMap<string, KindCounts>;
  /** CSV: fields of a record of the first file. */
  readonly fieldCount: number;
}

/** More keys than this are data, not columns. */
const MAX_KEYS = 10_000;

/** Copies the good records; the files go when the command ends. */
export async function stageText(source: TextSource, context: CommandContext): Promise<StagedText> {
  const folder = makeTempPath(context, "");
  mkdirSync(folder);
  const staging = new Staging(source, folder);
  try {
    for await (const batch of readRecords(source)) {
      context.io.signal.throwIfAborted();
      await staging.add(batch);
    }
  } finally {
    await staging.close();
  }
  return staging.summary();
}

class Staging {
  readonly #source: TextSource;
  readonly #folder: string;
  #handle: FileHandle | null = null;
  /** The file whose records `#handle` takes. */
  #current = "";
  #fileCount = 0;
  #recordCount = 0;
  #problemCount = 0;
  #fieldCount = 0;
  readonly #keys = new Map<string, KindCounts>();

  constructor(source: TextSource, folder: string) {
    this.#source = source;
    this.#folder = folder;
  }

  async add(batch: RecordBatch): Promise<void> {
    const pieces: Buffer[] = [];
    if (this.#fieldCount === 0) this.#fieldCount = batch.fieldCount;
    await this.#openFor(batch, pieces);
    for (const record of batch.records) {
      this.#recordCount++;
      if (record.problem !== null) this.#problemCount++;
      else if (this.#source.kind === "csv") this.#putCsv(record, pieces);
      else this.#putJson(record, pieces);
    }
    if (pieces.length > 0) await this.#handle?.appendFile(Buffer.concat(pieces));
  }

  /** A file of its own for every CSV file, whose headers may differ; one for all JSON. */
  async #openFor(batch: RecordBatch, pieces: Buffer[]): Promise<void> {
    const isCsv = this.#source.kind === "csv";
    const name = isCsv ? batch.file.path : "json";
    const isReady = isCsv ? batch.fieldCount > 0 : true;
    if (name === this.#current || !isReady) return;
    await this.#handle?.close();
    this.#current = name;
    const number = String(++this.#fileCount).padStart(8, "0");
    this.#handle = await open(join(this.#folder, `${number}.${isCsv ? "csv" : "jsonl"}`), "wx");
    if (this.#source.kind !== "csv" || batch.header === null) return;
    const { dialect } = this.#source;
    const { raw, isStandard } = batch.header;
    const header = isStandard ? raw : standardCsv(raw, dialect);
    pieces.push(header, dialect.delimiter, Buffer.from(`${RECORD_COLUMN}\n`));
  }

  #putCsv({ raw, ordinal, isStandard }: SourceRecord, pieces: Buffer[]): void {
    if (this.#source.kind !== "csv") return;
    const { dialect } = this.#source;
    const text = isStandard ? raw : standardCsv(raw, dialect);
    pieces.push(text, dialect.delimiter, Buffer.from(`${ordinal}\n`));
  }

  #putJson({ raw, ordinal, keys, kinds }: SourceRecord, pieces: Buffer[]): void {
    for (const [i, key] of keys.entries()) this.#count(key, kinds[i]!, ordinal);
    const comma = keys.length === 0 ? "" : ",";
    const body = onOneLine(raw.subarray(raw.indexOf(0x7b) + 1));
    pieces.push(Buffer.from(`{"${RECORD_COLUMN}":${ordinal}${comma}`), body, Buffer.from("\n"));
  }

  #count(key: string, kind: JsonKind, ordinal: number): void {
    let counts = this.#keys.get(key);
    if (counts === undefined) {
      counts = {};
      this.#keys.set(key, counts);
      if (this.#keys.size > MAX_KEYS) throw tooManyKeys();
    }
    const known = counts[kind];
    if (known === undefined) counts[kind] = { count: 1, first: ordinal };
    else known.count++;
  }

  async close(): Promise<void> {
    await this.#handle?.close();
    this.#handle = null;
  }

  summary(): StagedText {
    return {
      path: this.#folder,
      recordCount: this.#recordCount,
      problemCount: this.#problemCount,
      keys: this.#keys,
      fieldCount: this.#fieldCount,
    };
  }
}

/** A raw line end stands only between values; on one line the engine reads one object. */
function onOneLine(raw: Buffer): Buffer {
  if (!raw.includes(0x0a) && !raw.includes(0x0d)) return raw;
  return Buffer.from(raw.map((byte) => Math.max(byte, 0x20)));
}

function tooManyKeys(): SovereignError {
  return new SovereignError("INVALID_STATE", `the objects have over ${MAX_KEYS} different keys`, {
    hint: "keys that are data belong into a list of key and value, or a map column",
  });
}
