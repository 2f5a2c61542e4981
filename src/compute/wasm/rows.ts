/** Activations, softmax and norms over `kernels/linear/activation.ts` and `rows.ts`. */
import type { Activation, RowOps } from "../backend.ts";
import { checkLength, checkNorm, countRows } from "../check.ts";
import type { Runner } from "./runner.ts";

/** Numbers of the kernel `activate`. */
const KINDS: Readonly<Record<Activation, number>> = {
  relu: 0,
  sigmoid: 1,
  tanh: 2,
  gelu: 3,
  gelu_tanh: 4,
  silu: 5,
  exp: 6,
  log: 7,
};
const EPSILON = 1e-5;
/** A value's exponential beside a multiply-add. */
const EXP_COST = 16;
const NORM_COST = 4;

export function createRowOps(runner: Runner): RowOps {
  return {
    activate(kind, x, out) {
      checkLength("out", out.length, x.length);
      runner.call([x, out], (call) => {
        const [from, to] = [call.in(x), call.out(out)];
        const cut = runner.split(x.length, EXP_COST, 4);
        call.runAll(
          "activate",
          cut.map(([i, end]) => [KINDS[kind], from + i * 4, to + i * 4, end - i]),
        );
      });
    },
    softmax(x, d, out) {
      const n = countRows("x", x.length, d);
      checkLength("out", out.length, x.length);
      runner.call([x, out], (call) => {
        const [from, to] = [call.in(x), call.out(out)];
        const cut = runner.split(n, d * EXP_COST);
        call.runAll(
          "softmax",
          cut.map(([i, end]) => [from + i * d * 4, to + i * d * 4, end - i, d]),
        );
      });
    },
    layerNorm(x, out, options) {
      const { dimensions: d, weight, bias, epsilon = EPSILON } = options;
      const n = checkNorm(x, out, options);
      runner.call([x, out], (call) => {
        const [from, to] = [call.in(x), call.out(out)];
        const scale = weight === undefined ? 0 : call.in(weight);
        const shift = bias === undefined ? 0 : call.in(bias);
        const shares = runner
          .split(n, d * NORM_COST)
          .map(([i, end]) => [from + i * d * 4, scale, shift, to + i * d * 4, end - i, d, epsilon]);
        call.runAll("layerNorm", shares);
      });
    },
    rmsNorm(x, out, options) {
      const { dimensions: d, weight, epsilon = EPSILON } = options;
      const n = checkNorm(x, out, options);
      runner.call([x, out], (call) => {
        const [from, to] = [call.in(x), call.out(out)];
        const scale = weight === undefined ? 0 : call.in(weight);
        const shares = runner
          .split(n, d * NORM_COST)
          .map(([i, end]) => [from + i * d * 4, scale, to + i * d * 4, end - i, d, epsilon]);
        call.runAll("rmsNorm", shares);
      });
    },
  };
}
