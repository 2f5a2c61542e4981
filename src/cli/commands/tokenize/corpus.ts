/** `sovereign tokenize corpus`: how well a tokenizer fits texts. */
import { defineCommand } from "../../command.ts";
import { encodeInput } from "../../tokenize/encode-input.ts";
import { openInputs } from "../../tokenize/inputs.ts";
import { LineLengths } from "../../tokenize/line-lengths.ts";
import { MODEL_FLAGS, openModel } from "../../tokenize/model-flags.ts";

const FIELDS = [
  { name: "documents", type: { kind: "long" }, summary: "lines that hold text" },
  { name: "words", type: { kind: "long" }, summary: "between white space" },
  { name: "tokens", type: { kind: "long" } },
  { name: "unique", type: { kind: "long" }, summary: "different tokens" },
  { name: "unknown", type: { kind: "long" }, summary: "tokens for text not in the vocabulary" },
  { name: "fertility", type: { kind: "double" }, summary: "tokens per word" },
  { name: "bytes_per_token", type: { kind: "double" } },
  {
    name: "vocabulary_used",
    type: { kind: "double" },
    summary: "part of the vocabulary that occurs",
  },
  { name: "length_mean", type: { kind: "double" }, summary: "tokens per document" },
  { name: "length_median", type: { kind: "long" } },
  { name: "length_p95", type: { kind: "long" } },
  { name: "length_max", type: { kind: "long" } },
] as const;
const BINS = ["1-7", "8-15", "16-31", "32-63", "64-127", "128-255", "256-511", "512-1023", "1024+"];
const BIN_FIELDS = [
  { name: "length", type: { kind: "string" }, summary: "tokens of a document" },
  { name: "documents", type: { kind: "long" } },
] as const;

export const command = defineCommand({
  args: {
    files: {
      summary: "text files; stdin without any, or for `-`",
      variadic: true,
      completes: "files",
    },
  },
  flags: {
    ...MODEL_FLAGS,
    histogram: { type: "boolean", summary: "how many documents have how many tokens" },
  },
  examples: [
    {
      comment: "How well a tokenizer fits",
      run: "sovereign tokenize corpus -m tokenizer.json notes.txt",
    },
    {
      comment: "The lengths of the documents",
      run: "sovereign tokenize corpus -m tokenizer.json notes.txt --histogram",
    },
  ],
  notes: "Each line is a document. Fertility near 1 means that most words are one token.",
  fields: [...FIELDS, BIN_FIELDS[0]],
  seeAlso: ["tokenize count"],
  async run(context, { args, flags }) {
    const { tokenizer } = await openModel(flags, context);
    const inputs = await openInputs(args.files, context);
    const seen = new Set<number>();
    const lines = new LineLengths();
    const sum = { words: 0, tokens: 0, unknown: 0, bytes: 0 };
    for (const input of inputs) {
      const options = { special: "text", addSpecialTokens: false } as const;
      for await (const { chunk, encoding } of encodeInput(input, tokenizer, options, context)) {
        sum.words += chunk.text.match(/[^\p{White_Space}]+/gu)?.length ?? 0;
        sum.bytes += Buffer.byteLength(chunk.text);
        sum.tokens += encoding.length;
        lines.add(chunk.text, encoding.starts, encoding.length);
        for (let i = 0; i < encoding.length; i++) {
          seen.add(encoding.ids[i]!);
          if (encoding.ids[i] === tokenizer.unknownId) sum.unknown++;
        }
      }
      lines.end();
    }
    const { lengths } = lines;
    if (flags.histogram) {
      await context.printRecords(BIN_FIELDS, histogram(lengths));
      return 0;
    }
    const { tokens } = sum;
    const sorted = [...lengths].sort((a, b) => a - b);
    const at = (part: number) =>
      BigInt(sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))] ?? 0);
    await context.printRecord(FIELDS, {
      documents: BigInt(lengths.length),
      words: BigInt(sum.words),
      tokens: BigInt(tokens),
      unique: BigInt(seen.size),
      unknown: BigInt(sum.unknown),
      fertility: ratio(tokens, sum.words),
      bytes_per_token: ratio(sum.bytes, tokens),
      vocabulary_used: ratio(seen.size, tokenizer.vocabularySize),
      length_mean: ratio(total(lengths), lengths.length),
      length_median: at(0.5),
      length_p95: at(0.95),
      length_max: at(1),
    });
    return 0;
  },
});

function total(lengths: readonly number[]): number {
  return lengths.reduce((sum, length) => sum + length, 0);
}

function ratio(part: number, whole: number): number | null {
  return whole === 0 ? null : Math.round((part / whole) * 10_000) / 10_000;
}

function histogram(lengths: readonly number[]) {
  const counts = BINS.map(() => 0);
  for (const length of lengths) {
    const bin = Math.max(0, Math.min(BINS.length - 1, Math.floor(Math.log2(length)) - 2));
    counts[bin]!++;
  }
  return BINS.map((length, i) => ({ length, documents: BigInt(counts[i]!) }));
}
