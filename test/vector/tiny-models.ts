/**
 * Small models on disk with weights from a seed, and what they should answer: BERT worked out in
 * doubles after the paper, one position at a time, with nothing of the code it tests.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createRng } from "../../src/core/rng.ts";
import { encodeSafetensors } from "../formats/encode-safetensors.ts";

const TOKENS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "the", "cat", "sat", "##s", "mat", "dog", "."];
const [D, H, HEADS, LAYERS, POSITIONS] = [12, 20, 3, 2, 10];
const EPSILON = 1e-12;

type Weights = Readonly<Record<string, { shape: number[]; values: Float32Array }>>;

function writeTokenizer(folder: string): void {
  const special = (id: number) => ({ id, content: TOKENS[id]!, special: true, normalized: false });
  const json = {
    version: "1.0",
    added_tokens: [0, 1, 2, 3].map((id) => ({
      ...special(id),
      ...{ single_word: false, lstrip: false, rstrip: false },
    })),
    normalizer: {
      ...{ type: "BertNormalizer", clean_text: true, handle_chinese_chars: true },
      ...{ strip_accents: null, lowercase: true },
    },
    pre_tokenizer: { type: "BertPreTokenizer" },
    post_processor: {
      type: "TemplateProcessing",
      single: [
        { SpecialToken: { id: "[CLS]", type_id: 0 } },
        { Sequence: { id: "A", type_id: 0 } },
        { SpecialToken: { id: "[SEP]", type_id: 0 } },
      ],
      pair: [{ Sequence: { id: "A", type_id: 0 } }, { Sequence: { id: "B", type_id: 1 } }],
      special_tokens: {
        "[CLS]": { id: "[CLS]", ids: [2], tokens: ["[CLS]"] },
        "[SEP]": { id: "[SEP]", ids: [3], tokens: ["[SEP]"] },
      },
    },
    model: {
      type: "WordPiece",
      unk_token: "[UNK]",
      continuing_subword_prefix: "##",
      max_input_chars_per_word: 100,
      vocab: Object.fromEntries(TOKENS.map((token, id) => [token, id])),
    },
  };
  writeFileSync(join(folder, "tokenizer.json"), JSON.stringify(json));
}

function makeWeights(): Weights {
  const rng = createRng(5);
  const shapes: Record<string, number[]> = {
    "embeddings.word_embeddings.weight": [TOKENS.length, D],
    "embeddings.position_embeddings.weight": [POSITIONS, D],
    "embeddings.token_type_embeddings.weight": [2, D],
  };
  const norms = ["embeddings.LayerNorm"];
  const linear = (name: string, out: number, width: number): void => {
    shapes[`${name}.weight`] = [out, width];
    shapes[`${name}.bias`] = [out];
  };
  for (let i = 0; i < LAYERS; i++) {
    const layer = `encoder.layer.${i}`;
    for (const part of ["query", "key", "value"]) linear(`${layer}.attention.self.${part}`, D, D);
    linear(`${layer}.attention.output.dense`, D, D);
    linear(`${layer}.intermediate.dense`, H, D);
    linear(`${layer}.output.dense`, D, H);
    norms.push(`${layer}.attention.output.LayerNorm`, `${layer}.output.LayerNorm`);
  }
  for (const name of norms) linear(name, D, 0);
  const entries = Object.entries(shapes).map(([name, shape]) => {
    const kept = shape.filter((count) => count > 0);
    const length = kept.reduce((a, b) => a * b, 1);
    return [
      name,
      { shape: kept, values: Float32Array.from({ length }, () => rng.normal()) },
    ] as const;
  });
  return Object.fromEntries(entries);
}

/** Writes the model; its position vectors reach for ten tokens. */
export function writeTinyBert(folder: string, pooling: "mean" | "cls" = "mean"): Weights {
  mkdirSync(join(folder, "1_Pooling"), { recursive: true });
  const weights = makeWeights();
  const tensors = Object.entries(weights).map(([name, { shape, values }]) => [
    `bert.${name}`,
    { dtype: "F32", shape, bytes: values },
  ]);
  writeFileSync(join(folder, "model.safetensors"), encodeSafetensors(Object.fromEntries(tensors)));
  const config = {
    ...{ model_type: "bert", hidden_size: D, intermediate_size: H, hidden_act: "gelu" },
    ...{ num_attention_heads: HEADS, num_hidden_layers: LAYERS, layer_norm_eps: EPSILON },
    ...{ vocab_size: TOKENS.length, max_position_embeddings: POSITIONS, type_vocab_size: 2 },
  };
  writeFileSync(join(folder, "config.json"), JSON.stringify(config));
  const modes = {
    pooling_mode_cls_token: pooling === "cls",
    pooling_mode_mean_tokens: pooling === "mean",
  };
  writeFileSync(join(folder, "1_Pooling", "config.json"), JSON.stringify(modes));
  writeTokenizer(folder);
  return weights;
}

