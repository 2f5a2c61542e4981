/**
 * Model2Vec (github.com/MinishLab/model2vec 0.10): a vector for each token, a text is their mean.
 * `embeddings` of any type; with `mapping` tokens share rows of it, with `weights` each token
 * weighs its own. sentence-transformers' `StaticEmbedding` is the same under another name.
 */
import { basename, dirname, join } from "node:path";
import { SovereignError } from "../../core/errors.ts";
import type { Safetensors } from "../../formats/safetensors/index.ts";
import { openTokenizer, type Tokenizer } from "../../tokenize/index.ts";
import { type Embedder, normaliseRows } from "./embedder.ts";
import { digestModel, type JsonObject, readCount, readJsonList } from "./model-folder.ts";

const TABLE_NAMES = ["embeddings", "embedding.weight"];
const DEFAULT_TOKENS = 512;

/** Whether the tensors are those of such a model. */
export function isStaticModel(files: Safetensors): boolean {
  return TABLE_NAMES.some((name) => files.tensors.has(name));
}

/** Opens the model; `files` are its weights, closed by the caller. */
export function openStaticModel(folder: string, files: Safetensors, config: JsonObject): Embedder {
  const table = readTable(files);
  const { tokenizer } = openTokenizer(join(dirname(files.paths[0]!), "tokenizer.json"));
  checkIds(tokenizer, table);
  const cut = readCut(tokenizer, config);
  const modules = readJsonList(folder, "modules.json") ?? [];
  const isNormalised =
    config.normalize === true || modules.some(({ type }) => String(type).endsWith(".Normalize"));
  const { dims } = table;
  return {
    name: basename(folder),
    dims,
    digest: digestModel(files.paths, folder, []),
    async embed(texts) {
      await tokenizer.accelerate();
      const vectors = new Float32Array(texts.length * dims);
      texts.forEach((text, i) => {
        const ids = tokenizer.encodeIds(cutText(text, cut.characters)).subarray(0, cut.tokens);
        const known = ids.filter((id) => id !== tokenizer.unknownId);
        addMean(known, table, vectors.subarray(i * dims, (i + 1) * dims));
      });
      return isNormalised ? normaliseRows(vectors, dims) : vectors;
    },
    close: async () => {},
  };
}

interface Table {
  readonly dims: number;
  /** (rows, D). */
  readonly values: Float32Array;
  /** The row of a token; its id where there is none. */
  readonly mapping: Int32Array | null;
  /** What a token weighs; 1 where there is none. */
  readonly weights: Float32Array | null;
}

function readTable(files: Safetensors): Table {
  const name = TABLE_NAMES.find((name) => files.tensors.has(name))!;
  const { shape } = files.require(name);
  const [rows, dims] = [shape[0] ?? 0, shape[1] ?? 0];
  files.require(name, [Math.max(1, rows), Math.max(1, dims)]);
  const mapping = files.tensors.has("mapping") ? files.readInt32("mapping") : null;
  const weights = files.tensors.has("weights") ? files.readFloat32("weights") : null;
  if (mapping?.some((row) => row < 0 || row >= rows)) throw damaged("a token's row is not there");
  return { dims, values: files.readFloat32(name), mapping, weights };
}

/** Every token has a row, and a weight where tokens have weights. */
function checkIds(tokenizer: Tokenizer, { dims, values, mapping, weights }: Table): void {
  const known = Math.min(mapping?.length ?? values.length / dims, weights?.length ?? Infinity);
  if (tokenizer.vocabularySize > known) {
    throw damaged(`it has ${known} vectors for ${tokenizer.vocabularySize} tokens`);
  }
}

/** The library cuts texts at so many median tokens before it splits them, then at tokens. */
function readCut(tokenizer: Tokenizer, config: JsonObject): { tokens: number; characters: number } {
  const isUncut = config.max_length === null;
  const tokens = isUncut ? Infinity : readCount(config, "max_length", 1, DEFAULT_TOKENS);
  const lengths = Array.from(
    { length: tokenizer.vocabularySize },
    (_, id) => [...(tokenizer.tokenOf(id) ?? "")].length,
  ).sort((a, b) => a - b);
  const half = lengths.length / 2;
  const median = (lengths[Math.ceil(half) - 1]! + lengths[Math.floor(half)]!) / 2;
  return { tokens, characters: tokens * Math.floor(median) };
}

function cutText(text: string, characters: number): string {
  if (text.length <= characters) return text;
  let at = 0;
  for (let count = 0; count < characters && at < text.length; count++) {
    at += text.codePointAt(at)! > 0xffff ? 2 : 1;
  }
  return text.slice(0, at);
}

function addMean(
  ids: Uint32Array,
  { dims, values, mapping, weights }: Table,
  vector: Float32Array,
): void {
  const sums = new Float64Array(dims);
  for (const id of ids) {
    const from = (mapping?.[id] ?? id) * dims;
    const weight = weights?.[id] ?? 1;
    for (let j = 0; j < dims; j++) sums[j]! += values[from + j]! * weight;
  }
  if (ids.length > 0) for (let j = 0; j < dims; j++) vector[j] = sums[j]! / ids.length;
}

function damaged(problem: string): SovereignError {
  return new SovereignError("DATA_LOSS", `the static model is damaged: ${problem}`, {
    hint: "its tokenizer and its weights belong together; get both again from one place",
  });
}
