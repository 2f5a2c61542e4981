/** Files of rows, broken at random: what an import must neither lose nor trip over. */
import type { Rng } from "../../../src/core/rng.ts";

/** Pieces that matter to readers of CSV and JSON. */
const PIECES = [
  '"',
  ",",
  "\n",
  "\r\n",
  "\r",
  '""',
  "\\",
  "{",
  "}",
  "[",
  "]",
  ":",
  "null",
  " ",
  "\t",
];
const ODD = ["\0", "é", "\u2028", "NaN", "1e400", "\\ud800", '"a":1,', "\n\n", '"\n', ";", "'"];

/** Rows with a token each, `k12z`, that is found again wherever the row ends up. */
export function makeRows(rng: Rng, format: "csv" | "jsonl"): string {
  const count = 3 + rng.int(30);
  const rows = Array.from({ length: count }, (_, i) => {
    const text = ["plain", "with, comma", 'with "quote"', "two\nlines", ""][rng.int(5)]!;
    if (format === "jsonl") return JSON.stringify({ id: i, token: `k${i}z`, text, n: i * 1.5 });
    return `${i},k${i}z,${/[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text},${i * 1.5}`;
  });
  const header = format === "csv" ? "id,token,text,n\n" : "";
  return `${header}${rows.join("\n")}${rng.int(2) === 0 ? "\n" : ""}`;
}

/** One to six edits behind the first line: insert, delete, double, cut off, a byte of chance. */
export function mutate(text: string, rng: Rng): Buffer {
  let bytes = Buffer.from(text);
  const first = bytes.indexOf(0x0a) + 1;
  for (let edit = 1 + rng.int(6); edit > 0; edit--) {
    const at = first + rng.int(Math.max(1, bytes.length - first));
    const before = bytes.subarray(0, at);
    const behind = bytes.subarray(at);
    const pieces = rng.int(3) === 0 ? ODD : PIECES;
    const piece = Buffer.from(pieces[rng.int(pieces.length)]!);
    const edits = [
      () => Buffer.concat([before, piece, behind]),
      () => Buffer.concat([before, behind.subarray(1 + rng.int(3))]),
      () => Buffer.concat([before, behind.subarray(0, rng.int(40)), behind]),
      () => (rng.int(4) === 0 ? before : bytes),
      () => Buffer.concat([before, Buffer.from([rng.int(256)]), behind.subarray(1)]),
    ];
    bytes = edits[rng.int(edits.length)]!();
  }
  return bytes;
}
