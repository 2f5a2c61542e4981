/** What a new collection is, from the command line. */
import { resolve } from "node:path";
import { SovereignError } from "../../core/errors.ts";
import {
  type Collection,
  type CollectionOptions,
  type CollectionSettings,
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

/** INVALID_PARAMETER_VALUE for flags that ask a collection to be another than it is. */
export function refuseOtherSettings(
  flags: CreateFlags,
  name: string,
  { settings, context }: { settings: CollectionSettings; context: CommandContext },
): void {
  const { metric, embedder, embedField, text, language, k1, b } = readCreateFlags(
    flags,
    undefined,
    context,
  );
  const asked = {
    metric,
    embedder,
    "embed-field": embedField,
    text: flags.text === undefined ? undefined : formatText(text as TextField[]),
    language,
    k1,
    b,
  };
  const known = {
    ...settings,
    embedder: settings.embedder?.spec,
    "embed-field": settings.embedder?.field,
    text: formatText(settings.text),
  };
  for (const [flag, value] of Object.entries(asked)) {
    const has = known[flag as keyof typeof asked];
    if (value === undefined || value === has) continue;
    const what = has === undefined || has === "" ? "none" : `\`${has}\``;
    throw new SovereignError(
      "INVALID_PARAMETER_VALUE",
      `\`--${flag} ${value}\` is for a new collection, and \`${name}\` has ${what}`,
      { hint: "leave it out, or import into a collection of another name" },
    );
  }
}

function formatText(fields: readonly TextField[]): string {
  return fields.map(({ name, boost }) => (boost === 1 ? name : `${name}^${boost}`)).join(",");
}

/** INVALID_PARAMETER_VALUE when no row has a field that is to be searched for words or embedded. */
export function refuseMissingFields({ settings, count }: Collection): void {
  const { text, fields, embedder } = settings;
  const wanted = [
    ...text.map(({ name }) => ({ name, flag: "--text" })),
    ...(embedder === undefined ? [] : [{ name: embedder.field, flag: "--embed-field" }]),
  ];
  const odd = wanted.find(({ name }) => !Object.hasOwn(fields, name));
  if (odd === undefined || count === 0) return;
  const names = Object.keys(fields);
  throw new SovereignError("INVALID_PARAMETER_VALUE", `no row has a field \`${odd.name}\``, {
    hint:
      names.length === 0
        ? `leave \`${odd.flag}\` out`
        : `name one with \`${odd.flag}\`: ${names.join(", ")}`,
  });
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
