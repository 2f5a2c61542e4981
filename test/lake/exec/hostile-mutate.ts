/** Ways to break a file: blind ones for any bytes, and some that know JSON lines and Parquet. */
import type { Rng } from "../../../src/core/rng.ts";

export type FileKind = "json" | "parquet" | "binary";

const VALUES = [
  "null",
  "true",
  "{}",
  "[]",
  "[[[]]]",
  '""',
  '"x"',
  "-1",
  "0",
  "1e999",
  "9007199254740993",
  "9223372036854775808",
  "-9223372036854775809",
  "1.5",
  '"\\u0000"',
  '"\\ud800"',
  '"../../x"',
  '"%00"',
  '{"a":{"a":{"a":1}}}',
  "9".repeat(400),
  `"${"x".repeat(70_000)}"`,
  `${"[".repeat(20_000)}${"]".repeat(20_000)}`,
];
const EXTREMES = [0n, 1n, 0x7fn, 0x80n, 0xffffn, 0x7fff_ffffn, 0x8000_0000n, 0xffff_ffffn, -1n];

/** One to three injuries; the bytes given stay as they are. */
export function mutate(rng: Rng, original: Uint8Array, kind: FileKind): Buffer {
  let bytes: Buffer = Buffer.from(original);
  for (let i = 0; i <= rng.int(3); i++) {
    if (bytes.length === 0) return bytes;
    const isBlind = kind === "binary" || rng.int(10) < 4;
    if (isBlind) bytes = breakBytes(rng, bytes, 0, bytes.length);
    else bytes = kind === "json" ? breakJson(rng, bytes) : breakParquet(rng, bytes);
  }
  return bytes;
}

/** Somewhere in the half-open range. */
function breakBytes(rng: Rng, bytes: Buffer, start: number, end: number): Buffer {
  const at = start + rng.int(Math.max(1, end - start));
  const length = 1 + rng.int(rng.int(2) === 0 ? 8 : 64);
  switch (rng.int(10)) {
    case 0:
      bytes[at] = bytes[at]! ^ (1 << rng.int(8));
      return bytes;
    case 1:
      bytes[at] = rng.int(256);
      return bytes;
    case 2:
      bytes.fill([0, 0xff, 0x7f, 0x80][rng.int(4)]!, at, Math.min(end, at + length));
      return bytes;
    case 3:
      return bytes.subarray(0, at);
    case 4:
      return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + length)]);
    case 5:
      return Buffer.concat([bytes.subarray(0, at), bytes.subarray(Math.max(0, at - length))]);
    case 6:
      bytes.copy(bytes, at, start + rng.int(Math.max(1, end - start)), end);
      return bytes;
    case 7:
      return Buffer.concat([
        bytes.subarray(0, at),
        Buffer.from(Array.from({ length }, () => rng.int(256))),
        bytes.subarray(at),
      ]);
    default:
      return writeExtreme(rng, bytes, at);
  }
}

/** A number as readers of lengths and offsets find it: 4 or 8 bytes, either end first, a varint. */
function writeExtreme(rng: Rng, bytes: Buffer, at: number): Buffer {
  const value = EXTREMES[rng.int(EXTREMES.length)]!;
  const number = Buffer.alloc(8);
  number.writeBigInt64LE(BigInt.asIntN(64, value));
  const coded = [
    number,
    number.subarray(0, 4),
    Buffer.from(number.subarray(0, 4)).reverse(),
    Buffer.from([0xff, 0xff, 0xff, 0xff, 0x0f]),
    Buffer.from([0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01]),
  ][rng.int(5)]!;
  coded.copy(bytes, Math.min(at, Math.max(0, bytes.length - coded.length)));
  return bytes;
}

/** Half of the time in the footer, which is at the end; else anywhere; sometimes its length. */
function breakParquet(rng: Rng, bytes: Buffer): Buffer {
  if (bytes.length < 12) return breakBytes(rng, bytes, 0, bytes.length);
  const end = bytes.length - 8;
  const footer = Math.min(bytes.readUInt32LE(end), end);
  const place = rng.int(8);
  if (place === 0) return writeExtreme(rng, bytes, end);
  if (place < 5) return breakBytes(rng, bytes, end - footer, end);
  return breakBytes(rng, bytes, 4, Math.max(5, end - footer));
}

const TOKEN = /"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*|true|false|null|\{|\[/g;

function breakJson(rng: Rng, bytes: Buffer): Buffer {
  const text = bytes.toString("latin1");
  const lines = text.split("\n");
  const line = rng.int(lines.length);
  const kind = rng.int(8);
  if (kind === 0) lines.splice(line, 1);
  else if (kind === 1) lines.splice(line, 0, lines[rng.int(lines.length)]!);
  else lines[line] = breakLine(rng, lines[line]!, kind);
  return Buffer.from(lines.join("\n"), "latin1");
}

/** Other values for a token; tokens are keys, too. */
function breakLine(rng: Rng, line: string, kind: number): string {
  const tokens = [...line.matchAll(TOKEN)];
  if (tokens.length === 0) return VALUES[rng.int(VALUES.length)]!;
  const token = tokens[rng.int(tokens.length)]!;
  const before = line.slice(0, token.index);
  const after = line.slice(token.index + token[0].length);
  const value = VALUES[rng.int(VALUES.length)]!;
  if (kind < 5) return before + value + after;
  if (kind === 5) return before + tokens[rng.int(tokens.length)]![0] + after;
  // Inside a text: statistics and schemas are JSON in JSON.
  const at = rng.int(token[0].length + 1);
  const piece = ["{", "}", '\\"', ",", "[", "\\", ":", "0", "-", "e9"][rng.int(10)]!;
  return before + token[0].slice(0, at) + piece + token[0].slice(at + rng.int(4)) + after;
}
