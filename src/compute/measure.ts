/**
 * What this machine reaches: the kernels beside the limits measured the same way, on one thread and
 * on all. Reading memory limits what streams, multiply-adds in registers what computes; both with
 * 128-bit SIMD, so a share says how good a kernel is, not how good WebAssembly is.
 */
import type { Clock } from "../core/clock.ts";
import type { ComputeBackend } from "./backend.ts";
import { openBlake3 } from "./blake3.ts";
import { WEIGHT_FORMATS } from "./formats.ts";
import { createPool, defaultThreads } from "./pool.ts";
import { createWasmBackend } from "./wasm/backend.ts";
import { loadKernel } from "./wasm/load-kernel.ts";

/** One kernel, or one limit. */
export interface Measurement {
  name: string;
  unit: "GB/s" | "GFLOP/s";
  /** Name of the measurement that limits it; null for a limit. */
  limit: string | null;
  /** Units of 1e9 a second on 1 thread and, where there are more, on all. */
  rates: { threads: number; rate: number }[];
}

interface Job {
  name: string;
  unit: Measurement["unit"];
  limit: string | null;
  /** Bytes or operations of one run. */
  amount: number;
  run: () => void;
}

const DIMENSIONS = 384;
const SIDE = 768;
const PEAK_ROUNDS = 4_000_000;
const PEAK_OPERATIONS = 64;
type Closers = (() => Promise<void>)[];

/** A job runs at least this often; the fastest run counts. */
const LEAST_RUNS = 3;

export interface MeasureOptions {
  /** Of what is streamed; well beyond the caches unless given. */
  bytes?: number;
  /** The jobs are run until so long has gone for each. */
  jobMs?: number;
}

/** Measures all; a few seconds, half a GiB of memory. */
export async function measureCompute(
  clock: Clock,
  { bytes = 256 * 2 ** 20, jobMs = 250 }: MeasureOptions = {},
): Promise<Measurement[]> {
  const measured: Measurement[] = [];
  for (const threads of new Set([1, defaultThreads()])) {
    const backend = await createWasmBackend({ threads });
    const closers: Closers = [() => backend.close()];
    await backend.start();
    const jobs = [
      ...(await limitJobs(threads, bytes, closers)),
      ...backendJobs(backend, bytes),
      await hashJob(threads, bytes / 4, closers),
    ];
    const rates = measureRates(clock, jobMs, jobs);
    for (const [i, { name, unit, limit }] of jobs.entries()) {
      const known = measured.find((job) => job.name === name);
      const rate = { threads, rate: rates[i]! };
      if (known === undefined) measured.push({ name, unit, limit, rates: [rate] });
      else known.rates.push(rate);
    }
    for (const close of closers) await close();
  }
  return measured;
}

/**
 * Rates in 1e9 a second. The jobs take turns, so that what else the machine does slows all of them;
 * a limit is no lower than what is under it has reached.
 */
function measureRates(clock: Clock, jobMs: number, jobs: readonly Job[]): number[] {
  const best = jobs.map(() => Number.POSITIVE_INFINITY);
  const start = clock.monotonicMs();
  for (let i = 0; i < LEAST_RUNS || clock.monotonicMs() - start < jobMs * jobs.length; i++) {
    for (const [at, { run }] of jobs.entries()) {
      const from = clock.monotonicMs();
      run();
      best[at] = Math.min(best[at]!, clock.monotonicMs() - from);
    }
  }
  const rates = jobs.map(({ amount }, at) => amount / 1e6 / best[at]!);
  return jobs.map(({ name }, at) =>
    jobs.reduce(
      (rate, { limit }, i) => (limit === name ? Math.max(rate, rates[i]!) : rate),
      rates[at]!,
    ),
  );
}

async function limitJobs(threads: number, size: number, closers: Closers): Promise<Job[]> {
  const kernel = await loadKernel("linear");
  const pool = createPool(threads);
  const number = pool.register(kernel);
  closers.push(() => pool.close());
  await pool.start();
  const at = kernel.arena.allocate(size);
  const bytes = Math.floor(size / threads / 64) * 64;
  const all = <T>(share: (index: number) => T): T[] =>
    Array.from({ length: threads }, (_, i) => share(i));
  // Pages are there only once written.
  new Uint8Array(kernel.memory.buffer, at, size).fill(1);
  return [
    {
      ...({ name: "memory", unit: "GB/s", limit: null } as const),
      amount: bytes * threads,
      run: () =>
        void pool.run(
          number,
          "probeRead",
          all((i) => [at + i * bytes, bytes]),
        ),
    },
    {
      ...({ name: "peak", unit: "GFLOP/s", limit: null } as const),
      amount: PEAK_ROUNDS * PEAK_OPERATIONS * threads,
      run: () =>
        void pool.run(
          number,
          "probePeak",
          all((i) => [at + i * 4096, PEAK_ROUNDS]),
        ),
    },
  ];
}

function backendJobs(backend: ComputeBackend, size: number): Job[] {
  const count = Math.floor(size / 4 / DIMENSIONS);
  const rows = backend.float32(count * DIMENSIONS).fill(0.5);
  const rows8 = new Int8Array(rows.buffer, rows.byteOffset, count * 4 * DIMENSIONS);
  const out8 = new Int32Array(count * 4);
  const [query, out] = [new Float32Array(DIMENSIONS).fill(1), backend.float32(count)];
  const query8 = new Int8Array(DIMENSIONS).fill(1);
  const [a, b, c] = [1, 2, 3].map(() => backend.float32(SIDE * SIDE).fill(0.5));
  const shape = { m: SIDE, n: SIDE, k: SIDE };
  const memory = { unit: "GB/s", limit: "memory" } as const;
  return [
    {
      ...{ ...memory, name: "f32 scan", amount: rows.byteLength },
      run: () => backend.scan("dot", query, rows, out),
    },
    {
      ...{ ...memory, name: "i8 scan", amount: rows8.byteLength },
      run: () => backend.scanInt8(query8, rows8, out8),
    },
    ...(["Q8_0", "Q4_K"] as const).map((format): Job => {
      const k = 4096;
      const rowBytes = (k / WEIGHT_FORMATS[format].values) * WEIGHT_FORMATS[format].bytes;
      const n = Math.floor(size / rowBytes / 2);
      const weights = new Uint8Array(rows.buffer, rows.byteOffset, n * rowBytes);
      const [x, y] = [new Float32Array(k).fill(1), new Float32Array(n)];
      return {
        ...{ ...memory, name: format, amount: weights.length },
        run: () => backend.matvec(format, weights, x, y),
      };
    }),
    {
      ...{ name: "SGEMM", unit: "GFLOP/s", limit: "peak", amount: 2 * SIDE ** 3 },
      run: () => backend.sgemm(a!, b!, c!, shape),
    },
  ];
}

async function hashJob(threads: number, size: number, closers: Closers): Promise<Job> {
  const blake3 = await openBlake3({ threads });
  closers.push(() => blake3.close());
  await blake3.start();
  const bytes = new Uint8Array(size).fill(1);
  return {
    ...{ name: "BLAKE3", unit: "GB/s", limit: "memory", amount: bytes.length },
    run: () => void blake3.hash(bytes),
  };
}
