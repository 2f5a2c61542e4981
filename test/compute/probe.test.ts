/** An engine whose relaxed SIMD is wrong gets the plain build: here the module itself is poisoned. */
import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterEach, expect, test } from "vitest";
import { hasRelaxedSimd } from "../../src/compute/wasm/probe.ts";
import { compileModule } from "../../src/compute/wasm/webassembly.ts";
import { REPOSITORY } from "../source-tree.ts";

const { relaxed } = (await import("#kernels/linear")) as { relaxed: string };

/** Opcodes, all of two LEB128 bytes after 0xfd, with another of the same operands. */
const POISONS = {
  "i16x8.relaxed_dot_i8x16_i7x16_s": [
    [0x92, 0x02],
    [0x8e, 0x01],
  ], // i16x8.add
  "f32x4.relaxed_madd": [
    [0x85, 0x02],
    [0x86, 0x02],
  ], // f32x4.relaxed_nmadd
} as const;

function poison(text: string, [from, to]: (typeof POISONS)[keyof typeof POISONS]): Buffer {
  const bytes = Buffer.from(text, "base64");
  const wanted = Buffer.from([0xfd, ...from]);
  let count = 0;
  for (let at = bytes.indexOf(wanted); at >= 0; at = bytes.indexOf(wanted, at + 1), count++) {
    bytes.set(to, at + 1);
  }
  expect(count).toBeGreaterThan(0);
  return bytes;
}

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

test.runIf(process.arch === "x64")("the module as it is passes", async () => {
  const load = async () => compileModule(Buffer.from(relaxed, "base64"));
  expect(await hasRelaxedSimd(load)).toBe(true);
});

test.each(Object.entries(POISONS))("a wrong %s is found", async (_, codes) => {
  const bytes = poison(relaxed, codes);
  expect(await hasRelaxedSimd(async () => compileModule(bytes))).toBe(false);
});

test("what does not compile is found", async () => {
  expect(await hasRelaxedSimd(async () => compileModule(new Uint8Array(8)))).toBe(false);
});

test("a library with a poisoned module computes with the plain one", () => {
  const folder = mkdtempSync(join(REPOSITORY, "node_modules/.cache/probe-"));
  folders.push(folder);
  cpSync(join(REPOSITORY, "dist/lib"), folder, { recursive: true });
  const bad = poison(relaxed, POISONS["f32x4.relaxed_madd"]).toString("base64");
  let count = 0;
  for (const name of readdirSync(folder).filter((file) => file.endsWith(".js"))) {
    const text = readFileSync(join(folder, name), "utf8");
    if (!text.includes(relaxed)) continue;
    writeFileSync(join(folder, name), text.replaceAll(relaxed, bad));
    count++;
  }
  expect(count).toBeGreaterThan(0);
  const program = `
    const { openCompute } = await import(${JSON.stringify(pathToFileURL(join(folder, "index.js")))});
    const compute = await openCompute({ threads: 1 });
    console.log(compute.name, compute.dot(Float32Array.of(1, 2, 3, 4), Float32Array.of(1, 1, 1, 1)));
  `;
  const run = spawnSync(process.execPath, ["--input-type=module", "-e", program], {
    encoding: "utf8",
    timeout: 60_000,
  });
  expect(run.stderr).toBe("");
  expect(run.stdout).toBe("wasm plain 10\n");
});
