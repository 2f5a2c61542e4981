/**
 * Ids equal to those of `tokenizers`, `tiktoken`, `sentencepiece` and `mistral-common`, for every
 * real tokenizer that packages ship, over the mixed corpus; with special tokens as text and, where
 * the peer can, parsed.
 * TOKENIZE_MB sets how much text each family gets (default 2), TOKENIZE_SEED which.
 */
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import {
  loadTokenizerJson,
  type Tokenizer,
  TokenizerTrainer,
} from "../../../src/tokenize/index.ts";
import { buildCorpus, readTexts } from "./corpus.ts";
import { listFamilies, openFamily, peerSettings } from "./families.ts";
import { textFolders, useLane } from "./lane.ts";
import { skipReason } from "./peer.ts";

const SIZE = Number(process.env.TOKENIZE_MB ?? 2) * 1_000_000;
const SEED = Number(process.env.TOKENIZE_SEED ?? 1);
const reason = skipReason();
if (reason !== null) console.log(`skipped: tokenizer parity (${reason})`);

const FOLDERS = {
  npm: ["zod", "typescript", "commander", "yaml", "@types/node"],
  python: ["huggingface_hub", "idna", "regex", "django/conf/locale"],
};

describe.skipIf(reason !== null)("ids equal the peer's", () => {
  const lane = useLane({ ...FOLDERS, size: SIZE, seed: SEED });

  /** Digests of the peer's ids, and how many ids there are. */
  function askDigests(name: string, parse: boolean) {
    const args = { name, texts: lane.textsPath, parse };
    return lane.peer.ask<{ digests: string[]; count: number }>("digests", args);
  }

  /** Texts whose ids differ, by number. */
  function differences(ours: (text: string) => Uint32Array, digests: readonly string[]) {
    return lane.texts.flatMap((text, i) => (digestOf(ours(text)) === digests[i] ? [] : [i]));
  }

  test("enough families are there", () => {
    expect(listFamilies().length).toBeGreaterThanOrEqual(12);
  });

  test.each(listFamilies())("$name", { timeout: 3_600_000 }, async (family) => {
    await lane.peer.ask("load", peerSettings(family));
    const tokenizer = openFamily(family);
    const slow = (text: string, special: "text" | "parse") =>
      Uint32Array.from(tokenizer.encode(text, { special, addSpecialTokens: false }).ids);
    const { digests, count } = await askDigests(family.name, false);
    expect(differences((text) => slow(text, "text"), digests)).toEqual([]);
    if (await tokenizer.accelerate()) {
      expect(differences((text) => tokenizer.encodeIds(text), digests)).toEqual([]);
    }
    if (family.peer === "tokenizers" || family.peer === "tiktoken") {
      const parsed = await askDigests(family.name, true);
      expect(differences((text) => slow(text, "parse"), parsed.digests)).toEqual([]);
    }
    console.log(`${family.name}: ${count} ids equal, ${SIZE / 1e6} MB, seed ${SEED}`);
    expect(wrongRoundTrips(tokenizer, lane.texts)).toBe(0);
  });

  const tekkens = listFamilies().filter(({ peer: kind }) => kind === "mistral_common");
  test.each(tekkens)("$name has the special tokens of the peer", async (family) => {
    await lane.peer.ask("load", peerSettings(family));
    const theirs = await lane.peer.ask<string[]>("special_tokens", { name: family.name });
    const tokenizer = openFamily(family);
    expect(theirs.map((_, id) => tokenizer.tokenOf(id))).toEqual(theirs);
  });

  const patience = { timeout: 3_600_000 };
  test.each([8000, 32_000])(
    "training to %i merges as BpeTrainer does",
    patience,
    async (vocabularySize) => {
      const specialTokens = ["<|endoftext|>"];
      const text = lane.texts.join("\n");
      writeFileSync(join(lane.folder, "text.txt"), text);
      const save = join(lane.folder, "theirs.json");
      await lane.peer.ask("train", {
        files: [join(lane.folder, "text.txt")],
        vocab_size: vocabularySize,
        min_frequency: 2,
        special: specialTokens,
        save,
      });
      const options = { type: "bpe", vocabularySize, minFrequency: 2, specialTokens } as const;
      const trainer = await TokenizerTrainer.create(options);
      trainer.feed(text);
      const ours = trainer.train().model as { merges: unknown; vocab: unknown };
      const theirs = JSON.parse(readFileSync(save, "utf8")) as { model: typeof ours };
      expect(ours.merges).toEqual(theirs.model.merges);
      expect(JSON.stringify(ours.vocab)).toBe(JSON.stringify(theirs.model.vocab));
      writeFileSync(join(lane.folder, "ours.json"), JSON.stringify(trainer.train()));
      await lane.peer.ask("load", {
        name: "ours",
        peer: "tokenizers",
        path: join(lane.folder, "ours.json"),
      });
    },
  );

  test("unigram pieces are those UnigramTrainer keeps", { timeout: 600_000 }, async () => {
    const { ours, theirs } = await trainBoth("unigram", 4000, ["<unk>", "<s>", "</s>"]);
    const scores = (file: TrainedFile) => new Map(file.model.vocab as [string, number][]);
    const known = scores(theirs);
    expect(new Set(scores(ours).keys())).toEqual(new Set(known.keys()));
    const apart = [...scores(ours)].map(([token, score]) => Math.abs(score - known.get(token)!));
    // Characters that are no pieces get their scores in a random order there.
    expect(apart.filter((difference) => difference > 1e-9).length).toBeLessThan(800);
    const some = lane.texts.slice(0, 200);
    const tokenizer = loadTokenizerJson(ours);
    for (const text of some) {
      const asked = { name: "ours", text };
      expect([...tokenizer.encodeIds(text)]).toEqual(await lane.peer.ask("encode", asked));
    }
  });

  // Its ids of characters within words come in the random order of a hash table, and ties follow.
  test("WordPiece has nearly all tokens of WordPieceTrainer", { timeout: 600_000 }, async () => {
    const { ours, theirs } = await trainBoth("wordpiece", 8000, ["[UNK]"]);
    const known = new Set(Object.keys(theirs.model.vocab));
    const common = Object.keys(ours.model.vocab).filter((token) => known.has(token));
    expect(common.length / known.size).toBeGreaterThan(0.99);
  });

  async function trainBoth(
    type: "unigram" | "wordpiece",
    vocabularySize: number,
    special: string[],
  ) {
    const options = { folders: textFolders(FOLDERS), tokens: [], size: 800_000, seed: SEED };
    const text = (await readTexts(buildCorpus({ ...options, madeUp: 0 }))).join("\n");
    const paths = { text: join(lane.folder, "small.txt"), save: join(lane.folder, "theirs.json") };
    writeFileSync(paths.text, text);
    const asked = { kind: type, vocab_size: vocabularySize, min_frequency: 2, special };
    await lane.peer.ask("train", { ...asked, files: [paths.text], save: paths.save });
    const settings = { type, vocabularySize, minFrequency: 2, specialTokens: special } as const;
    const trainer = await TokenizerTrainer.create(settings);
    trainer.feed(text);
    const ours = trainer.train() as unknown as TrainedFile;
    writeFileSync(join(lane.folder, "ours.json"), JSON.stringify(ours));
    await lane.peer.ask("load", {
      name: "ours",
      peer: "tokenizers",
      path: join(lane.folder, "ours.json"),
    });
    const theirs = JSON.parse(readFileSync(paths.save, "utf8")) as TrainedFile;
    return { ours, theirs };
  }
});

interface TrainedFile {
  readonly model: { readonly vocab: object };
}

function digestOf(ids: Uint32Array): string {
  return createHash("md5")
    .update(new Uint8Array(ids.buffer, ids.byteOffset, ids.byteLength))
    .digest("hex");
}

/** Byte-level tokenizers without a normalizer give text back as it was. */
function wrongRoundTrips(tokenizer: Tokenizer, texts: readonly string[]): number {
  if (tokenizer.parts.bytesOf === null || tokenizer.parts.normalize !== null) return 0;
  const ids = (text: string) => tokenizer.encode(text, { addSpecialTokens: false }).ids;
  return texts.slice(0, 100).filter((text) => tokenizer.decode(ids(text)) !== text).length;
}
