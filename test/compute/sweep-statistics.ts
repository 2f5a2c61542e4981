/** Random columns for statistics, sorting and rows by index. */
import { expectAllClose, expectClose, place, randomFloats, type SweepCase } from "./sweep.ts";

/** A column of up to a few blocks, sometimes with gaps. */
const column: SweepCase = (shapes) => {
  const { rng, reference, backend } = shapes;
  const x = randomFloats(rng, 2 + (rng.int(5) === 0 ? rng.int(13_000) : rng.int(200)));
  const from = place(shapes, x);
  const size = x.reduce((sum, value) => sum + Math.abs(value), 0);
  const near = (value: number, tolerance = 1e-12): number => tolerance * Math.abs(value);
  expectClose("sum", backend.sum(from), reference.sum(x), near(size));
  for (const ddof of [0, 1] as const) {
    const [found, wanted] = [backend.moments(from, ddof), reference.moments(x, ddof)];
    expectClose("mean", found.mean, wanted.mean, near(size / x.length));
    expectClose("variance", found.variance, wanted.variance, near(wanted.variance, 1e-9));
    const out = place(shapes, new Float32Array(x.length));
    const scaled = new Float32Array(x.length);
    reference.zScore(x, scaled, ddof);
    backend.zScore(from, out, ddof);
    expectAllClose("zScore", out, scaled, (i) => 1e-6 * (1 + Math.abs(scaled[i]!)));
    backend.free(out);
  }
  const [out, wanted] = [place(shapes, new Float32Array(x.length)), new Float32Array(x.length)];
  reference.minMaxScale(x, wanted);
  backend.minMaxScale(from, out);
  expectAllClose("minMaxScale", out, wanted, () => 1e-6);
  reference.logShifted(x, 1e-8, wanted);
  backend.logShifted(from, 1e-8, out);
  expectAllClose("logShifted", out, wanted, (i) => 2e-6 * Math.max(1, Math.abs(wanted[i]!)));
  backend.free(out);
  backend.free(from);
};

const gaps: SweepCase = (shapes) => {
  const { rng, reference, backend } = shapes;
  const odd = [Number.NaN, Infinity, -Infinity, 0, -0];
  const x = Float32Array.from({ length: rng.int(300) }, () =>
    rng.int(20) === 0 ? odd[rng.int(odd.length)]! : (rng.int(400) - 200) / 16,
  );
  const from = place(shapes, x);
  expectAllClose("minMax", backend.minMax(from), reference.minMax(x), () => 0);
  const q = [0, 0.25, 0.5, rng.next(), 1];
  expectAllClose("quantiles", backend.quantiles(from, q), reference.quantiles(x, q), () => 1e-6);
  const bins = { count: 1 + rng.int(20), low: -10, high: 5 + rng.int(20) };
  const [held, wantedHeld] = [backend.histogram(from, bins), reference.histogram(x, bins)];
  expectAllClose("histogram", held, wantedHeld, () => 0);
  const [found, wanted] = [new Int32Array(x.length), new Int32Array(x.length)];
  backend.binIndex(from, bins, found);
  reference.binIndex(x, bins, wanted);
  expectAllClose("binIndex", found, wanted, () => 0);
  const [out, means] = [place(shapes, new Float32Array(x.length)), new Float32Array(x.length)];
  const window = 1 + rng.int(12);
  backend.rollingMean(from, window, out);
  reference.rollingMean(x, window, means);
  expectAllClose("rollingMean", out, means, () => 1e-5);
  backend.free(out);
  backend.free(from);
};

/** Few distinct values, a narrow range, or any bits at all, NaN of either sign among them. */
const order: SweepCase = (shapes) => {
  const { rng, reference, backend } = shapes;
  const kind = rng.int(3);
  const bits = new Uint32Array(1 + rng.int(rng.int(4) === 0 ? 5000 : 400));
  const x = new Float32Array(bits.buffer, 4);
  if (kind === 0) for (let i = 0; i < bits.length; i++) bits[i] = rng.int(2 ** 32);
  else for (let i = 0; i < x.length; i++) x[i] = kind === 1 ? rng.int(9) - 4 : 1 + rng.next();
  const [from, out, wanted] = [place(shapes, x), place(shapes, x.slice()), x.slice()];
  expectAllClose("argsort", backend.argsort(from), reference.argsort(x), () => 0);
  reference.sort(x, wanted);
  // Which NaN it is is not promised.
  for (const [i, value] of wanted.entries()) if (Number.isNaN(value)) wanted[i] = Number.NaN;
  backend.sort(from, out);
  expectAllClose("sort", bitsOf(out), bitsOf(wanted), () => 0);
  backend.sort(from, from);
  expectAllClose("sort in place", bitsOf(from), bitsOf(wanted), () => 0);
  for (const operand of [from, out]) backend.free(operand);
};

const bitsOf = ({ buffer, byteOffset, length }: Float32Array): Int32Array =>
  new Int32Array(buffer, byteOffset, length);

const indexed: SweepCase = (shapes) => {
  const { rng, reference, backend } = shapes;
  const [n, d, picked] = [1 + rng.int(40), 1 + rng.int(70), rng.int(60)];
  const rows = randomFloats(rng, n * d);
  const indices = Uint32Array.from({ length: picked }, () => rng.int(n));
  const [x, out] = [place(shapes, rows), place(shapes, new Float32Array(picked * d))];
  const wanted = new Float32Array(picked * d);
  reference.gather(rows, d, indices, wanted);
  backend.gather(x, d, indices, out);
  expectAllClose("gather", out, wanted, () => 0);
  reference.scatterAdd(wanted, d, indices, rows);
  backend.scatterAdd(out, d, indices, x);
  expectAllClose("scatterAdd", x, rows, () => 0);
  backend.free(x);
  backend.free(out);
};

export const STATISTICS_SWEEPS: Readonly<Record<string, SweepCase>> = {
  column,
  gaps,
  order,
  indexed,
};
