/** What learning promises beside its peers' results: room, repeatability, counts alone. */
import { describe, expect, test } from "vitest";
import { createRng } from "../../src/core/rng.ts";
import { loadTokenizerJson, TokenizerTrainer } from "../../src/tokenize/index.ts";

const LINES = ["the cat sat on the mat\n", "the bats sat; 漢字 and 漢字\n", "a cat's mats\n"];

async function unigramTrainer(vocabularySize: number, lines: readonly string[]) {
  const trainer = await TokenizerTrainer.create({
    type: "unigram",
    vocabularySize,
    minFrequency: 1,
    specialTokens: ["<s>"],
  });
  for (const line of lines) trainer.feed(line);
  return trainer;
}

async function trainUnigram(vocabularySize: number, lines: readonly string[]) {
  return (await unigramTrainer(vocabularySize, lines)).train();
}

describe("unigram", () => {
  test("has room for every character and puts the unknown token first", async () => {
    const file = await trainUnigram(40, LINES);
    const { vocab, unk_id } = file.model as { vocab: [string, number][]; unk_id: number };
    expect(vocab.length).toBeLessThanOrEqual(40);
    expect(vocab.slice(0, 2)).toEqual([
      ["<unk>", 0],
      ["<s>", 0],
    ]);
    expect(unk_id).toBe(0);
    const tokenizer = loadTokenizerJson(file);
    const { ids } = tokenizer.encode("the 漢 mats");
    expect(ids).not.toContain(0);
    expect(tokenizer.decode(ids)).toBe("the 漢 mats");
    expect(tokenizer.encode("the Ω").ids).toContain(0);
  });

  test("the same words in another order give the same file", async () => {
    const again = await trainUnigram(40, [...LINES].reverse());
    expect(JSON.stringify(again)).toBe(JSON.stringify(await trainUnigram(40, LINES)));
  });

  test("a long word is no trouble", async () => {
    const long = Array.from({ length: 5000 }, (_, i) => "abcdefgh"[(i * i) % 8]).join("");
    const file = await trainUnigram(60, [`${long}\n`, ...LINES]);
    const { vocab } = file.model as { vocab: [string, number][] };
    expect(vocab.every(([, score]) => Number.isFinite(score))).toBe(true);
  });

  test("refuses a size that has no room for the characters", async () => {
    await expect(trainUnigram(5, LINES)).rejects.toThrow(/more characters than 5 tokens/);
  });

  test("can be left while it looks for seeds and sets up its lattice", async () => {
    const rng = createRng(4);
    const word = () => Array.from({ length: 8 }, () => "abcdefghij"[rng.int(10)]).join("");
    const words = Array.from({ length: 10_000 }, () => `${word()}\n`);
    const trainer = await unigramTrainer(100, words);
    let nowMs = 0;
    const clock = {
      nowMs: () => nowMs,
      monotonicMs: () => {
        nowMs += 60;
        return nowMs;
      },
    };
    const counts: number[] = [];
    for (const turns of [3, 10, 20]) {
      const stop = new AbortController();
      counts.length = 0;
      const onProgress = (count: number): void => {
        if (counts.push(count) === turns) stop.abort(130);
      };
      const work = trainer.trainInTurns({ clock, signal: stop.signal, onProgress });
      await expect(work).rejects.toBe(130);
    }
    // More of them at each turn: no piece has been dropped yet.
    expect(counts.at(-1)).toBeGreaterThan(20_000);
    expect(counts.slice(3)).toEqual(counts.slice(3).toSorted((a, b) => a - b));
  });
});