/** The vector of a text by its token ids. */
export function runTinyBert(
  weights: Weights,
  ids: readonly number[],
  pooling: "mean" | "cls",
): number[] {
  const row = (name: string, i: number): number[] => {
    const { shape, values } = weights[name]!;
    return [...values.subarray(i * shape[1]!, (i + 1) * shape[1]!)];
  };
  const add = (...parts: number[][]): number[] =>
    parts[0]!.map((_, j) => parts.reduce((sum, part) => sum + part[j]!, 0));
  const norm = (x: number[], name: string): number[] => {
    const mean = x.reduce((a, b) => a + b, 0) / x.length;
    const variance = x.reduce((a, b) => a + (b - mean) ** 2, 0) / x.length;
    const [scale, shift] = [weights[`${name}.weight`]!.values, weights[`${name}.bias`]!.values];
    return x.map((v, j) => ((v - mean) / Math.sqrt(variance + EPSILON)) * scale[j]! + shift[j]!);
  };
  const linear = (x: number[], name: string): number[] =>
    [...weights[`${name}.bias`]!.values].map((bias, i) =>
      row(`${name}.weight`, i).reduce((sum, w, j) => sum + w * x[j]!, bias),
    );
  let states = ids.map((id, position) =>
    norm(
      add(
        row("embeddings.word_embeddings.weight", id),
        row("embeddings.position_embeddings.weight", position),
        row("embeddings.token_type_embeddings.weight", 0),
      ),
      "embeddings.LayerNorm",
    ),
  );
  for (let i = 0; i < LAYERS; i++) {
    const layer = `encoder.layer.${i}`;
    const self = `${layer}.attention.self`;
    const [q, k, v] = ["query", "key", "value"].map((part) =>
      states.map((state) => linear(state, `${self}.${part}`)),
    );
    states = states.map((state, t) => {
      const context = attendFrom(q![t]!, k!, v!);
      const attended = linear(context, `${layer}.attention.output.dense`);
      const x = norm(add(attended, state), `${layer}.attention.output.LayerNorm`);
      const hidden = linear(x, `${layer}.intermediate.dense`).map(
        (y) => (y * (1 + erf(y / Math.SQRT2))) / 2,
      );
      return norm(add(linear(hidden, `${layer}.output.dense`), x), `${layer}.output.LayerNorm`);
    });
  }
  const kept = pooling === "cls" ? states.slice(0, 1) : states;
  const mean = add(...kept).map((value) => value / kept.length);
  const length = Math.hypot(...mean);
  return mean.map((value) => value / length);
}

function attendFrom(query: number[], keys: number[][], values: number[][]): number[] {
  const depth = D / HEADS;
  return query.map((_, j) => {
    const from = Math.floor(j / depth) * depth;
    const scores = keys.map((key) => {
      let sum = 0;
      for (let d = from; d < from + depth; d++) sum += query[d]! * key[d]!;
      return Math.exp(sum / Math.sqrt(depth));
    });
    const total = scores.reduce((a, b) => a + b, 0);
    return scores.reduce((sum, score, t) => sum + (score / total) * values[t]![j]!, 0);
  });
}

/** By the series, which converges everywhere, in doubles. */
function erf(x: number): number {
  if (Math.abs(x) > 5) return Math.sign(x);
  let [term, sum] = [x, x];
  for (let n = 1; n < 120; n++) {
    term *= (-x * x) / n;
    sum += term / (2 * n + 1);
  }
  return (2 / Math.sqrt(Math.PI)) * sum;
}

/** A Model2Vec folder of int8 rows that tokens share, each token with its weight. */
export function writeTinyStatic(folder: string): void {
  mkdirSync(folder, { recursive: true });
  const tensors = {
    embeddings: { dtype: "I8", shape: [3, 2], bytes: new Int8Array([0, 0, 3, 4, -6, 8]) },
    mapping: {
      dtype: "I64",
      shape: [TOKENS.length],
      bytes: BigInt64Array.from(TOKENS, (_, id) => BigInt(id % 3)),
    },
    weights: {
      dtype: "F32",
      shape: [TOKENS.length],
      bytes: Float32Array.from(TOKENS, (_, id) => id / 2),
    },
  };
  writeFileSync(join(folder, "model.safetensors"), encodeSafetensors(tensors));
  writeFileSync(join(folder, "config.json"), JSON.stringify({ normalize: true }));
  writeTokenizer(folder);
}
