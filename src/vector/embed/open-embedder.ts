/** Embedders by name, or by the folder of a model. */
import { existsSync, statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import {
  optional,
  requireListOf,
  requireObjectOf,
  requireOneOf,
  requirePath,
  requireString,
  requireWhole,
} from "../../core/arguments.ts";
import { SovereignError } from "../../core/errors.ts";
import { openSafetensors } from "../../formats/safetensors/index.ts";
import type { Embedder, EmbedderOptions } from "./embedder.ts";
import { createLabHash } from "./lab-hash.ts";
import { readJsonFile } from "./model-folder.ts";
import { createTermEmbedder, type TermEmbedderName } from "./term-embedder.ts";

/** Embedders without files, and their usual dimensions. */
const BUILT_IN = { "lab-hash": 64, tfidf: 1024, lsa: 256 } as const;
const MOST_DIMS = 65_536;

type BuiltIn = keyof typeof BUILT_IN;

export const BUILT_IN_NAMES = Object.keys(BUILT_IN) as readonly BuiltIn[];

/** A built-in embedder's name and dimensions (`lsa:128`); null for what names a model. */
export function parseSpec(spec: string): { name: BuiltIn; dims: number } | null {
  const [, name, size] = /^([a-z-]+)(?::(\d+))?$/.exec(spec) ?? [];
  if (name === undefined || !Object.hasOwn(BUILT_IN, name)) return null;
  const dims = size === undefined ? BUILT_IN[name as BuiltIn] : Number(size);
  if (dims >= 1 && dims <= MOST_DIMS) return { name: name as BuiltIn, dims };
  throw new SovereignError(
    "INVALID_PARAMETER_VALUE",
    `\`${spec}\` cannot have ${dims} dimensions`,
    {
      hint: `give a number up to ${MOST_DIMS}, such as \`${name}:64\``,
    },
  );
}

/** Whether a word names a built-in embedder and no file. */
export function isEmbedderName(spec: string): boolean {
  return parseSpec(spec) !== null;
}

export function isTermEmbedderName(name: string): name is TermEmbedderName {
  return name === "tfidf" || name === "lsa";
}

/**
 * Opens a built-in embedder (`lab-hash`, `tfidf`, `lsa`, each also as `NAME:DIMENSIONS`; the last
 * two untrained, collections train them), or the model in a folder (or of a `.safetensors` file
 * with `tokenizer.json` and `config.json` beside it): BERT-family encoders and static Model2Vec
 * tables. Nothing is ever fetched.
 */
export async function openEmbedder(spec: string, options: EmbedderOptions = {}): Promise<Embedder> {
  requirePath(spec, "the embedder's name");
  requireOptions(options, "the options");
  const builtIn = parseSpec(spec);
  if (builtIn === null) return checkTexts(await openModel(resolve(spec), spec, options));
  const { name, dims } = builtIn;
  return checkTexts(
    name === "lab-hash" ? createLabHash(dims) : createTermEmbedder(name, dims, null),
  );
}

const requireOptions = requireObjectOf({ threads: optional(requireWhole(1, 256)) });
const requireTexts = requireListOf(requireString);
const requireRole = optional(requireOneOf("query", "document"));

/** The same embedder, for programs without types. */
function checkTexts(embedder: Embedder): Embedder {
  return {
    ...embedder,
    embed: async (texts, role) => {
      requireTexts(texts, "what is embedded");
      requireRole(role, "the role");
      return embedder.embed(texts, role);
    },
  };
}

async function openModel(path: string, spec: string, options: EmbedderOptions): Promise<Embedder> {
  const isFolder = statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
  const folder = isFolder ? path : dirname(path);
  if (!isFolder && !existsSync(path)) {
    throw new SovereignError("RESOURCE_DOES_NOT_EXIST", `there is no embedder \`${spec}\``, {
      hint: `nothing is downloaded: name ${BUILT_IN_NAMES.join(", ")}, or a folder with model.safetensors, tokenizer.json and config.json`,
    });
  }
  const nested = join(folder, "0_StaticEmbedding");
  using files = openSafetensors(isFolder && existsSync(nested) ? nested : path);
  const config = readJsonFile(folder, "config.json");
  const { readPrompts, withPrompts } = await import("./prompts.ts");
  const prompts = readPrompts(folder);
  const { isStaticModel, openStaticModel } = await import("./static-model.ts");
  if (isStaticModel(files)) {
    return withPrompts(openStaticModel(folder, files, config ?? {}), prompts);
  }
  const { openSentenceModel } = await import("./sentence-model.ts");
  const model = await openSentenceModel(folder, files, { config: config ?? {}, ...options });
  return withPrompts(model, prompts);
}
