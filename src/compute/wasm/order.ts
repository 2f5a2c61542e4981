/** Sorting and rows by index over `kernels/linear/order.ts`. */
import type { OrderOps } from "../backend.ts";
import { checkIndices, checkLength, countRows } from "../check.ts";
import type { Runner } from "./runner.ts";
import { sortIndices, sortValues } from "./sort.ts";

export function createOrderOps(runner: Runner): OrderOps {
  return {
    sort(x, out) {
      checkLength("out", out.length, x.length);
      runner.call([x, out], (call) => sortValues(runner, call, x, call.out(out)));
    },
    argsort: (x) =>
      runner.call([x], (call) => call.readUint32(sortIndices(runner, call, x), x.length)),
    gather(rows, d, indices, out) {
      const n = countRows("rows", rows.length, d);
      checkIndices(indices, countRows("out", out.length, d), n);
      runner.call([rows, out], (call) => {
        const [from, to, order] = [call.in(rows), call.out(out), call.in(indices)];
        const cut = runner.split(indices.length, d);
        call.runAll(
          "gather",
          cut.map(([i, end]) => [from, order + i * 4, to + i * d * 4, end - i, d * 4]),
        );
      });
    },
    scatterAdd(x, d, indices, out) {
      const n = countRows("out", out.length, d);
      checkIndices(indices, countRows("x", x.length, d), n);
      runner.call([x, out], (call) => {
        const [from, order, to] = [call.in(x), call.in(indices), call.inOut(out, true)];
        call.run("scatterAdd", from, order, to, indices.length, d);
      });
    },
  };
}
