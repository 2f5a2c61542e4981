/** `sovereign tokenize decode`: text of ids, streamed. */
import { SovereignError } from "../../../core/errors.ts";
import { defineCommand } from "../../command.ts";
import { MODEL_FLAGS, openModel } from "../../tokenize/model-flags.ts";
import { readIds } from "../../tokenize/read-ids.ts";

export const command = defineCommand({
  args: {
    ids: { summary: "token ids; from stdin without any", variadic: true },
  },
  flags: {
    ...MODEL_FLAGS,
    "skip-special": { type: "boolean", summary: "leave special tokens out" },
    lossy: { type: "boolean", summary: "leave out ids that stand for no token" },
  },
  examples: [
    {
      comment: "The text of a few ids",
      run: "sovereign tokenize decode -m tokenizer.json 79 78 69",
    },
    {
      comment: "The text of a file of ids",
      run: "cat ids.txt | sovereign tokenize decode -m tokenizer.json",
    },
  ],
  notes:
    "Ids are numbers with white space, commas or brackets between them, so a JSON list is fine too. Byte-level tokenizers give back every byte as it was.",
  output: "text",
  databricks: "a Hugging Face tokenizer's `decode` in a notebook",
  seeAlso: ["tokenize encode"],
  async run(context, { args, flags }) {
    const { tokenizer } = await openModel(flags, context);
    const skipSpecialTokens = flags["skip-special"];
    const { bytesOf, addedTokens } = tokenizer.parts;
    const stream = tokenizer.decodeStream({ skipSpecialTokens });
    for await (const ids of readIds(args.ids, context)) {
      const known = ids.filter((id) => isKnown(id, tokenizer.tokenOf(id), flags.lossy));
      if (bytesOf === null) {
        await context.printText(known.map((id) => stream.push(id)).join(""));
        continue;
      }
      const kept = skipSpecialTokens
        ? known.filter((id) => !addedTokens.get(id)?.isSpecial)
        : known;
      await context.io.stdout.write(Buffer.concat(kept.map((id) => bytesOf(id)!)));
    }
    await context.printText(stream.end());
    return 0;
  },
});

function isKnown(id: number, token: string | undefined, lossy: boolean): boolean {
  if (token !== undefined || lossy) return token !== undefined;
  throw new SovereignError("INVALID_PARAMETER_VALUE", `no token has the id ${id}`, {
    hint: "the ids are of another tokenizer; `--lossy` leaves such ids out",
  });
}
