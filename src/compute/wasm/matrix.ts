/** Matrix products over `kernels/linear/gemm.ts` (pack A, pack B, multiply) and `attention.ts`. */
import type { AttentionShape, GemmShape, MatrixOps, PackedMatrix } from "../backend.ts";
import { checkAttention, checkGemm, checkLength, checkPacking } from "../check.ts";
import type { Call, Runner } from "./runner.ts";

const ROWS_A = 4;
const COLUMNS_B = 8;
/** A tile, and the end of a bias. */
const EDGE_BYTES = (ROWS_A * COLUMNS_B + COLUMNS_B) * 4;

export function createMatrixOps(runner: Runner): MatrixOps {
  return {
    sgemm(a, b, c, shape) {
      checkGemm(a, b, c, shape);
      const { m, n, k, beta = 0, bias } = shape;
      if (isPacked(b)) checkLength("the packed B", b.panels.length, panelsLength(b));
      if (m === 0 || n === 0) return;
      if (k === 0) return fillEmpty(c, shape);
      const panels = isPacked(b) ? b.panels : b;
      runner.call(bias === undefined ? [a, panels, c] : [a, panels, c, bias], (call) => {
        const z = call.inOut(c, beta !== 0);
        const packedA = packLeft(runner, call, a, shape);
        const packedB = isPacked(b) ? call.in(panels) : packRight(runner, call, b, shape);
        multiply(runner, call, { packedA, packedB, z }, shape);
      });
    },
    pack(b, shape) {
      checkPacking(b, shape);
      const { n, k } = shape;
      const panels = runner.memory.float32(panelsLength(shape));
      runner.call([panels], (call) => packRight(runner, call, b, shape, call.out(panels)));
      return { n, k, panels };
    },
    attention(qkv, out, shape) {
      const lengths = checkAttention(qkv, out, shape);
      runner.call([qkv, out], (call) => attend(runner, call, { qkv, out, lengths }, shape));
    },
  };
}

/** Columns are filled up to whole panels. */
function panelsLength({ n, k }: Pick<GemmShape, "n" | "k">): number {
  return Math.ceil(n / COLUMNS_B) * COLUMNS_B * k;
}

function isPacked(b: Float32Array | PackedMatrix): b is PackedMatrix {
  return !(b instanceof Float32Array);
}

/** A product over nothing. */
function fillEmpty(c: Float32Array, { n, beta = 0, bias }: GemmShape): void {
  for (let i = 0; i < c.length; i++) {
    c[i] = (beta === 0 ? 0 : beta * c[i]!) + (bias === undefined ? 0 : bias[i % n]!);
  }
}

function packLeft(runner: Runner, call: Call, a: Float32Array, shape: GemmShape): number {
  const { m, k, transposeA = false } = shape;
  const panels = Math.ceil(m / ROWS_A);
  const [from, to] = [call.in(a), call.scratch(panels * ROWS_A * k * 4)];
  const lines = transposeA ? [1, m] : [k, 1];
  const cut = runner.split(panels, ROWS_A * k);
  call.runAll(
    "packA",
    cut.map((range) => [from, to, m, k, ...lines, ...range]),
  );
  return to;
}

function packRight(
  runner: Runner,
  call: Call,
  b: Float32Array,
  { n, k, transposeB = false }: Pick<GemmShape, "n" | "k" | "transposeB">,
  target?: number,
): number {
  const panels = Math.ceil(n / COLUMNS_B);
  const [from, to] = [call.in(b), target ?? call.scratch(panels * COLUMNS_B * k * 4)];
  const lines = transposeB ? [k, 1] : [1, n];
  const cut = runner.split(panels, COLUMNS_B * k);
  call.runAll(
    "packB",
    cut.map((range) => [from, to, n, k, ...lines, ...range]),
  );
  return to;
}

function multiply(
  runner: Runner,
  call: Call,
  { packedA, packedB, z }: { packedA: number; packedB: number; z: number },
  { m, n, k, alpha = 1, beta = 0, bias }: GemmShape,
): void {
  const [panelsA, panelsB] = [Math.ceil(m / ROWS_A), Math.ceil(n / COLUMNS_B)];
  const shift = bias === undefined ? 0 : call.in(bias);
  // The longer side is cut, so that a product with few columns has work for all.
  const isByRow = panelsA > panelsB;
  const panels = isByRow ? panelsA : panelsB;
  const cut = runner.split(panels, (m * n * k) / panels);
  const shares = cut.map((range) => {
    const ranges = isByRow ? [...range, 0, panelsB] : [0, panelsA, ...range];
    const edge = call.scratch(EDGE_BYTES);
    return [packedA, packedB, z, m, n, k, n, ...ranges, alpha, beta, shift, edge];
  });
  call.runAll("gemm", shares);
}

function attend(
  runner: Runner,
  call: Call,
  { qkv, out, lengths }: { qkv: Float32Array; out: Float32Array; lengths: Uint32Array },
  { heads, dimensions }: AttentionShape,
): void {
  const starts = new Uint32Array(lengths.length + 1);
  lengths.forEach((length, i) => {
    starts[i + 1] = starts[i]! + length;
  });
  const longest = lengths.reduce((a, b) => Math.max(a, b), 0);
  const d = dimensions / heads;
  const w = longest + 7;
  const scratch = (w * w + 2 * w * Math.max(d, w)) * 4 + EDGE_BYTES;
  const [x, y, at] = [call.in(qkv), call.out(out), call.in(starts)];
  const cost = lengths.reduce((sum, t) => sum + 2 * t * t * d, 0) / Math.max(1, lengths.length);
  const cut = runner.split(lengths.length * heads, cost);
  call.runAll(
    "attention",
    cut.map((range) => [x, y, at, heads, d, ...range, call.scratch(scratch)]),
  );
}
