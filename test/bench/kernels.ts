/**
 * The numeric kernels beside what gcc makes of the same work (`support/kernels.c`, -O3
 * -march=native), numpy and the blake3 package, in turn on the same machine: scans of 1 M × 384,
 * a product of 1024³, BLAKE3 of 256 MiB, weights times a vector, sorting. Budgets (design notes): SGEMM 55
 * GFLOP/s a thread, 100 on two; f32 scan 1.25 times C; BLAKE3 1.5 GB/s on two.
 * `npm run bench -- kernels`; BENCH_ROUNDS for a quick look, BENCH_PYTHON names a Python with numpy
 * and blake3. On a busy machine the CPU columns say more than the wall.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { WEIGHT_FORMATS } from "../../src/compute/formats.ts";
import {
  type ComputeBackend,
  openBlake3,
  openCompute,
  type WeightFormat,
} from "../../src/compute/index.ts";
import { createRng } from "../../src/core/rng.ts";
import { type Answering, startAnswering, tryProgram } from "./support/answering.ts";
import { type Contender, describeMachine, type Measured, measureAll } from "./support/measure.ts";

const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 9);
const PYTHON = process.env.BENCH_PYTHON ?? resolve(".interop/venv/bin/python");
const [N, D, G, K, M10] = [1_000_000, 384, 1024, 4096, 10_000_000];
const THREADS = [1, 2];

interface Job {
  name: string;
  /** What one run moves or computes, in units of 1e9. */
  amount: number;
  unit: string;
  /** Too large to be held once for each build. */
  isLarge?: boolean;
  /** The peers' name for it. */
  peer?: string;
  prepare: (compute: ComputeBackend) => (() => void) | Promise<() => void>;
}

const fill = <T extends Float32Array | Int8Array | Uint8Array>(array: T): T => {
  for (let i = 0; i < array.length; i++) array[i] = ((i * 2654435761) & 127) / 8;
  return array;
};

const JOBS: readonly Job[] = [
  {
    ...{ name: "dot of 1 M × 384 f32", amount: (N * D * 4) / 1e9, unit: "GB/s", peer: "scan" },
    isLarge: true,
    prepare(compute) {
      const [rows, out] = [fill(compute.float32(N * D)), compute.float32(N)];
      const query = fill(new Float32Array(D));
      return () => compute.scan("dot", query, rows, out);
    },
  },
  {
    ...{ name: "best 10 of 1 M × 384 f32", amount: (N * D * 4) / 1e9, unit: "GB/s" },
    isLarge: true,
    prepare(compute) {
      const [rows, query] = [fill(compute.float32(N * D)), fill(new Float32Array(D))];
      return () => void compute.scanTop("cosine", query, rows, { k: 10, dimensions: D });
    },
  },
  {
    ...{ name: "dot of 1 M × 384 int8", amount: (N * D) / 1e9, unit: "GB/s", peer: "scan8" },
    prepare(compute) {
      const [rows, query] = [fill(compute.int8(N * D)), fill(new Int8Array(D))];
      const out = new Int32Array(N);
      return () => compute.scanInt8(query, rows, out);
    },
  },
  {
    ...{ name: "SGEMM 1024³", amount: (2 * G ** 3) / 1e9, unit: "GFLOP/s", peer: "sgemm" },
    prepare(compute) {
      const [a, b, c] = [G * G, G * G, G * G].map((length) => fill(compute.float32(length)));
      return () => compute.sgemm(a!, b!, c!, { m: G, n: G, k: G });
    },
  },
  ...(Object.keys(WEIGHT_FORMATS) as WeightFormat[]).map((format): Job => {
    const { bytes: blockBytes, values } = WEIGHT_FORMATS[format];
    const bytes = (2 * K * K * blockBytes) / values;
    return {
      ...{ name: `${format} 8192 × 4096 times a vector`, amount: bytes / 1e9, unit: "GB/s" },
      prepare(compute) {
        const [weights, x] = [compute.uint8(bytes), fill(compute.float32(K))];
        const out = compute.float32(2 * K);
        return () => compute.matvec(format, weights, x, out);
      },
    };
  }),
  ...(["sort", "argsort", "top"] as const).map((peer): Job => {
    const name = { sort: "sort of", argsort: "argsort of", top: "best 10,000 of" }[peer];
    return {
      ...{ name: `${name} 10 M f32`, amount: M10 / 1e9, unit: "G values/s", peer },
      prepare(compute) {
        const [x, out, rng] = [compute.float32(M10), compute.float32(M10), createRng(1)];
        for (let i = 0; i < M10; i++) x[i] = rng.next() - 0.5;
        return {
          sort: () => compute.sort(x, out),
          argsort: () => void compute.argsort(x),
          top: () => void compute.top(x, 10_000),
        }[peer];
      },
    };
  }),
  {
    ...{ name: "BLAKE3 of 256 MiB", amount: 2 ** 28 / 1e9, unit: "GB/s", peer: "blake3" },
    async prepare(compute) {
      const blake3 = await openBlake3({ threads: compute.threads });
      await blake3.start();
      const bytes = new Uint8Array(2 ** 28);
      return () => void blake3.hash(bytes);
    },
  },
];

