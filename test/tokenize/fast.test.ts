/** The kernel is an optimisation: its ids are those of the definition in `model/`, for every scanner. */
import { describe, expect, test } from "vitest";
import { createRng, type Rng } from "../../src/core/rng.ts";
import {
  encodingNamed,
  loadTokenizerJson,
  type Tokenizer,
  TokenizerTrainer,
} from "../../src/tokenize/index.ts";
import { DEEPSEEK_PATTERNS } from "../../src/tokenize/text/known-patterns.ts";

const PARTS =
  "a|b|the|cat|Th|THE|é|É|ǅ|ß|ʰ|漢|字|あ|ア|・|ー|ｱ|ก็|ा|हिन्दी|1|23|456|½|٣|😀|👩‍👧|🇩🇪|'s|'S|'LL|'re|'|'\u017f|ſ|-|--|//|…|«|$|+|\n|\r\n|\n\n| |  |                   |\t|\u00a0|\u3000|\u2028|\u0085|\ufeff|\u200b|\u0001|\0|\u0301|\u{10ffff}|\ue000|abcdefghijklmnopqrstuvwxyz|ABCDEFGHIJKLMNOPQRS|<|end|>".split(
    "|",
  );

function randomText(rng: Rng, length: number): string {
  let text = "";
  for (let i = 0; i < length; i++) text += PARTS[rng.int(PARTS.length)];
  return text;
}

async function train(pattern: string | undefined): Promise<Tokenizer> {
  const trainer = await TokenizerTrainer.create({
    type: "bpe",
    vocabularySize: 600,
    minFrequency: 1,
    specialTokens: ["<|end|>"],
    ...(pattern === undefined ? {} : { pattern }),
  });
  trainer.feed(randomText(createRng(1), 4000));
  return loadTokenizerJson(trainer.train());
}

/** DeepSeek's three steps in place of the one that was trained with. */
function cutAsDeepseek(tokenizer: Tokenizer, describe: (tokenizer: Tokenizer) => object) {
  const steps = DEEPSEEK_PATTERNS.map((Regex) => ({
    type: "Split",
    pattern: { Regex },
    behavior: "Isolated",
    invert: false,
  }));
  const bytes = { type: "ByteLevel", add_prefix_space: false, use_regex: false };
  const pre_tokenizer = { type: "Sequence", pretokenizers: [...steps, bytes] };
  return loadTokenizerJson({ ...describe(tokenizer), pre_tokenizer });
}

describe("the kernel's ids are the definition's", async () => {
  const { describeTokenizer } = await import("../../src/tokenize/index.ts");
  const cases: [string, Tokenizer][] = [["gpt2", await train(undefined)]];
  for (const name of ["cl100k_base", "qwen", "o200k_base"]) {
    cases.push([name, await train(encodingNamed(name).pattern)]);
  }
  cases.push(["deepseek", cutAsDeepseek(cases[0]![1], describeTokenizer)]);
  const ignoring = describeTokenizer(cases[1]![1]) as { model: object };
  const model = { ...ignoring.model, ignore_merges: true };
  cases.push(["ignore_merges", loadTokenizerJson({ ...ignoring, model })]);

  test.each(cases)("%s", async (_, tokenizer) => {
    expect(await tokenizer.accelerate()).toBe(true);
    const rng = createRng(7);
    for (let i = 0; i < 400; i++) {
      const text = randomText(rng, 1 + rng.int(60));
      const slow = tokenizer.encode(text, { addSpecialTokens: false }).ids;
      expect([...tokenizer.encodeIds(text)], JSON.stringify(text)).toEqual([...slow]);
    }
  });

  test("deepseek, by classes of characters", async () => {
    const tokenizer = cases[4]![1];
    await tokenizer.accelerate();
    const points = Array.from({ length: 0x20000 }, (_, point) => point).filter(
      (point) => (point < 0x3200 || point % 16 === 0) && (point < 0xd800 || point > 0xdfff),
    );
    const text = points.map((point) => `a ${String.fromCodePoint(point)}b`).join("");
    const slow = tokenizer.encode(text, { addSpecialTokens: false }).ids;
    expect(tokenizer.encodeIds(text).join()).toBe(slow.join());
  });

  test("ranks, by whatever way a token is made", async () => {
    const { loadTiktoken, writeRanks } = await import("../../src/tokenize/index.ts");
    const ranks = writeRanks(cases[1]![1]);
    const { pattern } = encodingNamed("cl100k_base");
    const tokenizer = loadTiktoken(ranks, { pattern, special: {} });
    expect(await tokenizer.accelerate()).toBe(true);
    const rng = createRng(3);
    for (let i = 0; i < 400; i++) {
      const text = randomText(rng, 1 + rng.int(60));
      const slow = tokenizer.encode(text).ids;
      expect([...tokenizer.encodeIds(text)], JSON.stringify(text)).toEqual([...slow]);
    }
  });
});
