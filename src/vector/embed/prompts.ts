/**
 * Words that a model was trained to have before its texts ("query: ", "passage: " of E5), from
 * `config_sentence_transformers.json` as sentence-transformers 6.2 writes it.
 *
 * NOTE: its `encode_document` takes a document without a prompt of that name to have none, whatever
 * `passage` says; models are published with either name, so here the first that says something is
 * taken. Where a model names neither kind, its default prompt is for all.
 */
import { createHash } from "node:crypto";
import { SovereignError } from "../../core/errors.ts";
import type { Embedder, TextRole } from "./embedder.ts";
import { readJsonFile, unsupported } from "./model-folder.ts";

const PROMPTS_FILE = "config_sentence_transformers.json";
const POOLING_FILE = "1_Pooling/config.json";
const DOCUMENT_NAMES = ["document", "passage", "corpus"];

/** What stands before a text of each role, and before one without a role. */
export type Prompts = Readonly<Record<TextRole | "none", string>>;

/** The prompts of a model's folder; null where it has none. */
export function readPrompts(folder: string): Prompts | null {
  const config = readJsonFile(folder, PROMPTS_FILE) ?? {};
  const named = new Map<string, string>();
  const given = config.prompts ?? {};
  if (typeof given !== "object" || Array.isArray(given)) throw malformed("`prompts` is no object");
  for (const [name, text] of Object.entries(given)) {
    if (typeof text !== "string") throw malformed(`the prompt \`${name}\` is no text`);
    named.set(name, text);
  }
  const name = config.default_prompt_name ?? null;
  const none = name === null ? "" : named.get(String(name));
  if (none === undefined) throw malformed(`there is no prompt \`${String(name)}\``);
  const documents = DOCUMENT_NAMES.flatMap((kind) => named.get(kind) ?? []);
  const document = documents.find((text) => text !== "") ?? documents[0] ?? none;
  const prompts = { none, query: named.get("query") ?? none, document };
  if (Object.values(prompts).every((text) => text === "")) return null;
  if (readJsonFile(folder, POOLING_FILE)?.include_prompt === false) {
    throw unsupported("a model whose vectors leave its prompts out is not read");
  }
  return prompts;
}

/** The same embedder, with prompts before its texts. */
export function withPrompts(embedder: Embedder, prompts: Prompts | null): Embedder {
  if (prompts === null) return embedder;
  const digest = createHash("sha256").update(embedder.digest).update(JSON.stringify(prompts));
  return {
    ...embedder,
    digest: `sha256:${digest.digest("hex")}`,
    embed: (texts, role) =>
      embedder.embed(texts.map((text) => `${prompts[role ?? "none"]}${text}`)),
  };
}

function malformed(problem: string): SovereignError {
  return new SovereignError("DATA_LOSS", `\`${PROMPTS_FILE}\` is odd: ${problem}`, {
    hint: "get the model again from where it was made",
  });
}
