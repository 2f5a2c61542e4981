/** `sovereign tokenize inspect`: a tokenizer's parts, or the pieces of a text. */
import { defineCommand } from "../../command.ts";
import type { CommandContext } from "../../context.ts";
import { MODEL_FLAGS, openModel, SPECIAL_FLAG, specialMode } from "../../tokenize/model-flags.ts";
import { paintPieces } from "../../tokenize/paint-pieces.ts";

const PIECE_FIELDS = [
  { name: "id", type: { kind: "int" } },
  { name: "piece", type: { kind: "string" }, summary: "the text it covers" },
  { name: "bytes", type: { kind: "string" }, summary: "the bytes it stands for, in hex" },
  { name: "token", type: { kind: "string" }, summary: "as the vocabulary writes it" },
] as const;
const MODEL_FIELDS = [
  { name: "file", type: { kind: "string" } },
  { name: "kind", type: { kind: "string" }, summary: "of file" },
  { name: "model", type: { kind: "string" }, summary: "BPE, WordPiece, Unigram or WordLevel" },
  { name: "vocabulary", type: { kind: "long" }, summary: "how many ids there are" },
  { name: "added", type: { kind: "long" }, summary: "tokens found before the model cuts" },
  { name: "special", type: { kind: "long" }, summary: "of those, control tokens" },
  { name: "has_chat_template", type: { kind: "boolean" } },
] as const;

export const command = defineCommand({
  args: { text: { summary: "the text to cut; without it the tokenizer itself is shown" } },
  flags: { ...MODEL_FLAGS, ...SPECIAL_FLAG },
  examples: [
    {
      comment: "What kind of tokenizer a file holds",
      run: "sovereign tokenize inspect -m tokenizer.json",
    },
    {
      comment: "Where a text is cut: id, bytes and piece",
      run: 'sovereign tokenize inspect -m tokenizer.json "unbelievable"',
    },
  ],
  notes:
    "On a terminal the pieces of a text stand in one line, each in a colour of its own, above the rows.",
  fields: [...PIECE_FIELDS, ...MODEL_FIELDS],
  seeAlso: ["tokenize encode"],
  async run(context, { args, flags }) {
    const { tokenizer, kind } = await openModel(flags, context);
    if (args.text === undefined) {
      const { addedTokens, model, chatTemplate } = tokenizer.parts;
      await context.printRecord(MODEL_FIELDS, {
        file: flags.model,
        kind,
        model: model.type,
        vocabulary: BigInt(tokenizer.vocabularySize),
        added: BigInt(addedTokens.all.length),
        special: BigInt(addedTokens.all.filter(({ isSpecial }) => isSpecial).length),
        has_chat_template: chatTemplate !== null,
      });
      return 0;
    }
    const special = specialMode(flags.special);
    const encoding = tokenizer.encode(args.text, { special, addSpecialTokens: false });
    const pieces = encoding.ids.map((id, i) => ({
      id,
      piece: args.text!.slice(encoding.starts[i], encoding.ends[i]),
      bytes: hexOf(
        tokenizer.parts.bytesOf?.(id) ??
          Buffer.from(args.text!.slice(encoding.starts[i], encoding.ends[i])),
      ),
      token: tokenizer.tokenOf(id) ?? null,
    }));
    if (showsLine(context)) {
      await context.printText(`${paintPieces(args.text, encoding, context.style)}\n\n`);
    }
    await context.printRecords(PIECE_FIELDS, pieces);
    return 0;
  },
});

function showsLine({ format, io }: CommandContext): boolean {
  return format === "table" && io.stdout.isTTY;
}

function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes)
    .toString("hex")
    .replace(/..(?=.)/g, "$& ");
}
