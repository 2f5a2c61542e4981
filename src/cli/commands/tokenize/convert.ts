/** `sovereign tokenize convert`: a tokenizer as tokenizer.json or as tiktoken's ranks. */
import { resolve } from "node:path";
import { SovereignError } from "../../../core/errors.ts";
import { writeFileAtomic } from "../../../core/io/index.ts";
import { defineCommand } from "../../command.ts";
import { MODEL_FLAGS, openModel } from "../../tokenize/model-flags.ts";

export const command = defineCommand({
  args: { out: { summary: "the file to write: `….json` or `….tiktoken`" } },
  flags: {
    ...MODEL_FLAGS,
    to: {
      type: "choice",
      choices: ["tokenizer.json", "tiktoken"],
      summary: "the kind of file; by its name when absent",
    },
  },
  examples: [
    {
      comment: "The tokenizer inside a model file, for Hugging Face's library",
      run: "sovereign tokenize convert -m model.gguf tokenizer.json",
    },
    {
      comment: "The ranks of a trained tokenizer",
      run: "sovereign tokenize convert -m tokenizer.json ranks.tiktoken",
    },
  ],
  notes:
    "Only what means the same in the other file is written; SentencePiece's merges by score are refused.",
  output: "text",
  seeAlso: ["tokenize inspect", "tokenize train"],
  async run(context, { args, flags }) {
    const { out } = args;
    if (out === undefined) {
      throw new SovereignError("INVALID_PARAMETER_VALUE", "no file to write is named", {
        hint: "name it: `tokenizer.json` or `ranks.tiktoken`",
      });
    }
    const kind =
      flags.to ??
      (out.endsWith(".json")
        ? "tokenizer.json"
        : out.endsWith(".tiktoken")
          ? "tiktoken"
          : undefined);
    if (kind === undefined) {
      throw new SovereignError("INVALID_PARAMETER_VALUE", `\`${out}\` does not say its kind`, {
        hint: "add `--to tokenizer.json` or `--to tiktoken`",
      });
    }
    const { tokenizer } = await openModel(flags, context);
    const { describeTokenizer, writeRanks } = await import("../../../tokenize/index.ts");
    const text =
      kind === "tiktoken"
        ? writeRanks(tokenizer)
        : `${JSON.stringify(describeTokenizer(tokenizer), null, 1)}\n`;
    await writeFileAtomic(resolve(context.io.cwd, out), text);
    await context.note(`wrote ${out}: ${tokenizer.vocabularySize} tokens`);
    return 0;
  },
});