interface Peer {
  name: string;
  jobs: readonly string[];
  threads: readonly number[];
  process: Answering;
}

async function startPeers(folder: string): Promise<Peer[]> {
  const peers: Peer[] = [];
  const program = join(folder, "kernels");
  const flags = ["-O3", "-march=native", "-ffast-math", "-pthread", "-o", program];
  const noGcc = tryProgram("gcc", ...flags, resolve("test/bench/support/kernels.c"));
  if (noGcc === null) {
    const process = startAnswering(program, []);
    peers.push({ name: "C", jobs: ["read", "scan", "scan8", "sgemm"], threads: THREADS, process });
  } else console.log(`C: absent (${noGcc})`);
  const noNumpy = tryProgram(PYTHON, "-c", "import numpy");
  for (const threads of noNumpy === null ? THREADS : []) {
    const script = resolve("test/bench/support/kernels.py");
    const process = startAnswering(PYTHON, [script, String(threads)]);
    const jobs = (await process.read()).split(" ");
    peers.push({ name: "numpy", jobs, threads: [threads], process });
  }
  if (noNumpy !== null) console.log(`numpy: absent (${noNumpy})`);
  return peers;
}

function contendersOf(job: string | undefined, peers: readonly Peer[]): Contender[] {
  return peers.flatMap(({ name, jobs, threads, process }) =>
    job === undefined || !jobs.includes(job)
      ? []
      : threads.map((count) => ({
          name: `${job === "blake3" ? "blake3 (Rust)" : name}, ${count} T`,
          run: () => process.ask(`${job} ${count}`),
        })),
  );
}

function print({ name, amount, unit }: Omit<Job, "prepare">, rows: readonly Measured[]): void {
  for (const row of rows) {
    const [wall, cpu] = [Math.min(...row.wallMs), Math.min(...row.cpuMs)];
    const rate = (ms: number): string => {
      const perSecond = (amount / ms) * 1e3;
      return perSecond.toFixed(perSecond < 1 ? 3 : 1);
    };
    console.log(
      `| ${name} | ${row.name} | ${wall.toFixed(1)} | ${rate(wall)} ${unit} | ${cpu.toFixed(1)} | ${rate(cpu)} |`,
    );
  }
}

const folder = mkdtempSync(join(tmpdir(), "kernels-"));
const peers = await startPeers(folder);
try {
  console.log(describeMachine());
  console.log(`least of ${ROUNDS} rounds, contenders in turn`);
  console.log("| what | who | wall ms | rate | CPU ms | rate by CPU |");
  console.log("|---|---|---|---|---|---|");
  const reading = { name: "read 1.5 GB", amount: (N * D * 4) / 1e9, unit: "GB/s" };
  print(reading, await measureAll(contendersOf("read", peers), ROUNDS));
  for (const job of JOBS) {
    const contenders: Contender[] = [];
    for (const threads of THREADS) {
      for (const build of ["plain", "auto"] as const) {
        if (build === "plain" && job.isLarge) continue;
        const compute = await openCompute({ threads, build });
        await compute.start();
        const work = await job.prepare(compute);
        contenders.push({
          name: `ours ${compute.name.replace("wasm ", "")}, ${threads} T`,
          run: async () => void work(),
          close: () => compute.close(),
        });
      }
    }
    contenders.push(...contendersOf(job.peer, peers));
    print(job, await measureAll(contenders, ROUNDS));
  }
} finally {
  for (const { process } of peers) process.close();
  rmSync(folder, { recursive: true, force: true });
}
