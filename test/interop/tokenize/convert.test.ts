/**
 * Converted tokenizers, each read by its own library: `tokenizer.json` by `tokenizers`, with the ids
 * of the SentencePiece model it was made from; GGUF files by `gguf`, with the tokens that went in,
 * and by llama.cpp, with the ids we give for them.
 */
import { createHash } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import {
  describeTokenizer,
  openTokenizer,
  type Tokenizer,
  writeGguf,
} from "../../../src/tokenize/index.ts";
import { listFamilies, openFamily, peerSettings } from "./families.ts";
import { useLane } from "./lane.ts";
import { openLlama } from "./llama.ts";
import { skipReason } from "./peer.ts";

/** llama.cpp's patterns for o200k leave marks out, and its WordPiece treats other signs as spaces. */
const LIKE_LLAMA = new Set("cl100k_base qwen llama3_1 deepseek_v3 mistral_v3".split(" "));

describe.skipIf(skipReason() !== null)("converted", () => {
  const lane = useLane({ npm: ["zod", "typescript", "commander"], size: 500_000, seed: 3 });

  const digestsOf = (name: string) =>
    lane.peer.ask<{ digests: string[] }>("digests", { name, texts: lane.textsPath });

  const pieces = listFamilies().filter(({ peer: kind }) => kind === "sentencepiece");
  test.each(pieces)("$name as tokenizer.json", async (family) => {
    const path = join(lane.folder, `${family.name}.json`);
    writeFileSync(path, JSON.stringify(describeTokenizer(openFamily(family))));
    await lane.peer.ask("load", { name: "json", peer: "tokenizers", path });
    await lane.peer.ask("load", peerSettings(family));
    expect(await digestsOf("json")).toMatchObject({
      digests: (await digestsOf(family.name)).digests,
    });
  });

  const ranks = listFamilies().filter(({ peer: kind }) => /tiktoken|mistral_common/.test(kind));
  test.each(ranks)("$name as tokenizer.json keeps every id", async (family) => {
    const tokenizer = openFamily(family);
    const path = join(lane.folder, `${family.name}.json`);
    writeFileSync(path, JSON.stringify(describeTokenizer(tokenizer)));
    const name = `${family.name}.json`;
    await lane.peer.ask("load", { name, peer: "tokenizers", path });
    const special = tokenizer.parts.addedTokens.all.map(({ content }) => `a ${content}b`).join("");
    for (const text of [special, lane.texts.slice(0, 20).join(special.slice(0, 200))]) {
      for (const parse of [true, false]) {
        const theirs = await lane.peer.ask<number[]>("encode", { name, text, parse });
        const mode = parse ? "parse" : "text";
        expect(theirs.join()).toBe(tokenizer.encodeIds(text, mode).join());
        expect(openTokenizer(path).tokenizer.encodeIds(text, mode).join()).toBe(theirs.join());
      }
    }
  });

  // Qwen 3 composes text first, which no GGUF file says.
  const written = "cl100k_base o200k_base qwen llama3_1 gpt4o deepseek_v3 minilm mistral_v3";
  const models = listFamilies().filter(({ name }) => written.split(" ").includes(name));
  test.each(models)("$name as GGUF", { timeout: 600_000 }, async (family) => {
    const tokenizer = openFamily(family);
    const path = join(lane.folder, `${family.name}.gguf`);
    writeFileSync(path, writeGguf(tokenizer));
    const again = openTokenizer(path).tokenizer;
    await Promise.all([tokenizer.accelerate(), again.accelerate()]);
    for (const text of lane.texts) {
      expect(again.encodeIds(text).join()).toBe(tokenizer.encodeIds(text).join());
    }
    const ends = (one: Tokenizer) => one.encode("an end").ids;
    expect(ends(again)).toEqual(ends(tokenizer));
    await expectSameTokens(again, path);
    if (LIKE_LLAMA.has(family.name)) await expectLikeLlama(again, path);
  });

  test("a unigram model of SentencePiece as GGUF", { timeout: 600_000 }, async () => {
    const model_prefix = join(lane.folder, "unigram");
    const input = join(lane.folder, "text.txt");
    const lines = lane.texts.join("\n");
    writeFileSync(input, lines);
    await lane.peer.ask("train_pieces", {
      input,
      model_prefix,
      model_type: "unigram",
      vocab_size: 8000,
    });
    await expectNearly(openTokenizer(`${model_prefix}.model`).tokenizer, lane.texts);
  });

  // What a GGUF file cannot say: tokens for control tokens in a text, NEL as white space.
  const unigrams = listFamilies().filter(({ name }) => name === "tokenlearn");
  test.each(unigrams)("$name as GGUF, nearly", { timeout: 600_000 }, async (family) => {
    const sayable = lane.texts.map((text) => text.replaceAll(/<(unk|pad)>|\u0085/g, " "));
    await expectNearly(openFamily(family), sayable);
  });

  /** As llama.cpp and `gguf` read it; sums in other floats and grapheme clusters tell few texts apart. */
  async function expectNearly(tokenizer: Tokenizer, sayable: readonly string[]): Promise<void> {
    const path = join(lane.folder, "nearly.gguf");
    writeFileSync(path, writeGguf(tokenizer));
    const again = openTokenizer(path).tokenizer;
    const ids = (one: Tokenizer, text: string) => one.encodeIds(text).join();
    const differ = sayable.filter((text) => ids(again, text) !== ids(tokenizer, text));
    expect(differ.length / sayable.length).toBeLessThan(0.05);
    await expectSameTokens(again, path);
    await expectLikeLlama(again, path);
  }

  async function expectSameTokens(again: Tokenizer, path: string): Promise<void> {
    const read = await lane.peer.ask<{ tokens: string[]; types: number }>("gguf_tokens", { path });
    expect(read.types).toBe(read.tokens.length);
    const ours = read.tokens.map((_, id) => again.tokenOf(id));
    const isBert = again.parts.model.type === "WordPiece";
    const plain = (token: string | undefined) => (isBert ? token?.replace(/^(##|▁)/, "") : token);
    expect(digest(ours.map(plain))).toBe(digest(read.tokens.map(plain)));
  }

  async function expectLikeLlama(again: Tokenizer, path: string): Promise<void> {
    if (skipReason("tokenize-llama") !== null) return;
    const llama = await openLlama(path);
    const wrong = lane.texts.filter(
      (text) => llama.tokenize(text, false).join() !== again.encodeIds(text).join(),
    );
    expect(wrong.length).toBe(0);
    await llama.dispose();
  }
});

function digest(tokens: readonly (string | undefined)[]): string {
  return createHash("md5").update(JSON.stringify(tokens)).digest("hex");
}
