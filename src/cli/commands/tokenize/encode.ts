/** `sovereign tokenize encode`: ids of texts, or rows of tokens with their places. */
import { defineCommand } from "../../command.ts";
import { encodeInputIds } from "../../tokenize/encode-input.ts";
import { openInputs } from "../../tokenize/inputs.ts";
import { MODEL_FLAGS, openModel, SPECIAL_FLAG, specialMode } from "../../tokenize/model-flags.ts";
import { tokenRows } from "../../tokenize/token-rows.ts";

export const TOKEN_FIELDS = [
  { name: "file", type: { kind: "string" }, summary: "the input, where there are several" },
  { name: "id", type: { kind: "int" }, summary: "the token's number" },
  { name: "token", type: { kind: "string" }, summary: "as the vocabulary writes it" },
  { name: "start", type: { kind: "long" }, summary: "first byte in the text" },
  { name: "end", type: { kind: "long" }, summary: "the byte after the last" },
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
    ...SPECIAL_FLAG,
    "add-special": {
      type: "boolean",
      summary: "put in what the tokenizer puts around a text, such as [CLS] and [SEP]",
    },
  },
  examples: [
    {
      comment: "The ids of a line",
      run: "echo 'one two' | sovereign tokenize encode -m tokenizer.json",
    },
    { comment: "The ids of a file", run: "sovereign tokenize encode -m tokenizer.json notes.txt" },
    {
      comment: "Tokens and their places, one JSON object each",
      run: "sovereign tokenize encode -m tokenizer.json notes.txt -o jsonl",
    },
  ],
  notes:
    "Without `-o` each file is one line of ids. Files of any size are read in parts. Bytes that are no UTF-8 are read as U+FFFD each.",
  fields: TOKEN_FIELDS,
  databricks: "a Hugging Face tokenizer's `encode` in a notebook",
  seeAlso: ["tokenize decode", "tokenize count", "tokenize inspect"],
  async run(context, { args, flags }) {
    const { tokenizer } = await openModel(flags, context);
    const inputs = await openInputs(args.files, context);
    const options = {
      special: specialMode(flags.special),
      addSpecialTokens: flags["add-special"],
    };
    if (context.globals.output !== undefined) {
      await context.printRows(tokenRows(inputs, tokenizer, options, context), { limit: 0 });
      return 0;
    }
    for (const input of inputs) {
      let separator = "";
      for await (const { ids } of encodeInputIds(input, tokenizer, options, context)) {
        if (ids.length === 0) continue;
        await context.printText(separator + Array.prototype.join.call(ids, " "));
        separator = " ";
      }
      await context.printText("\n");
    }
    return 0;
  },
});
