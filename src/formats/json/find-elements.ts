/**
 * A JSON document's records: the elements of its one array, or its values one behind another. A
 * document that breaks off or is malformed has no records that can be trusted: DATA_LOSS, with the
 * line and column.
 */
import { SovereignError } from "../../core/errors.ts";
import { JsonText } from "./check-text.ts";

export interface JsonElement {
  readonly line: number;
  readonly raw: Buffer;
}

/** The records of a document; `name` is for the error. */
export function findElements(bytes: Buffer, name: string): JsonElement[] {
  const text = new JsonText(bytes);
  const elements: JsonElement[] = [];
  const place = { at: 0, line: 1 };
  let at = text.skipSpace(0);
  const take = (): void => {
    const end = text.check(at);
    if (end < 0) throw malformed(bytes, text.fault!, name);
    for (; place.at < at; place.at++) if (bytes[place.at] === 0x0a) place.line++;
    elements.push({ line: place.line, raw: bytes.subarray(at, end) });
    at = text.skipSpace(end);
  };
  while (at < bytes.length) {
    if (bytes[at] !== 0x5b) {
      take();
      continue;
    }
    at = text.skipSpace(at + 1);
    for (let isFirst = true; !(isFirst && bytes[at] === 0x5d); isFirst = false) {
      take();
      if (bytes[at] === 0x5d) break;
      if (bytes[at] !== 0x2c) {
        const reason = at < bytes.length ? "expected `,` or `]`" : "the text ends here";
        throw malformed(bytes, { at, reason }, name);
      }
      at = text.skipSpace(at + 1);
    }
    at = text.skipSpace(at + 1);
  }
  return elements;
}

function malformed(
  bytes: Buffer,
  { at, reason }: { at: number; reason: string },
  name: string,
): SovereignError {
  const before = bytes.subarray(0, at);
  let line = 1;
  for (const byte of before) if (byte === 0x0a) line++;
  const column = before.toString("utf8", before.lastIndexOf(0x0a) + 1).length + 1;
  return new SovereignError(
    "DATA_LOSS",
    `\`${name}\` is malformed JSON: line ${line}, column ${column}: ${reason}`,
    {
      hint: "correct the file there; nothing was imported",
      details: { error_class: "MALFORMED_RECORD_IN_PARSING", line, column, offset: at },
    },
  );
}
