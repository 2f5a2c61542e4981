/** One input as tokens, chunk by chunk, with a note on bytes that were no UTF-8. */

import { takeTurn } from "../../core/turns.ts";
import type { SpecialMode } from "../../tokenize/index.ts";
import {
  type Encoding,
  readTextChunks,
  type TextChunk,
  type Tokenizer,
} from "../../tokenize/index.ts";
import type { CommandContext } from "../context.ts";
import type { TextInput } from "./inputs.ts";

/** A part of a text whose places are wanted: half a second's work of the slowest tokenizer. */
const PLACED_UNITS = 1 << 18;

export interface EncodedChunk {
  readonly chunk: TextChunk;
  readonly encoding: Encoding;
}

export interface IdChunk {
  readonly chunk: TextChunk;
  readonly ids: ArrayLike<number>;
}

export interface EncodeInputOptions {
  readonly special: SpecialMode;
  readonly addSpecialTokens: boolean;
}

/** Encodes an input of any length; tokens around the text go to the first and the last chunk. */
export async function* encodeInput(
  input: TextInput,
  tokenizer: Tokenizer,
  options: EncodeInputOptions,
  context: CommandContext,
): AsyncGenerator<EncodedChunk> {
  // What a post-processor puts around the text is put around the whole.
  const rule = options.addSpecialTokens ? null : tokenizer.parts.cutRule;
  let hasReplaced = false;
  for await (const chunk of readTextChunks(input.read(), { rule, size: PLACED_UNITS })) {
    await takeTurn(context.io.signal);
    hasReplaced ||= chunk.text.includes("\ufffd");
    yield { chunk, encoding: tokenizer.encode(chunk.text, options) };
  }
  if (hasReplaced) {
    await context.detail(`${input.name}: bytes that are no UTF-8, if any, were read as U+FFFD`);
  }
}

/** Below this the kernel is not worth its start. */
const KERNEL_BYTES = 300_000;

/** The ids alone, which the kernel gives many times as fast for long inputs. */
export async function* encodeInputIds(
  input: TextInput,
  tokenizer: Tokenizer,
  options: EncodeInputOptions,
  context: CommandContext,
): AsyncGenerator<IdChunk> {
  const isLong = input.sizeBytes === null || input.sizeBytes > KERNEL_BYTES;
  if (options.addSpecialTokens || !isLong || !(await tokenizer.accelerate())) {
    for await (const { chunk, encoding } of encodeInput(input, tokenizer, options, context)) {
      yield { chunk, ids: encoding.ids };
    }
    return;
  }
  for await (const chunk of readTextChunks(input.read(), { rule: tokenizer.parts.cutRule })) {
    await takeTurn(context.io.signal);
    yield { chunk, ids: tokenizer.encodeIds(chunk.text, options.special) };
  }
}
