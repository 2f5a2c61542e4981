/**
 * Converted tokenizers, each read by its own library: `tokenizer.json` by `tokenizers`, with the ids
 * of the SentencePiece model it was made from; GGUF files by `gguf`, with the tokens that went in.
 */
import { createHash } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { describeTokenizer, openTokenizer, writeGguf } from "../../../src/tokenize/index.ts";
import { buildCorpus, packTexts, readTexts } from "./corpus.ts";
import { type Family, listFamilies, peerSettings, vocabularyWords } from "./families.ts";
import { skipReason, startPeer, type TokenizerPeer } from "./peer.ts";

const MODULES = resolve(import.meta.dirname, "../../../node_modules");

describe.skipIf(skipReason() !== null)("converted", () => {
  let folder = "";
  let peer: TokenizerPeer;
  let texts: string[] = [];
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "sovereign-convert-"));
    peer = startPeer();
    const folders = ["zod", "typescript", "commander"].map((name) => join(MODULES, name));
    const corpus = buildCorpus({ folders, tokens: vocabularyWords(), size: 500_000, seed: 3 });
    texts = await readTexts(corpus);
    writeFileSync(join(folder, "texts.bin"), packTexts(corpus));
  });
  afterAll(() => {
    peer?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const open = (family: Family) =>
    openTokenizer(family.path, family.encoding === undefined ? {} : { encoding: family.encoding });
  const digestsOf = (name: string) =>
    peer.ask<{ digests: string[] }>("digests", { name, texts: join(folder, "texts.bin") });

  const pieces = listFamilies().filter(({ peer: kind }) => kind === "sentencepiece");
  test.each(pieces)("$name as tokenizer.json", async (family) => {
    const path = join(folder, `${family.name}.json`);
    writeFileSync(path, JSON.stringify(describeTokenizer(open(family).tokenizer)));
    await peer.ask("load", { name: "json", peer: "tokenizers", path });
    await peer.ask("load", peerSettings(family));
    expect(await digestsOf("json")).toMatchObject({
      digests: (await digestsOf(family.name)).digests,
    });
  });

  // Qwen 3 composes text first, which no GGUF file says.
  const written = "cl100k_base o200k_base qwen llama3_1 gpt4o deepseek_v3 minilm mistral_v3";
  const models = listFamilies().filter(({ name }) => written.split(" ").includes(name));
  test.each(models)("$name as GGUF", async (family) => {
    const { tokenizer } = open(family);
    const path = join(folder, `${family.name}.gguf`);
    writeFileSync(path, writeGguf(tokenizer));
    const again = openTokenizer(path).tokenizer;
    await Promise.all([tokenizer.accelerate(), again.accelerate()]);
    for (const text of texts) {
      expect(again.encodeIds(text).join()).toBe(tokenizer.encodeIds(text).join());
    }
    const read = await peer.ask<{ tokens: string[]; types: number }>("gguf_tokens", { path });
    expect(read.types).toBe(read.tokens.length);
    const ours = read.tokens.map((_, id) => again.tokenOf(id));
    const isBert = family.name === "minilm";
    const plain = (token: string | undefined) => (isBert ? token?.replace(/^(##|▁)/, "") : token);
    expect(digest(ours.map(plain))).toBe(digest(read.tokens.map(plain)));
  });
});

function digest(tokens: readonly (string | undefined)[]): string {
  return createHash("md5").update(JSON.stringify(tokens)).digest("hex");
}
