/** The matrix product over `kernels/linear/gemm.ts`: pack A, pack B, multiply. */
import type { MatrixOps } from "../backend.ts";
import { checkGemm } from "../check.ts";
import type { Runner } from "./runner.ts";

const ROWS_A = 4;
const COLUMNS_B = 8;
const EDGE_BYTES = ROWS_A * COLUMNS_B * 4;

export function createMatrixOps(runner: Runner): MatrixOps {
  return {
    sgemm(a, b, c, shape) {
      checkGemm(a, b, c, shape);
      const { m, n, k, transposeA = false, transposeB = false, alpha = 1, beta = 0 } = shape;
      if (m === 0 || n === 0) return;
      if (k === 0) {
        for (let i = 0; i < c.length; i++) c[i] = beta === 0 ? 0 : beta * c[i]!;
        return;
      }
      runner.call([a, b, c], (call) => {
        const [panelsA, panelsB] = [Math.ceil(m / ROWS_A), Math.ceil(n / COLUMNS_B)];
        const [x, y, z] = [call.in(a), call.in(b), call.inOut(c, beta !== 0)];
        const packedA = call.scratch(panelsA * ROWS_A * k * 4);
        const packedB = call.scratch(panelsB * COLUMNS_B * k * 4);
        const linesA = transposeA ? [1, m] : [k, 1];
        const linesB = transposeB ? [k, 1] : [1, n];
        const cutA = runner.split(panelsA, ROWS_A * k);
        call.runAll(
          "packA",
          cutA.map((range) => [x, packedA, m, k, ...linesA, ...range]),
        );
        const cutB = runner.split(panelsB, COLUMNS_B * k);
        call.runAll(
          "packB",
          cutB.map((range) => [y, packedB, n, k, ...linesB, ...range]),
        );
        // The longer side is cut, so that a product with few columns has work for all.
        const isByRow = panelsA > panelsB;
        const panels = isByRow ? panelsA : panelsB;
        const cut = runner.split(panels, (m * n * k) / panels);
        const shares = cut.map((range) => {
          const ranges = isByRow ? [...range, 0, panelsB] : [0, panelsA, ...range];
          return [packedA, packedB, z, m, n, k, ...ranges, alpha, beta, call.scratch(EDGE_BYTES)];
        });
        call.runAll("gemm", shares);
      });
    },
  };
}
