/** `sovereign tokenize convert`: a tokenizer as tokenizer.json, tiktoken's ranks or a GGUF file. */
import { SovereignError } from "../../../core/errors.ts";
import { writeFileAtomic } from "../../../core/io/index.ts";
import { takeTurn } from "../../../core/turns.ts";
import type { AddedToken, Tokenizer } from "../../../tokenize/index.ts";
import { defineCommand } from "../../command.ts";
import type { CommandContext } from "../../context.ts";
import { OVERWRITE_FLAG, targetPath } from "../../output/write-file.ts";
import { quoteShellWord } from "../../shell-words.ts";
import { MODEL_FLAGS, openModel } from "../../tokenize/model-flags.ts";

export const command = defineCommand({
  args: { out: { summary: "the file to write: `….json`, `….tiktoken` or `….gguf`" } },
  flags: {
    ...MODEL_FLAGS,
    to: {
      type: "choice",
      choices: ["tokenizer.json", "tiktoken", "gguf"],
      summary: "the kind of file; by its name when absent",
    },
    ...OVERWRITE_FLAG,
  },
  examples: [
    {
      comment: "The tokenizer inside a model file, for Hugging Face's library",
      run: "sovereign tokenize convert -m model.gguf tokenizer.json",
    },
    {
      comment: "A file with the tokenizer alone, for llama.cpp",
      run: "sovereign tokenize convert -m tokenizer.json tokenizer.gguf",
    },
    {
      comment: "The ranks of a trained tokenizer",
      run: "sovereign tokenize convert -m tokenizer.json ranks.tiktoken",
    },
  ],
  notes:
    "Only what means the same in the other file is written; the rest is refused. A GGUF file gets the tokenizer and no tensors, and not the normal form C of Qwen's files, which llama.cpp has no word for. Unigram models are read there as llama.cpp reads them: it sums in other floats than SentencePiece, and finds no control tokens in text. Behind a user-defined symbol of SentencePiece other libraries begin a new word.",
  allOrNothing: true,
  output: "text",
  seeAlso: ["tokenize inspect", "tokenize train"],
  async run(context, { args, flags }) {
    const { out } = args;
    if (out === undefined) {
      throw new SovereignError("INVALID_PARAMETER_VALUE", "no file to write is named", {
        hint: "name it: `tokenizer.json`, `ranks.tiktoken` or `tokenizer.gguf`",
      });
    }
    const kind = flags.to ?? KINDS.find(([end]) => out.endsWith(end))?.[1];
    if (kind === undefined) {
      throw new SovereignError("INVALID_PARAMETER_VALUE", `\`${out}\` does not say its kind`, {
        hint: "add `--to tokenizer.json`, `--to tiktoken` or `--to gguf`",
      });
    }
    const path = targetPath(out, flags.overwrite, context.io.cwd);
    const { tokenizer } = await openModel(flags, context);
    const content = await writeKind(kind, tokenizer);
    await takeTurn(context.io.signal);
    await writeFileAtomic(path, content);
    if (kind === "tiktoken") await noteRanks(out, { tokenizer, content: String(content) }, context);
    else await context.note(`wrote ${out}: ${tokenizer.vocabularySize} tokens`);
    return 0;
  },
});

const KINDS = [
  [".json", "tokenizer.json"],
  [".tiktoken", "tiktoken"],
  [".gguf", "gguf"],
] as const;

async function writeKind(
  kind: (typeof KINDS)[number][1],
  tokenizer: Tokenizer,
): Promise<string | Uint8Array> {
  const { describeTokenizer, writeGguf, writeRanks } = await import("../../../tokenize/index.ts");
  switch (kind) {
    case "tokenizer.json":
      return `${JSON.stringify(describeTokenizer(tokenizer), null, 1)}\n`;
    case "tiktoken":
      return writeRanks(tokenizer);
    case "gguf":
      return writeGguf(tokenizer);
  }
}

/** Says what a rank file has no room for, and how to read it again. */
async function noteRanks(
  out: string,
  { tokenizer, content }: { tokenizer: Tokenizer; content: string },
  context: CommandContext,
): Promise<void> {
  const { describeRankFile, ENCODINGS } = await import("../../../tokenize/index.ts");
  const { options, lost } = describeRankFile(tokenizer);
  const { normalize, postProcessor } = tokenizer.parts;
  const count = content.split("\n").length - 1;
  await context.note(`wrote ${out}: ${count} ranks`);
  const left = [
    ...(lost.length > 0 ? [listTokens(lost)] : []),
    ...(normalize === null ? [] : ["the normalizer"]),
    ...((postProcessor?.countAdded(false) ?? 0) > 0 ? ["the tokens put around a text"] : []),
  ];
  if (left.length > 0) await context.note(`left out, as rank files have none: ${left.join("; ")}`);
  if (options === null) {
    await context.note("left out too: how text is cut, for which no one pattern stands");
    return;
  }
  const known = ENCODINGS.find(({ rankCount }) => rankCount === count)?.name;
  if ("encoding" in options && options.encoding === known) return;
  const pattern = "encoding" in options ? options.encoding : options.pattern;
  const words = ["sovereign", "tokenize", "encode", "-m", out, "--pattern", pattern];
  await context.note(
    `the file does not say how text is cut; read it with: ${words.map(quoteShellWord).join(" ")}`,
  );
}

/** `2 added tokens (<|a|> 300, <|b|> 301)`. */
function listTokens(tokens: readonly AddedToken[]): string {
  const shown = tokens.slice(0, 3).map(({ content, id }) => `${content} ${id}`);
  const names = `${shown.join(", ")}${tokens.length > shown.length ? ", …" : ""}`;
  return `${tokens.length} added token${tokens.length === 1 ? "" : "s"} (${names})`;
}
