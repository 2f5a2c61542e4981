/** What the first bytes of a file say: its format, whether it is text, one JSON document or lines. */
import { isUtf8 } from "node:buffer";
import { closeSync, openSync, readSync } from "node:fs";

import { SovereignError } from "../../../core/errors.ts";
import { checkJsonRecord, JsonText } from "../../../formats/json/index.ts";
import type { ImportFormat } from "./formats.ts";
import type { InputFile } from "./source-files.ts";

const HEAD_BYTES = 65_536;

/** The first 64 KiB. */
export function readHead(path: string): Buffer {
  const file = openSync(path, "r");
  try {
    const bytes = Buffer.alloc(HEAD_BYTES);
    return bytes.subarray(0, readSync(file, bytes, 0, bytes.length, 0));
  } finally {
    closeSync(file);
  }
}

/** First bytes decide: Parquet and Arrow by their magic, JSON by its bracket, else CSV. */
export function sniffFormat(path: string): ImportFormat {
  const head = readHead(path);
  const magic = head.subarray(0, 4).toString("latin1");
  if (magic === "PAR1") return "parquet";
  if (magic === "ARRO" || head.subarray(0, 4).equals(Buffer.from([255, 255, 255, 255]))) {
    return "arrow";
  }
  const text = withoutBom(head).toString("utf8").trimStart();
  if (text.startsWith("[")) return "json";
  if (text.startsWith("{")) return "jsonl";
  const firstLine = text.split("\n")[0] ?? "";
  return firstLine.includes("\t") && !firstLine.includes(",") ? "tsv" : "csv";
}

const BOM = Buffer.from([0xef, 0xbb, 0xbf]);

/** How many bytes a byte order mark takes at the start. */
export function bomLength(path: string): number {
  return readHead(path).subarray(0, BOM.length).equals(BOM) ? BOM.length : 0;
}

function withoutBom(head: Buffer): Buffer {
  return head.subarray(0, BOM.length).equals(BOM) ? head.subarray(BOM.length) : head;
}

/** Throws DATA_LOSS when the first line is no text in UTF-8. */
export function requireText(file: InputFile, format: string): void {
  const head = readHead(file.path);
  const mark = head.subarray(0, 2).toString("hex");
  if (mark === "fffe" || mark === "feff") throw notUtf8(file, "it is UTF-16", "UTF-16");
  const end = head.findIndex((byte) => byte === 0x0a || byte === 0x0d);
  const line = head.subarray(0, end < 0 ? undefined : end);
  const at = line.findIndex((byte) => byte < 0x20 && byte !== 0x09);
  if (at >= 0) {
    const byte = line[at]!.toString(16).padStart(2, "0");
    throw new SovereignError(
      "DATA_LOSS",
      `\`${file.name}\` is no ${format} text: byte 0x${byte} at offset ${at}`,
      { hint: "`--input-format` says what it is: csv, tsv, json, jsonl, parquet or arrow" },
    );
  }
  const whole = end < 0 && head.length === HEAD_BYTES ? trimCharacter(line) : line;
  if (isUtf8(whole)) return;
  const bad = whole.findIndex((byte, i) => byte >= 0x80 && !isUtf8(whole.subarray(0, i + 4)));
  const byte = whole[bad]?.toString(16) ?? "80";
  throw notUtf8(file, `byte 0x${byte} at offset ${bad}`, "LATIN1");
}

/** Without the bytes of a character the head's end may have cut. */
function trimCharacter(bytes: Buffer): Buffer {
  let end = bytes.length;
  while (end > 0 && bytes.length - end < 4 && bytes[end - 1]! >= 0x80) end--;
  return bytes.subarray(0, end);
}

function notUtf8(file: InputFile, what: string, encoding: string): SovereignError {
  return new SovereignError("DATA_LOSS", `\`${file.name}\` is not UTF-8 text: ${what}`, {
    hint: `convert it first, for example: iconv -f ${encoding} -t UTF-8`,
  });
}

/** One array, or one object over several lines, rather than an object a line. */
export function isJsonDocument(path: string, format: ImportFormat): boolean {
  const text = withoutBom(readHead(path)).toString("utf8").trimStart();
  const lines = text.split("\n");
  const isWhole = (line: string): boolean =>
    checkJsonRecord(new JsonText(Buffer.from(line))) === null;
  if (text.startsWith("[")) return isArrayDocument(lines, format);
  const first = lines[0]!;
  if (!text.startsWith("{") || lines.length === 1 || isWhole(first)) return false;
  // A first line that breaks off, and whole objects on lines of their own behind it: lines.
  return first.trim() === "{" || !lines.slice(1).some(isWhole);
}

function isArrayDocument(lines: readonly string[], format: ImportFormat): boolean {
  const first = new JsonText(Buffer.from(lines[0]!));
  const end = first.check(0);
  const isClosed = end > 0 && first.skipSpace(end) === first.bytes.length;
  if (!isClosed) return true;
  const isAlone = lines.slice(1).every((line) => line.trim() === "");
  return isAlone && (format === "json" || lines[0]!.includes("{"));
}
