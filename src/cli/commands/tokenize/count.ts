/** `sovereign tokenize count`: tokens, characters and bytes of files. */
import { defineCommand } from "../../command.ts";
import { encodeInputIds } from "../../tokenize/encode-input.ts";
import { openInputs } from "../../tokenize/inputs.ts";
import { MODEL_FLAGS, openModel, SPECIAL_FLAG, specialMode } from "../../tokenize/model-flags.ts";

const FIELDS = [
  { name: "file", type: { kind: "string" }, summary: "as named; `-` for stdin" },
  { name: "tokens", type: { kind: "long" } },
  { name: "unique", type: { kind: "long" }, summary: "different tokens" },
  {
    name: "unknown",
    type: { kind: "long" },
    summary: "tokens that stand for text not in the vocabulary",
  },
  { name: "characters", type: { kind: "long" }, summary: "code points" },
  { name: "bytes", type: { kind: "long" }, summary: "of UTF-8" },
  { name: "bytes_per_token", type: { kind: "double" } },
] as const;

export const command = defineCommand({
  args: {
    files: {
      summary: "text files; stdin without any, or for `-`",
      variadic: true,
      completes: "files",
    },
  },
  flags: { ...MODEL_FLAGS, ...SPECIAL_FLAG },
  examples: [
    {
      comment: "How long a file is for a model",
      run: "sovereign tokenize count -m tokenizer.json notes.txt",
    },
    {
      comment: "The number alone",
      run: "cat notes.txt | sovereign tokenize count -m tokenizer.json --json tokens",
    },
  ],
  fields: FIELDS,
  databricks: "counting with a Hugging Face tokenizer in a notebook",
  seeAlso: ["tokenize encode", "tokenize inspect"],
  async run(context, { args, flags }) {
    const { tokenizer } = await openModel(flags, context);
    const inputs = await openInputs(args.files, context);
    const options = { special: specialMode(flags.special), addSpecialTokens: false };
    const records = [];
    const progress = await context.progress();
    for (const input of inputs) {
      const seen = new Set<number>();
      const task = progress.start({
        label: `counting ${input.name}`,
        unit: "bytes",
        leavesLine: false,
        ...(input.sizeBytes === null ? {} : { total: input.sizeBytes }),
      });
      const sum = { tokens: 0, unknown: 0, characters: 0, bytes: 0 };
      for await (const { chunk, ids } of encodeInputIds(input, tokenizer, options, context)) {
        sum.tokens += ids.length;
        task.advance(chunk.toByte - sum.bytes);
        sum.bytes = chunk.toByte;
        for (const _ of chunk.text) sum.characters++;
        for (let i = 0; i < ids.length; i++) {
          const id = ids[i]!;
          seen.add(id);
          if (id === tokenizer.unknownId) sum.unknown++;
        }
      }
      task.discard();
      const ratio = sum.tokens === 0 ? null : Math.round((sum.bytes / sum.tokens) * 1000) / 1000;
      records.push({
        file: input.name,
        tokens: BigInt(sum.tokens),
        unique: BigInt(seen.size),
        unknown: BigInt(sum.unknown),
        characters: BigInt(sum.characters),
        bytes: BigInt(sum.bytes),
        bytes_per_token: ratio,
      });
    }
    await context.printRecords(FIELDS, records);
    return 0;
  },
});
