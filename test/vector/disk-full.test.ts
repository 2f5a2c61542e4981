/**
 * A disk that is full, for which a limit on the size of files stands: one clear error, nothing that
 * was acknowledged is lost, nothing half-written stays.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { VectorStore } from "../../src/vector/index.ts";

const BINARY = join(import.meta.dirname, "../../bin/sovereign.js");
const canLimit = process.platform !== "win32";
const SMALL = 20;
const LARGE = 400;

let folder: string;
let store: VectorStore;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "vector-full-"));
  store = new VectorStore(join(folder, ".sovereign/vector"));
  writeRows("small", SMALL);
  writeRows("large", LARGE);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function writeRows(name: string, count: number): void {
  const lines = Array.from({ length: count }, (_, i) =>
    JSON.stringify({ id: `${name}-${i}`, vector: [i, 1], text: "x".repeat(1000) }),
  );
  writeFileSync(join(folder, `${name}.jsonl`), lines.join("\n"));
}

function run(argv: readonly string[], limitBlocks = "unlimited"): [number | null, string] {
  const script = `ulimit -S -f ${limitBlocks}; exec "$@"`;
  const { status, stderr } = spawnSync(
    "bash",
    ["-c", script, "limited", process.execPath, BINARY, "vector", ...argv],
    { cwd: folder, env: { ...process.env, SOVEREIGN_HOME: join(folder, ".sovereign") } },
  );
  return [status, `${stderr}`];
}

async function countRows(name: string): Promise<number> {
  await using collection = await store.open(name, "write");
  return collection.count;
}

const REFUSED = [4, expect.stringMatching(/^error: (no space is left for|larger than a file may)/)];
/** Of 1 KiB: between the small rows and the large ones. */
const LIMIT = "100";

test.skipIf(!canLimit)("create and import leave no collection behind", () => {
  expect(run(["create", "empty", "--dims", "2"], "0")).toEqual(REFUSED);
  expect(run(["import", "large.jsonl", "docs"], LIMIT)).toEqual(REFUSED);
  expect(readdirSync(store.folder)).toEqual([]);
  expect(run(["import", "large.jsonl", "docs"])[0]).toBe(0);
});

test.skipIf(!canLimit)("upsert, import and optimize lose nothing", async () => {
  expect(run(["import", "small.jsonl", "docs"])[0]).toBe(0);
  expect(run(["upsert", "docs", "large.jsonl"], LIMIT)).toEqual(REFUSED);
  expect(await countRows("docs")).toBe(SMALL);
  expect(run(["import", "large.jsonl", "docs"], LIMIT)).toEqual(REFUSED);
  expect(await countRows("docs")).toBe(SMALL);
  expect(run(["upsert", "docs", "large.jsonl"])[0]).toBe(0);
  expect(run(["optimize", "docs"], LIMIT)).toEqual(REFUSED);
  expect(await countRows("docs")).toBe(SMALL + LARGE);
  expect(run(["optimize", "docs"])[0]).toBe(0);
  expect(await countRows("docs")).toBe(SMALL + LARGE);
  expect(readdirSync(store.folder).sort()).toEqual(["docs.lock", "docs.vec", "docs.wal"]);
});

test.skipIf(!canLimit)("export leaves no file", () => {
  expect(run(["import", "large.jsonl", "docs"])[0]).toBe(0);
  for (const name of ["out.jsonl", "out.parquet", "out.arrow", "out.npy"]) {
    expect(run(["export", "docs", name], "1")).toEqual(REFUSED);
    expect(existsSync(join(folder, name))).toBe(false);
  }
  expect(readdirSync(folder).sort()).toEqual([".sovereign", "large.jsonl", "small.jsonl"]);
});
