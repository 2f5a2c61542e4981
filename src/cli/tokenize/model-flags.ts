/** The flags that name a tokenizer, the same in every command of the group. */
import { resolve } from "node:path";
import { SovereignError } from "../../core/errors.ts";
import type { OpenedTokenizer, SpecialMode } from "../../tokenize/index.ts";
import type { CommandContext } from "../context.ts";

export const MODEL_FLAGS = {
  model: {
    type: "string",
    short: "m",
    value: "file",
    summary: "the tokenizer: tokenizer.json, .tiktoken, SentencePiece .model, .gguf or tekken.json",
    completes: "files",
  },
  pattern: {
    type: "string",
    value: "name",
    summary:
      "of rank files: the encoding (cl100k_base, o200k_base, …) or an expression that cuts text",
  },
} as const;

export const SPECIAL_FLAG = {
  special: {
    type: "choice",
    choices: ["text", "parse", "error"],
    summary: "what special tokens written in the text become (default text: plain text)",
  },
} as const;

interface ModelFlags {
  readonly model: string | undefined;
  readonly pattern: string | undefined;
}

/** Opens the tokenizer that `-m` names. */
export async function openModel(
  { model, pattern }: ModelFlags,
  context: CommandContext,
): Promise<OpenedTokenizer> {
  if (model === undefined) {
    throw new SovereignError("INVALID_PARAMETER_VALUE", "no tokenizer named", {
      hint: "name its file: `-m tokenizer.json`",
    });
  }
  const { openTokenizer } = await import("../../tokenize/index.ts");
  const path = resolve(context.io.cwd, model);
  const options = await readPattern(pattern);
  const opened = ((): OpenedTokenizer => {
    try {
      return openTokenizer(path, options);
    } catch (cause) {
      throw asWritten(cause, path, model);
    }
  })();
  if (pattern === undefined || opened.kind === "tiktoken") return opened;
  const what = `\`--pattern\` is for rank files, and \`${model}\` is of the kind ${opened.kind}`;
  throw new SovereignError("INVALID_PARAMETER_VALUE", what, {
    hint: "leave it out: the file says itself how text is cut",
  });
}

/** The error with the file as the command line has it. */
function asWritten(cause: unknown, path: string, name: string): unknown {
  if (!(cause instanceof SovereignError) || !cause.message.includes(path)) return cause;
  const { code, message, hint, details } = cause;
  return new SovereignError(code, message.replaceAll(path, name), {
    cause,
    ...(hint === undefined ? {} : { hint }),
    ...(details === undefined ? {} : { details }),
  });
}

/** A name, or with what no name has, an expression. */
async function readPattern(pattern: string | undefined) {
  if (pattern === undefined) return {};
  const { encodingNamed } = await import("../../tokenize/index.ts");
  if (/^[\w-]+$/.test(pattern)) return { encoding: encodingNamed(pattern).name };
  return { pattern };
}

/** The mode of `--special`. */
export function specialMode(flag: SpecialMode | undefined): SpecialMode {
  return flag ?? "text";
}
