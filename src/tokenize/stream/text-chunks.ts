/**
 * Bytes of any length as texts that can be encoded one by one. Bytes that are no UTF-8 become
 * U+FFFD each, as every peer has it, or are refused. What a tokenizer cannot cut is given whole.
 */
import { SovereignError } from "../../core/errors.ts";
import { requireBytes, requireChunkOptions, requireParts } from "../check-arguments.ts";
import type { CutRule } from "./cut-rule.ts";

export interface TextChunk {
  readonly text: string;
  /** Bytes of the input before this text, and after it. */
  readonly fromByte: number;
  readonly toByte: number;
}

export interface ChunkOptions {
  readonly rule: CutRule | null;
  /** What becomes of bytes that are no UTF-8. */
  readonly invalid?: "replace" | "error";
  /** UTF-16 units of a chunk, or a little more. */
  readonly size?: number;
}

const DEFAULT_SIZE = 1 << 20;
/** A whole text must fit into one string. */
const MAX_LENGTH = 2 ** 29 - 25;
const CUT = /[A-Za-z0-9] (?=[A-Za-z0-9])/g;

/** Texts that together are the input, cut where the tokenizer's rule allows. */
export async function* readTextChunks(
  bytes: AsyncIterable<Uint8Array>,
  options: ChunkOptions,
): AsyncGenerator<TextChunk> {
  requireParts(bytes, "what is read");
  requireChunkOptions(options, "the options");
  const { rule, invalid = "replace", size = DEFAULT_SIZE } = options;
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true, fatal: invalid === "error" });
  let held = "";
  let searched = 0;
  let fromByte = 0;
  for await (const part of bytes) {
    requireBytes(part, "a part of what is read");
    held += decode(decoder, part);
    if (rule === null && held.length > MAX_LENGTH) throw tooLong();
    if (rule === null || held.length < size) continue;
    const cut = lastCut(held, Math.max(0, searched - 2));
    searched = held.length;
    if (cut < 0) continue;
    const text = held.slice(0, cut);
    const toByte = fromByte + Buffer.byteLength(text);
    yield { text, fromByte, toByte };
    const isDropped = rule === "drop";
    held = held.slice(isDropped ? cut + 1 : cut);
    fromByte = toByte + (isDropped ? 1 : 0);
    searched = 0;
  }
  held += decode(decoder);
  if (held !== "") yield { text: held, fromByte, toByte: fromByte + Buffer.byteLength(held) };
}

/** The last place of a space between letters, after `from`. */
function lastCut(text: string, from: number): number {
  // The end comes first: a cut is seldom far from it.
  for (let window = 4096; ; window *= 16) {
    const start = Math.max(from, text.length - window);
    let last = -1;
    CUT.lastIndex = start;
    for (let match = CUT.exec(text); match !== null; match = CUT.exec(text)) last = match.index + 1;
    if (last >= 0 || start === from) return last;
  }
}

function decode(decoder: InstanceType<typeof TextDecoder>, part?: Uint8Array): string {
  try {
    return part === undefined ? decoder.decode() : decoder.decode(part, { stream: true });
  } catch (cause) {
    throw new SovereignError("DATA_LOSS", "the text is no UTF-8", {
      hint: "convert it, for example with `iconv -t UTF-8`, or let the bytes be replaced",
      cause,
    });
  }
}

function tooLong(): SovereignError {
  return new SovereignError(
    "RESOURCE_EXHAUSTED",
    "this tokenizer takes a text as a whole, and the text is too long",
    {
      hint: "encode it in parts of less than 500 MB",
    },
  );
}
