/**
 * Vector indexes of npm packages, as `vector_peers.py` does those of Python. Arguments: a folder with
 * `node_modules`, then those of the Python script. One thread, but usearch is built on all.
 */
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { availableParallelism } from "node:os";
import { join } from "node:path";

const [packages, folder, dimsText, mText, efConstructionText, kText, efsText, enoughText] =
  process.argv.slice(2);
const [dims, m, efConstruction, k] = [dimsText, mText, efConstructionText, kText].map(Number);
const efs = efsText.split(",").map(Number);
const require = createRequire(join(packages, "package.json"));
const rows = readFloats("rows.f32");
const queries = readFloats("queries.f32");
const truth = JSON.parse(readFileSync(join(folder, "truth.json"), "utf8")).map(
  (ids) => new Set(ids),
);
const ROUNDS = 5;

function readFloats(name) {
  const bytes = readFileSync(join(folder, name));
  return new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
}

function cpuSeconds() {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

function vectorOf(vectors, i) {
  return vectors.subarray(i * dims, (i + 1) * dims);
}

function report(name, build_s, openWith) {
  for (const ef of efs) {
    const search = openWith(ef);
    let best = Number.POSITIVE_INFINITY;
    let ids = [];
    for (let round = 0; round < ROUNDS; round++) {
      const start = cpuSeconds();
      ids = truth.map((_, i) => search(i));
      best = Math.min(best, cpuSeconds() - start);
    }
    const found = ids.map((row) => Array.from(row, Number));
    console.log(JSON.stringify({ name, build_s, ef, qps: truth.length / best, ids: found }));
    const hits = found.reduce(
      (sum, row, i) => sum + row.filter((id) => truth[i].has(id)).length,
      0,
    );
    if (hits >= Number(enoughText) * k * truth.length) return;
  }
}

function withHnswlib() {
  const { HierarchicalNSW } = require("hnswlib-node");
  const count = rows.length / dims;
  const index = new HierarchicalNSW("l2", dims);
  index.initIndex(count, m, efConstruction, 100);
  const start = cpuSeconds();
  for (let i = 0; i < count; i++) index.addPoint(Array.from(vectorOf(rows, i)), i);
  const built = cpuSeconds() - start;
  const asked = truth.map((_, i) => Array.from(vectorOf(queries, i)));
  report("hnswlib-node (npm)", built, (ef) => {
    index.setEf(ef);
    return (i) => index.searchKnn(asked[i], k).neighbors;
  });
}

function withUsearch() {
  const { Index } = require("usearch");
  const options = (ef) => ({
    ...{ metric: "l2sq", connectivity: m, dimensions: dims, quantization: "f32" },
    ...{ expansion_add: efConstruction, expansion_search: ef },
  });
  const built = new Index(options(efs[0]));
  const keys = BigUint64Array.from({ length: rows.length / dims }, (_, i) => BigInt(i));
  built.add(keys, rows, availableParallelism());
  const saved = join(folder, "usearch.bin");
  built.save(saved);
  report("usearch f32 (npm)", null, (ef) => {
    const index = new Index(options(ef));
    index.load(saved);
    return (i) => index.search(vectorOf(queries, i), k, 1).keys;
  });
}

for (const [name, peer] of [
  ["hnswlib-node", withHnswlib],
  ["usearch", withUsearch],
]) {
  if (existsSync(join(packages, "node_modules", name))) peer();
  else console.log(JSON.stringify({ name: `${name} (npm)`, missing: "not installed" }));
}
