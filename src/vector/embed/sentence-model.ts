/**
 * A folder as `sentence-transformers` saves it: a BERT-family encoder, pooling, and a norm.
 * `modules.json`, `1_Pooling/config.json` and `sentence_bert_config.json` are read where they are;
 * without them it is the mean of the last states, at length 1.
 */
import { basename, join } from "node:path";
import { type ComputeBackend, openCompute } from "../../compute/index.ts";
import { SovereignError } from "../../core/errors.ts";
import type { Safetensors } from "../../formats/safetensors/index.ts";
import { openTokenizer, type Tokenizer } from "../../tokenize/index.ts";
import { loadBert, type TokenRow } from "./bert-model.ts";
import { type Embedder, type EmbedderOptions, normaliseRows } from "./embedder.ts";
import {
  digestModel,
  type JsonObject,
  readCount,
  readJsonFile,
  readJsonList,
  unsupported,
} from "./model-folder.ts";

/** Tokens of a batch: their states stay in the cache of a core. */
const BATCH_TOKENS = 512;

interface Pipeline {
  readonly pooling: "mean" | "cls";
  readonly isNormalised: boolean;
  readonly mostTokens: number;
}

/** Opens the model; `files` are its weights, closed by the caller. */
export async function openSentenceModel(
  folder: string,
  files: Safetensors,
  { config, ...options }: EmbedderOptions & { config: JsonObject },
): Promise<Embedder> {
  const pipeline = readPipeline(folder);
  const { tokenizer } = openTokenizer(join(folder, "tokenizer.json"));
  const compute = await openCompute(options);
  const model = await loadOrClose(compute, () => {
    const loaded = loadBert(files, config, compute);
    if (tokenizer.vocabularySize <= loaded.vocabulary) return loaded;
    throw new SovereignError("DATA_LOSS", `\`${folder}\` has a tokenizer of another model`, {
      hint: "tokenizer.json and model.safetensors belong together; get both from one place",
    });
  });
  const maxLength = Math.min(pipeline.mostTokens, model.mostTokens);
  return {
    name: basename(folder),
    dims: model.dims,
    digest: digestModel(files.paths, folder, [POOLING_CONFIG]),
    async embed(texts) {
      // A thread comes up while this one waits, which it does not do in the midst of numbers.
      if (texts.length > 1) await compute.start();
      const rows = texts.map((text) => tokenise(tokenizer, text, maxLength));
      const vectors = new Float32Array(texts.length * model.dims);
      for (const [from, to] of cutBatches(rows)) {
        const batch = rows.slice(from, to);
        const states = model.run(batch);
        pool(states, batch, vectors.subarray(from * model.dims), pipeline, model.dims);
      }
      return pipeline.isNormalised ? normaliseRows(vectors, model.dims) : vectors;
    },
    close: () => compute.close(),
  };
}

async function loadOrClose<T>(compute: ComputeBackend, load: () => T): Promise<T> {
  try {
    return load();
  } catch (error) {
    await compute.close();
    throw error;
  }
}

const POOLING_CONFIG = "1_Pooling/config.json";

function readPipeline(folder: string): Pipeline {
  const modules = readJsonList(folder, "modules.json");
  const types = modules?.map(({ type }) => String(type).split(".").at(-1)!);
  const odd = types?.find((type) => !["Transformer", "Pooling", "Normalize"].includes(type));
  if (odd !== undefined) throw unsupported(`a model with the module \`${odd}\` is not read`);
  const limits = readJsonFile(folder, "sentence_bert_config.json");
  return {
    pooling: readPooling(readJsonFile(folder, POOLING_CONFIG) ?? {}),
    isNormalised: types === undefined || types.includes("Normalize"),
    mostTokens: readCount(limits ?? {}, "max_seq_length", 3, Number.MAX_SAFE_INTEGER),
  };
}

function readPooling(config: JsonObject): Pipeline["pooling"] {
  const flags = Object.entries(config).filter(([name, on]) => /^pooling_mode_/.test(name) && on);
  const named = config.pooling_mode === undefined ? [] : [config.pooling_mode].flat().map(String);
  const modes = [...flags.map(([name]) => name.slice("pooling_mode_".length)), ...named];
  const [mode = "mean"] = modes;
  if (modes.length <= 1 && (mode === "mean" || mode === "mean_tokens")) return "mean";
  if (modes.length <= 1 && (mode === "cls" || mode === "cls_token")) return "cls";
  throw unsupported(`pooling by \`${modes.join(", ")}\` is not read`);
}

function tokenise(tokenizer: Tokenizer, text: string, maxLength: number): TokenRow {
  return tokenizer.encode(text, { truncation: { maxLength } });
}

/** Ranges of texts that have about `BATCH_TOKENS` together. */
function cutBatches(rows: readonly TokenRow[]): [from: number, to: number][] {
  const cuts: [number, number][] = [];
  let from = 0;
  let tokens = 0;
  rows.forEach(({ ids }, i) => {
    if (i > from && tokens + ids.length > BATCH_TOKENS) {
      cuts.push([from, i]);
      [from, tokens] = [i, 0];
    }
    tokens += ids.length;
  });
  if (from < rows.length) cuts.push([from, rows.length]);
  return cuts;
}

/** One vector for each text: the mean of its states, or the first of them. */
function pool(
  states: Float32Array,
  rows: readonly TokenRow[],
  vectors: Float32Array,
  { pooling }: Pipeline,
  d: number,
): void {
  let first = 0;
  rows.forEach(({ ids }, row) => {
    const count = pooling === "cls" ? 1 : ids.length;
    const vector = vectors.subarray(row * d, (row + 1) * d);
    for (let t = first; t < first + count; t++) {
      for (let j = 0; j < d; j++) vector[j]! += states[t * d + j]! / count;
    }
    first += ids.length;
  });
}
