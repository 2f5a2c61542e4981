/** What a new collection is, from the command line. */
import { resolve } from "node:path";
import { SovereignError } from "../../core/errors.ts";
import {
  type CollectionOptions,
  isEmbedderName,
  METRICS,
  type TextField,
} from "../../vector/index.ts";
import type { CommandContext } from "../context.ts";
import { readNumber } from "./numbers.ts";

export const CREATE_FLAGS = {
  metric: { type: "choice", choices: METRICS, summary: "how vectors compare (default cosine)" },
  embedder: {
    type: "string",
    value: "name",
    summary: "what makes vectors of texts: lab-hash, tfidf, lsa, or the folder of a model",
    group: "Embedding",
    completes: "files",
  },
  "embed-field": {
    type: "string",
    value: "name",
    summary: "metadata field it reads (default: the first of `--text`, else `text`)",
    group: "Embedding",
  },
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
  readonly embedder: string | undefined;
  readonly "embed-field": string | undefined;
  readonly text: string | undefined;
  readonly language: string | undefined;
  readonly k1: string | undefined;
  readonly b: string | undefined;
}

/** The options of a collection with vectors of `dims`, or as long as the embedder makes them. */
export function readCreateFlags(
  flags: CreateFlags,
  dims: number | undefined,
  { io }: CommandContext,
): CollectionOptions {
  const [k1, b] = [readNumber(flags.k1, "--k1"), readNumber(flags.b, "--b")];
  return {
    ...(dims === undefined ? {} : { dims }),
    ...(flags.embedder === undefined ? {} : { embedder: readSpec(flags.embedder, io.cwd) }),
    ...(flags["embed-field"] === undefined ? {} : { embedField: flags["embed-field"] }),
    text: readTextFields(flags.text),
    clock: io.clock,
    ...(flags.metric === undefined ? {} : { metric: flags.metric }),
    ...(flags.language === undefined ? {} : { language: flags.language }),
    ...(k1 === undefined ? {} : { k1 }),
    ...(b === undefined ? {} : { b }),
  };
}

/** A name as it is; a path from where the command runs. */
function readSpec(word: string, cwd: string): string {
  return isEmbedderName(word) ? word : resolve(cwd, word);
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
