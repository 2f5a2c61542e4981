/** Random shapes for the matrix product, activations, softmax and norms. */
import type { Activation, NormOptions } from "../../src/compute/index.ts";
import { expectAllClose, place, randomFloats, type SweepCase } from "./sweep.ts";

const KINDS: readonly Activation[] = [
  "relu",
  "sigmoid",
  "tanh",
  "gelu",
  "gelu_tanh",
  "silu",
  "exp",
  "log",
];
const EPSILON = 2e-6;
/** Where functions of one value have their edges. */
const EDGES = [0, -0, 1, -1, 1e-30, 1e-40, -104, 88.7, 89, -87.4, Number.NaN, Infinity, -Infinity];

const sgemm: SweepCase = (shapes) => {
  const { rng, reference, backend } = shapes;
  // K goes past a block of 1024 now and then; M and N past the tile.
  const [m, n] = [rng.int(34), rng.int(42)];
  const k = rng.int(4) === 0 ? rng.int(1600) : rng.int(40);
  const shape = {
    ...{ m, n, k, transposeA: rng.int(2) === 0, transposeB: rng.int(2) === 0 },
    alpha: rng.int(2) === 0 ? 1 : rng.normal(),
    beta: rng.int(2) === 0 ? 0 : rng.normal(),
  };
  const [a, b, before] = [m * k, k * n, m * n].map((length) => randomFloats(rng, length));
  if (shape.beta === 0) before!.fill(Number.NaN);
  const bias = rng.int(2) === 0 ? undefined : place(shapes, randomFloats(rng, n));
  const biased = bias === undefined ? shape : { ...shape, bias };
  const [wanted, again] = [before!.slice(), before!.slice()];
  reference.sgemm(a!, b!, wanted, biased);
  const [x, y, c] = [a!, b!, before!].map((values) => place(shapes, values));
  const largest = (values: Float32Array): number =>
    values.reduce((top, value) => Math.max(top, Math.abs(value) || 0), 0);
  const size = k * largest(a!) * largest(b!) * Math.abs(shape.alpha);
  const carried = Math.abs(shape.beta) * largest(before!) + largest(bias ?? new Float32Array(0));
  const packed = rng.int(2) === 0 ? backend.pack(y!, shape) : null;
  backend.sgemm(x!, packed ?? y!, c!, biased);
  if (packed !== null) {
    backend.free(packed.panels);
    reference.sgemm(a!, reference.pack(b!, shape), again, biased);
    expectAllClose("pack", again, wanted, () => 0);
  }
  expectAllClose(`sgemm ${JSON.stringify(shape)}`, c!, wanted, () => 1e-5 * (size + carried));
  for (const operand of [x!, y!, c!, bias]) if (operand !== undefined) backend.free(operand);
};

const attention: SweepCase = (shapes) => {
  const { rng, reference, backend } = shapes;
  const heads = 1 + rng.int(4);
  const dimensions = heads * (1 + rng.int(rng.int(4) === 0 ? 100 : 20));
  const lengths = Array.from({ length: rng.int(5) }, () => rng.int(rng.int(8) === 0 ? 120 : 24));
  const rows = lengths.reduce((sum, length) => sum + length, 0);
  const qkv = Float32Array.from({ length: rows * 3 * dimensions }, () => rng.normal() * 2);
  const [x, out] = [place(shapes, qkv), place(shapes, new Float32Array(rows * dimensions))];
  const wanted = new Float32Array(rows * dimensions);
  const shape = { heads, dimensions, lengths };
  reference.attention(qkv, wanted, shape);
  backend.attention(x, out, shape);
  const size = qkv.reduce((top, value) => Math.max(top, Math.abs(value)), 1);
  expectAllClose(`attention ${JSON.stringify(shape)}`, out, wanted, () => 1e-5 * size * size);
  backend.free(x);
  backend.free(out);
};

const activate: SweepCase = (shapes) => {
  const { rng, reference, backend } = shapes;
  const x = randomFloats(rng, rng.int(60));
  x.set(EDGES.slice(0, x.length));
  for (const kind of KINDS) {
    const [wanted, from, out] = [x.slice(), place(shapes, x), place(shapes, x.slice())];
    reference.activate(kind, x, wanted);
    backend.activate(kind, from, out);
    const near = (i: number): number => EPSILON * Math.max(1, Math.abs(wanted[i]!));
    expectAllClose(kind, out, wanted, near);
    backend.free(from);
    backend.free(out);
  }
};

const rows: SweepCase = (shapes) => {
  const { rng, reference, backend } = shapes;
  const [n, dimensions] = [rng.int(6), 1 + rng.int(512)];
  const x = randomFloats(rng, n * dimensions);
  const some = (): Float32Array | undefined =>
    rng.int(2) === 0 ? undefined : place(shapes, randomFloats(rng, dimensions));
  const [weight, bias] = [some(), some()];
  const options: NormOptions = {
    dimensions,
    epsilon: 1e-6,
    ...(weight === undefined ? {} : { weight }),
    ...(bias === undefined ? {} : { bias }),
  };
  const [from, out, wanted] = [place(shapes, x), place(shapes, x.slice()), x.slice()];
  const { bias: _, ...unbiased } = options;
  const scale = [weight, bias].flatMap((values) => [...(values ?? [1])]).map(Math.abs);
  const largest = Math.sqrt(dimensions) * scale.reduce((a, b) => Math.max(a, b), 1);
  reference.softmax(x, dimensions, wanted);
  backend.softmax(from, dimensions, out);
  expectAllClose(`softmax ${n} x ${dimensions}`, out, wanted, () => EPSILON);
  reference.layerNorm(x, wanted, options);
  backend.layerNorm(from, out, options);
  expectAllClose(`layerNorm ${n} x ${dimensions}`, out, wanted, () => EPSILON * largest);
  reference.rmsNorm(x, wanted, unbiased);
  backend.rmsNorm(from, out, unbiased);
  expectAllClose(`rmsNorm ${n} x ${dimensions}`, out, wanted, () => EPSILON * largest);
  for (const operand of [from, out, weight, bias]) if (operand) backend.free(operand);
};

export const ROW_SWEEPS: Readonly<Record<string, SweepCase>> = {
  sgemm,
  attention,
  activate,
  rows,
};
