/**
 * Runs every sweep on this Node: both builds, one thread and two. For other versions of Node:
 * `node src/dev/run-ts.mjs test/compute/run-sweeps.ts CASES [FIRST [SWEEP…]]`. Prints one JSON line,
 * each operation's worst error as a share of its tolerance in it.
 */
import { openCompute } from "../../src/compute/index.ts";
import { createWasmBackend } from "../../src/compute/wasm/backend.ts";
import { sweep, worstShares } from "./sweep.ts";
import { SWEEPS } from "./sweeps.ts";

const [cases, first] = [Number(process.argv[2] ?? 200), Number(process.argv[3] ?? 0)];
const chosen = process.argv.slice(4);
const sweeps = Object.entries(SWEEPS).filter(
  ([name]) => chosen.length === 0 || chosen.includes(name),
);
const reference = await openCompute({ backend: "reference" });
const names = new Set<string>();
for (const build of ["plain", "auto"] as const) {
  for (const threads of [1, 2]) {
    const backend = await createWasmBackend({ build, threads, leastShare: 256 });
    if ((await backend.start()) !== threads) throw new Error(`${threads} threads did not start`);
    names.add(backend.name);
    for (const [, run] of sweeps) sweep(run, cases, { reference, backend }, first);
    await backend.close();
  }
}
// A share of 0 is exactness.
const worst = Object.fromEntries(
  [...worstShares].map(([operation, share]) => [operation, Number(share.toPrecision(2))]),
);
console.log(JSON.stringify({ version: process.version, builds: [...names], cases, worst }));
