/**
 * The encoder of BERT (Devlin et al. 2018) and RoBERTa as Hugging Face's `transformers` writes
 * them: learned positions, norms behind the sums. Texts lie end to end without padding, so a batch
 * costs what its tokens cost. Weights are packed for the product once.
 *
 * Letters: T tokens of a batch, D width of the model, H width of the hidden layer.
 */
import type { Activation, ComputeBackend, PackedMatrix } from "../../compute/index.ts";
import type { Safetensors } from "../../formats/safetensors/index.ts";
import { type JsonObject, readCount, unsupported } from "./model-folder.ts";

/** One linear layer: y = x W^T + b. */
interface Linear {
  readonly weight: PackedMatrix;
  readonly bias: Float32Array;
}

interface Norm {
  readonly weight: Float32Array;
  readonly bias: Float32Array;
}

interface Layer {
  /** Query, key and value in one: (D, 3 D). */
  readonly qkv: Linear;
  readonly attended: Linear;
  readonly attendedNorm: Norm;
  readonly hidden: Linear;
  readonly output: Linear;
  readonly outputNorm: Norm;
}

/** A text as the encoder takes it. */
export interface TokenRow {
  readonly ids: readonly number[];
  readonly typeIds: readonly number[];
}

export interface BertModel {
  /** D. */
  readonly dims: number;
  /** Ids there are vectors for. */
  readonly vocabulary: number;
  /** The most tokens of one text. */
  readonly mostTokens: number;
  /** States of the last layer (T, D), good until the next call. */
  run(rows: readonly TokenRow[]): Float32Array;
}

const ACTIVATIONS: Readonly<Record<string, Activation>> = {
  ...{ gelu: "gelu", relu: "relu", silu: "silu", swish: "silu" },
  ...{ gelu_new: "gelu_tanh", gelu_fast: "gelu_tanh", gelu_pytorch_tanh: "gelu_tanh" },
};

interface BertShape {
  readonly dims: number;
  readonly hidden: number;
  readonly heads: number;
  readonly layers: number;
  readonly vocabulary: number;
  readonly types: number;
  readonly positions: number;
  /** The position of the first token: RoBERTa's begin behind its padding id. */
  readonly firstPosition: number;
  readonly activation: Activation;
  readonly epsilon: number;
}

/** Reads `config.json`; NOT_IMPLEMENTED for models of another kind. */
function readShape(config: JsonObject): BertShape {
  const type = String(config.model_type);
  if (!["bert", "roberta", "xlm-roberta", "camembert"].includes(type)) {
    throw unsupported(`a model of the type \`${type}\` is not read`);
  }
  if ((config.position_embedding_type ?? "absolute") !== "absolute") {
    throw unsupported(`positions of the type \`${String(config.position_embedding_type)}\``);
  }
  const activation = ACTIVATIONS[String(config.hidden_act ?? "gelu")];
  if (activation === undefined) throw unsupported(`activation \`${String(config.hidden_act)}\``);
  const dims = readCount(config, "hidden_size", 1);
  const heads = readCount(config, "num_attention_heads", 1);
  if (dims % heads !== 0) throw unsupported(`${heads} heads of a width of ${dims}`);
  const epsilon = config.layer_norm_eps;
  return {
    ...{ dims, heads, activation },
    hidden: readCount(config, "intermediate_size", 1),
    layers: readCount(config, "num_hidden_layers", 1),
    vocabulary: readCount(config, "vocab_size", 1),
    types: readCount(config, "type_vocab_size", 1, 1),
    positions: readCount(config, "max_position_embeddings", 1),
    firstPosition: type === "bert" ? 0 : readCount(config, "pad_token_id", 0, 1) + 1,
    epsilon: typeof epsilon === "number" && epsilon > 0 ? epsilon : 1e-12,
  };
}

/** Loads the weights into the backend's memory; the model's files may be closed afterwards. */
export function loadBert(
  file: Safetensors,
  config: JsonObject,
  compute: ComputeBackend,
): BertModel {
  const shape = readShape(config);
  const { dims: d, layers, positions, firstPosition } = shape;
  const loader = new WeightLoader(file, compute);
  const words = loader.floats("embeddings.word_embeddings.weight", [shape.vocabulary, d]);
  const places = loader.floats("embeddings.position_embeddings.weight", [positions, d]);
  const types = loader.floats("embeddings.token_type_embeddings.weight", [shape.types, d]);
  const norm = loader.norm("embeddings.LayerNorm", d);
  const stack = Array.from({ length: layers }, (_, i) => loader.layer(`encoder.layer.${i}`, shape));
  const work = new WorkSpace(compute);
  return {
    dims: d,
    vocabulary: shape.vocabulary,
    mostTokens: positions - firstPosition,
    run(rows) {
      const lengths = rows.map(({ ids }) => ids.length);
      const tokens = lengths.reduce((sum, length) => sum + length, 0);
      const x = work.take("x", tokens * d);
      let at = 0;
      for (const { ids, typeIds } of rows) {
        ids.forEach((id, i) => {
          const [word, place, type] = [id * d, (firstPosition + i) * d, typeIds[i]! * d];
          for (let j = 0; j < d; j++)
            x[at++] = words[word + j]! + types[type + j]! + places[place + j]!;
        });
      }
      const options = { dimensions: d, epsilon: shape.epsilon };
      compute.layerNorm(x, x, { ...options, ...norm });
      for (const layer of stack) runLayer({ compute, work, shape }, layer, { x, lengths, tokens });
      return x;
    },
  };
}

