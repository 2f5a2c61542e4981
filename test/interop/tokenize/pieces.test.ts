/**
 * Models that SentencePiece's own trainer makes, of every kind and setting read here: ids equal to
 * those of SentencePiece over the mixed corpus. TOKENIZE_MB sets how much text each gets.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openTokenizer } from "../../../src/tokenize/index.ts";
import { buildCorpus, packTexts, readTexts } from "./corpus.ts";
import { sitePackages, vocabularyWords } from "./families.ts";
import { skipReason, startPeer, type TokenizerPeer } from "./peer.ts";

const SIZE = Number(process.env.TOKENIZE_MB ?? 1) * 1_000_000;
const MODULES = resolve(import.meta.dirname, "../../../node_modules");
const SETTINGS = {
  plain: {},
  "as it is": { normalization_rule_name: "identity", remove_extra_whitespaces: false },
  "case folded": { normalization_rule_name: "nfkc_cf", add_dummy_prefix: false },
  "with bytes": { byte_fallback: true },
  "with symbols": {
    user_defined_symbols: ["<sep>", "class", "\u6f22\u5b57"],
    control_symbols: ["<c>"],
  },
  "digits apart": { split_digits: true, split_by_unicode_script: false },
};
const KINDS = Object.entries(SETTINGS).flatMap(([name, settings]) =>
  ["unigram", "bpe"].map((kind) => ({ name, kind, settings })),
);

describe.skipIf(skipReason() !== null)("ids equal SentencePiece's", () => {
  let folder = "";
  let peer: TokenizerPeer;
  let texts: string[] = [];
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "sovereign-pieces-"));
    peer = startPeer();
    const folders = [
      ...["zod", "typescript"].map((name) => join(MODULES, name)),
      join(sitePackages()!, "django/conf/locale"),
    ];
    const corpus = buildCorpus({ folders, tokens: vocabularyWords(), size: SIZE, seed: 5 });
    texts = await readTexts(corpus);
    writeFileSync(join(folder, "texts.bin"), packTexts(corpus));
    const real = await readTexts(
      buildCorpus({ folders, tokens: [], size: 1_000_000, seed: 6, madeUp: 0 }),
    );
    writeFileSync(join(folder, "text.txt"), real.join("\n"));
  }, 600_000);
  afterAll(() => {
    peer?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  test.each(KINDS)("$kind, $name", { timeout: 600_000 }, async ({ name, kind, settings }) => {
    const prefix = join(folder, `${kind} ${name}`);
    await peer.ask("train_pieces", {
      input: join(folder, "text.txt"),
      model_prefix: prefix,
      model_type: kind,
      vocab_size: 4000,
      ...settings,
    });
    const path = `${prefix}.model`;
    await peer.ask("load", { name: "pieces", peer: "sentencepiece", path });
    const { tokenizer } = openTokenizer(path);
    const theirs = await peer.ask<number[][]>("all_ids", {
      name: "pieces",
      texts: join(folder, "texts.bin"),
    });
    const wrong = texts.filter((text, i) => tokenizer.encodeIds(text).join() !== theirs[i]!.join());
    expect(wrong.length).toBe(0);
  });
});
