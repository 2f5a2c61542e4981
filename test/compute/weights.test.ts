/** GGML's weight formats against the values that llama.cpp's own package gives. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { WEIGHT_FORMATS } from "../../src/compute/formats.ts";
import { openCompute, type WeightFormat } from "../../src/compute/index.ts";
import { createRng } from "../../src/core/rng.ts";
import { REPOSITORY } from "../source-tree.ts";

const path = join(REPOSITORY, "fixtures/compute/ggml/blocks.json");
const fixtures = Object.entries(
  JSON.parse(readFileSync(path, "utf8")) as Record<
    WeightFormat,
    { blocks: string; values: string }
  >,
) as [WeightFormat, { blocks: string; values: string }][];

test.each(fixtures)("%s is dequantised to the same bits", async (format, { blocks, values }) => {
  const wanted = new Float32Array(new Uint8Array(Buffer.from(values, "base64")).buffer);
  for (const backend of ["reference", "wasm"] as const) {
    const compute = await openCompute({ backend, threads: 1 });
    const found = new Float32Array(wanted.length);
    compute.dequantize(format, Buffer.from(blocks, "base64"), found);
    expect(found).toEqual(wanted);
  }
});

const rounded = fixtures.filter(([format]) => format.startsWith("Q"));

test.each(rounded)("%s times a vector is near the exact product", async (format, { blocks }) => {
  const compute = await openCompute({ threads: 1 });
  const weights = new Uint8Array(Buffer.from(blocks, "base64"));
  const rng = createRng(1);
  const flat = new Float32Array(12 * WEIGHT_FORMATS[format].values);
  compute.dequantize(format, weights, flat);
  const x = Float32Array.from({ length: flat.length }, () => rng.normal());
  const [out, exact] = [new Float32Array(1), compute.dot(flat, x)];
  compute.matvec(format, weights, x, out);
  const size = Math.sqrt(compute.dot(flat, flat) * compute.dot(x, x));
  expect(Math.abs(out[0]! - exact) / size).toBeLessThan(0.005);
});

test("F16 rows with an infinity or NaN give what they should", async () => {
  const halves = Uint16Array.from({ length: 4 * 20 }, () => 0x3c00);
  halves[3] = 0x7c00;
  halves[20 + 17] = 0xfc00;
  halves[40] = 0x7e00;
  const [x, out] = [new Float32Array(20).fill(1), new Float32Array(4)];
  for (const backend of ["reference", "wasm"] as const) {
    const compute = await openCompute({ backend, threads: 1 });
    compute.matvec("F16", new Uint8Array(halves.buffer), x, out);
    expect([...out]).toEqual([Infinity, -Infinity, Number.NaN, 20]);
  }
});

test("weights that are no whole blocks, or no matrix, are refused", async () => {
  const compute = await openCompute({ threads: 1 });
  const none = new Float32Array(0);
  expect(() => compute.dequantize("Q4_K", new Uint8Array(100), none)).toThrow("rows of 144");
  const [x, out] = [new Float32Array(32), new Float32Array(2)];
  expect(() => compute.matvec("Q8_0", new Uint8Array(34), x, out)).toThrow("its shape wants 68");
  expect(() => compute.matvec("Q4_K", new Uint8Array(144), x, out)).toThrow("rows of 256");
});
