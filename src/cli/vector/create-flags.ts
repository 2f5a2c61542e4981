/** What a new collection is, from the command line. */
import { SovereignError } from "../../core/errors.ts";
import { type CollectionOptions, METRICS, type TextField } from "../../vector/index.ts";
import type { CommandContext } from "../context.ts";
import { readNumber } from "./numbers.ts";

export const CREATE_FLAGS = {
  metric: { type: "choice", choices: METRICS, summary: "how vectors compare (default cosine)" },
  text: {
    type: "string",
    value: "fields",
    summary: "metadata fields of full-text search, with weights: `title^2,body`",
    group: "Full-text search",
  },
  language: {
    type: "string",
    value: "name",
    summary: "of stemmer and stop words, or `none` (default english)",
    group: "Full-text search",
  },
  k1: {
    type: "string",
    value: "number",
    summary: "how much a word's second occurrence counts (default 1.2)",
    group: "Full-text search",
  },
  b: {
    type: "string",
    value: "number",
    summary: "how much long texts are held back, 0 to 1 (default 0.75)",
    group: "Full-text search",
  },
} as const;

export interface CreateFlags {
  readonly metric: CollectionOptions["metric"];
  readonly text: string | undefined;
  readonly language: string | undefined;
  readonly k1: string | undefined;
  readonly b: string | undefined;
}

/** The options of a collection with vectors of `dims`. */
export function readCreateFlags(
  flags: CreateFlags,
  dims: number,
  { io }: CommandContext,
): CollectionOptions {
  const [k1, b] = [readNumber(flags.k1, "--k1"), readNumber(flags.b, "--b")];
  return {
    dims,
    text: readTextFields(flags.text),
    clock: io.clock,
    ...(flags.metric === undefined ? {} : { metric: flags.metric }),
    ...(flags.language === undefined ? {} : { language: flags.language }),
    ...(k1 === undefined ? {} : { k1 }),
    ...(b === undefined ? {} : { b }),
  };
}

function readTextFields(word: string | undefined): TextField[] {
  const parts = (word ?? "").split(",").filter((part) => part.trim() !== "");
  return parts.map((part) => {
    const [, name, boost] = /^(.*?)(?:\^([^^]*))?$/s.exec(part.trim())!;
    const value = boost === undefined ? 1 : Number(boost);
    if (name !== "" && Number.isFinite(value)) return { name: name!, boost: value };
    throw new SovereignError("INVALID_PARAMETER_VALUE", `\`${part}\` is no field with a weight`, {
      hint: "write `--text title^2,body`",
    });
  });
}