/** x becomes the layer's output: attention and a hidden layer, each added to x and normalised. */
function runLayer(
  { compute, work, shape }: { compute: ComputeBackend; work: WorkSpace; shape: BertShape },
  layer: Layer,
  { x, lengths, tokens: m }: { x: Float32Array; lengths: readonly number[]; tokens: number },
): void {
  const { dims: d, hidden: h, heads, activation, epsilon } = shape;
  const multiply = (a: Float32Array, { weight, bias }: Linear, c: Float32Array, beta: number) =>
    compute.sgemm(a, weight, c, { m, n: weight.n, k: weight.k, beta, bias });
  const qkv = work.take("qkv", m * 3 * d);
  const context = work.take("context", m * d);
  multiply(x, layer.qkv, qkv, 0);
  compute.attention(qkv, context, { heads, dimensions: d, lengths });
  multiply(context, layer.attended, x, 1);
  compute.layerNorm(x, x, { dimensions: d, epsilon, ...layer.attendedNorm });
  const hidden = work.take("hidden", m * h);
  multiply(x, layer.hidden, hidden, 0);
  compute.activate(activation, hidden, hidden);
  multiply(hidden, layer.output, x, 1);
  compute.layerNorm(x, x, { dimensions: d, epsilon, ...layer.outputNorm });
}

/** Arrays of the backend by name, kept from call to call. */
class WorkSpace {
  readonly #compute: ComputeBackend;
  readonly #arrays = new Map<string, Float32Array>();

  constructor(compute: ComputeBackend) {
    this.#compute = compute;
  }

  take(name: string, length: number): Float32Array {
    const known = this.#arrays.get(name);
    if (known !== undefined && known.length >= length) return known.subarray(0, length);
    if (known !== undefined) this.#compute.free(known);
    const array = this.#compute.float32(length);
    this.#arrays.set(name, array);
    return array;
  }
}

class WeightLoader {
  readonly #file: Safetensors;
  readonly #compute: ComputeBackend;
  /** Checkpoints of a task have the encoder's tensors below its name. */
  readonly #prefix: string;

  constructor(file: Safetensors, compute: ComputeBackend) {
    this.#file = file;
    this.#compute = compute;
    const suffix = "embeddings.word_embeddings.weight";
    const name = [...file.tensors.keys()].find((name) => name.endsWith(suffix));
    this.#prefix = name?.slice(0, -suffix.length) ?? "";
  }

  floats(name: string, shape: readonly number[]): Float32Array {
    this.#file.require(this.#prefix + name, shape);
    return this.#file.readFloat32(this.#prefix + name);
  }

  norm(name: string, d: number): Norm {
    return { weight: this.#vector(`${name}.weight`, d), bias: this.#vector(`${name}.bias`, d) };
  }

  layer(name: string, { dims: d, hidden: h }: BertShape): Layer {
    const attention = `${name}.attention`;
    return {
      qkv: this.#linear(
        ["query", "key", "value"].map((part) => `${attention}.self.${part}`),
        d,
        d,
      ),
      attended: this.#linear([`${attention}.output.dense`], d, d),
      attendedNorm: this.norm(`${attention}.output.LayerNorm`, d),
      hidden: this.#linear([`${name}.intermediate.dense`], h, d),
      output: this.#linear([`${name}.output.dense`], d, h),
      outputNorm: this.norm(`${name}.output.LayerNorm`, d),
    };
  }

  #vector(name: string, length: number): Float32Array {
    const vector = this.#compute.float32(length);
    vector.set(this.floats(name, [length]));
    return vector;
  }

  /** Layers (n, k) side by side as one of n times their number. */
  #linear(names: readonly string[], n: number, k: number): Linear {
    const all = names.length * n;
    const weights = new Float32Array(all * k);
    const bias = this.#compute.float32(all);
    names.forEach((name, i) => {
      weights.set(this.floats(`${name}.weight`, [n, k]), i * n * k);
      bias.set(this.floats(`${name}.bias`, [n]), i * n);
    });
    return { weight: this.#compute.pack(weights, { n: all, k, transposeB: true }), bias };
  }
}
