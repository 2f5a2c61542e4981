/** The files of an embedding model: JSON beside the weights, and a digest of what decides vectors. */
import { createHash } from "node:crypto";
import { closeSync, existsSync, openSync, readFileSync, readSync } from "node:fs";
import { join } from "node:path";
import { SovereignError } from "../../core/errors.ts";

export type JsonObject = Readonly<Record<string, unknown>>;

const CHUNK_BYTES = 1 << 22;
/** Written by libraries beside the weights, and read here. */
const CONFIGS = ["config.json", "modules.json", "sentence_bert_config.json", "tokenizer.json"];

/** The object in a JSON file of the folder; null where there is no such file. */
export function readJsonFile(folder: string, name: string): JsonObject | null {
  const value = readJson(folder, name);
  if (value === null || isObject(value)) return value;
  throw malformed(folder, name, "it is no object");
}

/** The objects in a JSON file that holds a list of them; null where there is no such file. */
export function readJsonList(folder: string, name: string): JsonObject[] | null {
  const value = readJson(folder, name);
  if (value === null) return null;
  if (Array.isArray(value) && value.every(isObject)) return value;
  throw malformed(folder, name, "it is no list of objects");
}

function readJson(folder: string, name: string): unknown {
  const path = join(folder, name);
  if (!existsSync(path)) return null;
  try {
    const value: unknown = JSON.parse(readFileSync(path, "utf8"));
    if (value !== null) return value;
  } catch (cause) {
    throw malformed(folder, name, `it is no JSON: ${(cause as Error).message}`);
  }
  throw malformed(folder, name, "it is null");
}

/** A whole number of at least `least` among the fields; the default where it is absent or null. */
export function readCount(config: JsonObject, field: string, least: number, otherwise?: number) {
  const value = config[field] ?? otherwise;
  if (typeof value === "number" && Number.isSafeInteger(value) && value >= least) return value;
  throw new SovereignError("DATA_LOSS", `\`${field}\` of the model's config is ${String(value)}`, {
    hint: "get the model again from where it was made",
  });
}

/** SHA-256 of the weights and of what is read beside them. */
export function digestModel(weights: readonly string[], folder: string, more: string[]): string {
  const hash = createHash("sha256");
  const chunk = new Uint8Array(CHUNK_BYTES);
  for (const path of [...weights, ...[...CONFIGS, ...more].map((name) => join(folder, name))]) {
    if (!existsSync(path)) continue;
    const file = openSync(path, "r");
    try {
      let count = readSync(file, chunk);
      for (; count > 0; count = readSync(file, chunk)) hash.update(chunk.subarray(0, count));
    } finally {
      closeSync(file);
    }
    hash.update("\0");
  }
  return `sha256:${hash.digest("hex")}`;
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function malformed(folder: string, name: string, problem: string): SovereignError {
  return new SovereignError("DATA_LOSS", `\`${join(folder, name)}\` cannot be read: ${problem}`, {
    hint: "get the model again from where it was made",
  });
}

/** NOT_IMPLEMENTED that names the part of a model. */
export function unsupported(what: string): SovereignError {
  return new SovereignError("NOT_IMPLEMENTED", what, {
    hint: "BERT-family models with mean or CLS pooling and static Model2Vec models are read",
  });
}
