/** `sovereign tokenize train`: a tokenizer.json learned from text. */
import { statSync } from "node:fs";
import { resolve } from "node:path";

import { SovereignError } from "../../../core/errors.ts";
import { writeFileAtomic } from "../../../core/io/index.ts";
import { defineCommand } from "../../command.ts";
import { OVERWRITE_FLAG, targetPath } from "../../output/write-file.ts";
import { type FeedOptions, feedLines } from "../../tokenize/feed-lines.ts";
import { openInputs, type TextInput } from "../../tokenize/inputs.ts";

const DEFAULT_SIZE = { bpe: 32_000, wordpiece: 30_522, unigram: 8000, words: 0 } as const;

export const command = defineCommand({
  args: {
    files: {
      summary: "text files; stdin without any, or for `-`",
      variadic: true,
      completes: "files",
    },
  },
  flags: {
    out: { type: "string", value: "file", summary: "where to write it (default tokenizer.json)" },
    ...OVERWRITE_FLAG,
    type: {
      type: "choice",
      choices: ["bpe", "wordpiece", "unigram", "words"],
      summary: "byte-level BPE (default), WordPiece, unigram, or the course's whole words",
    },
    "vocab-size": {
      type: "integer",
      value: "n",
      min: 1,
      max: 2 ** 24,
      summary: "tokens at most (default 32000; 30522 of wordpiece, 8000 of unigram)",
    },
    "min-frequency": {
      type: "integer",
      value: "n",
      min: 1,
      summary: "leave out what is seen less often (default 2; not for unigram)",
    },
    special: {
      type: "string",
      value: "token",
      repeat: true,
      summary: "a special token; those of the type's habit when none is given",
    },
    pattern: {
      type: "string",
      value: "name",
      summary:
        "of bpe: how text is cut first (default gpt2; cl100k_base, o200k_base, an expression)",
    },
  },
  examples: [
    {
      comment: "Byte-level BPE with 8,000 tokens",
      run: "sovereign tokenize train notes.txt --vocab-size 8000 --out trained.json",
    },
    {
      comment: "WordPiece as BERT has it",
      run: "sovereign tokenize train notes.txt --type wordpiece --out bert.json",
    },
  ],
  notes:
    "The merges of `bpe` are those of Hugging Face's BpeTrainer on the same files, the pieces of `unigram` those of its UnigramTrainer, and its library loads the file. The same text gives the same file; only counts of words are held.",
  allOrNothing: true,
  output: "text",
  seeAlso: ["tokenize encode", "tokenize inspect"],
  async run(context, { args, flags }) {
    const out = flags.out ?? "tokenizer.json";
    const type = flags.type ?? "bpe";
    const path = targetPath(out, flags.overwrite, context.io.cwd);
    const inputs = await openInputs(args.files, context);
    refuseInput(path, { out, names: args.files, cwd: context.io.cwd });
    const progress = await context.progress();
    const total = inputs.reduce((sum, { sizeBytes }) => sum + (sizeBytes ?? Number.NaN), 0);
    const reading = progress.start({
      label: "reading",
      unit: "bytes",
      ...(total > 0 ? { total } : {}),
    });
    const { signal } = context.io;
    const minFrequency = flags["min-frequency"] ?? 2;
    if (type === "words") {
      const { WordLabTrainer } = await import("../../../tokenize/index.ts");
      const trainer = new WordLabTrainer();
      await feedAll(inputs, { task: reading, signal, feed: (text) => trainer.feed(text) });
      const vocab = trainer.tokens(minFrequency);
      await writeJson(path, { type: "lab-words", min_frequency: minFrequency, vocab });
      await context.note(`wrote ${out}: ${vocab.length} tokens`);
      return 0;
    }
    const { encodingNamed, TokenizerTrainer } = await import("../../../tokenize/index.ts");
    refuseStrayFlags(type, flags);
    const isNamed = flags.pattern !== undefined && /^[\w-]+$/.test(flags.pattern);
    const pattern = isNamed ? encodingNamed(flags.pattern!).pattern : flags.pattern;
    const size = flags["vocab-size"] ?? DEFAULT_SIZE[type];
    const trainer = await TokenizerTrainer.create({
      type,
      vocabularySize: size,
      minFrequency,
      specialTokens: flags.special.length > 0 ? flags.special : HABITS[type],
      ...(pattern === undefined ? {} : { pattern }),
    });
    await feedAll(inputs, { task: reading, signal, feed: (text) => trainer.feed(text) });
    const learning = progress.start({ label: "learning", leavesLine: false });
    const unit = type === "unigram" ? "pieces left" : "tokens";
    const file = await trainer
      .trainInTurns({
        signal,
        onProgress: (count) => learning.describe(`${count} ${unit}, ${size} wanted`),
      })
      .finally(() => learning.discard());
    await writeJson(path, file);
    const { length: vocabulary } = Object.keys((file.model as { vocab: object }).vocab);
    await context.note(`wrote ${out}: ${vocabulary} tokens`);
    if (vocabulary > size && flags["vocab-size"] !== undefined) {
      await context.warn(
        `bytes, characters and special tokens alone are more than the ${size} asked for`,
      );
    }
    return 0;
  },
});

/** The text would be gone with what was learnt from it. */
function refuseInput(
  path: string,
  { out, names, cwd }: { out: string; names: readonly string[]; cwd: string },
): void {
  const target = statSync(path, { throwIfNoEntry: false });
  if (target === undefined) return;
  const isSame = names.some((name) => {
    const stat = statSync(resolve(cwd, name), { throwIfNoEntry: false });
    return stat?.ino === target.ino && stat.dev === target.dev;
  });
  if (!isSame) return;
  throw new SovereignError("INVALID_PARAMETER_VALUE", `\`${out}\` is a text to learn from`, {
    hint: "name another file to write: `--out tokenizer.json`",
  });
}

async function feedAll(inputs: readonly TextInput[], options: FeedOptions): Promise<void> {
  let hasText = false;
  const feed = (text: string): void => {
    hasText ||= text.trim() !== "";
    options.feed(text);
  };
  for (const input of inputs) await feedLines(input, { ...options, feed });
  options.task.discard();
  if (hasText) return;
  throw new SovereignError("INVALID_PARAMETER_VALUE", "there is no text to learn from", {
    hint: "name files with text, or pipe it in",
  });
}

function refuseStrayFlags(
  type: "bpe" | "wordpiece" | "unigram",
  flags: { readonly pattern?: string | undefined; readonly "min-frequency"?: number | undefined },
): void {
  if (flags.pattern !== undefined && type !== "bpe") {
    throw new SovereignError("INVALID_PARAMETER_VALUE", "`--pattern` is for the type bpe", {
      hint: "leave it out",
    });
  }
  if (flags["min-frequency"] !== undefined && type === "unigram") {
    throw new SovereignError(
      "INVALID_PARAMETER_VALUE",
      "`--min-frequency` is not for the type unigram",
      { hint: "leave it out: pieces go by what they are worth" },
    );
  }
}

const HABITS = {
  bpe: ["<|endoftext|>"],
  wordpiece: ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"],
  unigram: ["<unk>", "<s>", "</s>"],
} as const;

async function writeJson(path: string, value: unknown): Promise<void> {
  await writeFileAtomic(path, `${JSON.stringify(value, null, 1)}\n`);
}
