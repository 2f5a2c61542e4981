/**
 * Rows an import cannot take, with file, line and reason: those that cannot be read, and those the
 * engine found something against, told by their record numbers in rising order.
 */
import { isUtf8 } from "node:buffer";

import { readRecords, type TextSource } from "./read-records.ts";

export interface BadRow {
  readonly file: string;
  /** Null in formats without lines. */
  readonly line: number | null;
  readonly reason: string;
  /** The record as it stands in the file, or the row's columns: a JSON text. */
  readonly record: string;
  /** How the record was decoded when it is no UTF-8. */
  readonly encoding?: "latin1";
}

/** A row the engine has something against. */
export interface Finding {
  readonly ordinal: number;
  readonly reason: string;
}

/** Reads the source again and gives its bad rows in order. */
export async function* listBadRows(
  source: TextSource,
  findings: AsyncIterator<Finding> | null,
): AsyncGenerator<BadRow> {
  let next = await takeNext(findings);
  for await (const { file, records } of readRecords(source)) {
    for (const { ordinal, line, raw, problem } of records) {
      let reason = problem;
      if (next?.ordinal === ordinal) {
        reason ??= next.reason;
        next = await takeNext(findings);
      }
      if (reason !== null) yield { file: file.name, line, reason, ...decode(raw) };
    }
  }
}

async function takeNext(findings: AsyncIterator<Finding> | null): Promise<Finding | null> {
  const result = await findings?.next();
  return result === undefined || result.done === true ? null : result.value;
}

/** Bytes that are no UTF-8 stay what they are: Latin-1 has a character for each. */
function decode(raw: Buffer): Pick<BadRow, "record" | "encoding"> {
  return isUtf8(raw)
    ? { record: JSON.stringify(raw.toString("utf8")) }
    : { record: JSON.stringify(raw.toString("latin1")), encoding: "latin1" };
}

/** Where a record stands, for notes about single values. */
export async function findLine(
  source: TextSource,
  ordinal: number,
): Promise<{ file: string; line: number } | null> {
  for await (const { file, records } of readRecords(source)) {
    const found = records.find((record) => record.ordinal === ordinal);
    if (found !== undefined) return { file: file.name, line: found.line };
  }
  return null;
}
