/** Safetensors: values of every type, shards, and bytes that are wrong. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { SovereignError } from "../../src/core/errors.ts";
import { createRng } from "../../src/core/rng.ts";
import { openSafetensors } from "../../src/formats/safetensors/index.ts";
import { encodeSafetensors } from "./encode-safetensors.ts";

const folder = mkdtempSync(join(tmpdir(), "safetensors-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
let count = 0;

function put(bytes: Uint8Array, name = `${count++}.safetensors`): string {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return path;
}

/** A file of a header as text and some bytes. */
function raw(header: string, body: number, length?: bigint): string {
  const text = Buffer.from(header);
  const first = Buffer.alloc(8);
  first.writeBigUInt64LE(length ?? BigInt(text.length));
  return put(Buffer.concat([first, text, Buffer.alloc(body)]));
}

const entry = (from: number, to: number, shape = `${(to - from) / 4}`, dtype = "F32"): string =>
  `{"dtype":"${dtype}","shape":[${shape}],"data_offsets":[${from},${to}]}`;

test("values of each type", () => {
  const floats = new Float32Array([1, -2.5, 65504, 2 ** -24]);
  const path = put(
    encodeSafetensors(
      {
        f32: { dtype: "F32", shape: [2, 2], bytes: floats },
        f16: { dtype: "F16", shape: [4], bytes: new Uint16Array([0x3c00, 0xc100, 0x7bff, 1]) },
        bf16: { dtype: "BF16", shape: [2], bytes: new Uint16Array([0x3f80, 0xc020]) },
        i8: { dtype: "I8", shape: [3], bytes: new Int8Array([1, -128, 127]) },
        i64: { dtype: "I64", shape: [2], bytes: new BigInt64Array([7n, -1n]) },
        large: { dtype: "I64", shape: [1], bytes: new BigInt64Array([2n ** 40n]) },
        scalar: { dtype: "F64", shape: [], bytes: new Float64Array([0.1]) },
        none: { dtype: "F32", shape: [0, 3], bytes: new Float32Array(0) },
        odd: { dtype: "F8_E4M3", shape: [2], bytes: new Uint8Array([1, 2]) },
      },
      { format: "pt" },
    ),
  );
  using file = openSafetensors(path);
  expect([...file.metadata]).toEqual([["format", "pt"]]);
  expect(file.require("f32", [2, 2])).toMatchObject({ type: "F32", length: 4, byteLength: 16 });
  expect(file.readFloat32("f32")).toEqual(floats);
  expect(file.readFloat32("f16")).toEqual(floats);
  expect([...file.readFloat32("bf16")]).toEqual([1, -2.5]);
  expect([...file.readFloat32("i8")]).toEqual([1, -128, 127]);
  expect([...file.readInt32("i64")]).toEqual([7, -1]);
  expect([...file.readFloat32("scalar")]).toEqual([Math.fround(0.1)]);
  expect(file.readFloat32("none")).toHaveLength(0);
  expect([...file.readBytes("odd")]).toEqual([1, 2]);
  expect(() => file.readFloat32("odd")).toThrow("`odd` of F8_E4M3 is not read");
  expect(() => file.readInt32("large")).toThrow("what no whole number of 32 bits is");
  expect(() => file.require("f32", [4])).toThrow("`f32` is [2, 2], not [4]");
  expect(() => file.require("f31")).toThrow("has no tensor `f31`");
});

test("shards beside their index", () => {
  const model = join(folder, "model");
  mkdirSync(model);
  const part = (name: string, value: number): void => {
    const bytes = new Float32Array([value]);
    const tensors = { [name]: { dtype: "F32", shape: [1], bytes } };
    writeFileSync(join(model, `${name}.safetensors`), encodeSafetensors(tensors));
  };
  part("a", 1);
  part("b", 2);
  const index = join(model, "model.safetensors.index.json");
  const write = (map: unknown): void => writeFileSync(index, JSON.stringify({ weight_map: map }));
  write({ a: "a.safetensors", b: "b.safetensors" });
  using file = openSafetensors(model);
  expect([file.readFloat32("a")[0], file.readFloat32("b")[0]]).toEqual([1, 2]);
  write({ a: "../a.safetensors" });
  expect(() => openSafetensors(model)).toThrow("tensor `a` lies in no file beside it");
  write({ a: "b.safetensors" });
  expect(() => openSafetensors(model)).toThrow("has no tensor `a`");
  write({ a: "c.safetensors" });
  expect(() => openSafetensors(model)).toThrow("c.safetensors` cannot be opened");
});

test.each([
  ["a length beyond the file", () => raw("{}", 0, 3n), "should have 3 bytes and is cut off"],
  ["a huge header", () => raw("{}", 0, 2n ** 63n), "is more than any has"],
  ["too few bytes", () => put(Buffer.from("abc")), "too short for a header"],
  ["no JSON", () => raw("{]", 0), "is no JSON"],
  ["no object", () => raw("[]", 0), "is no object"],
  ["an overlap", () => raw(`{"a":${entry(0, 8)},"b":${entry(4, 12)}}`, 12), "overlaps"],
  ["a hole", () => raw(`{"a":${entry(0, 4)},"b":${entry(8, 12)}}`, 12), "leaves a hole"],
  ["a name twice", () => raw(`{"a":${entry(0, 4)},"a":${entry(4, 8)}}`, 8), "leaves a hole"],
  ["too few values", () => raw(`{"a":${entry(0, 8)}}`, 4), "4 bytes|\\d+ bytes are missing"],
  ["too many values", () => raw(`{"a":${entry(0, 8)}}`, 9), "something follows the last tensor"],
  ["a shape that does not fit", () => raw(`{"a":${entry(0, 8, "3")}}`, 8), "8 bytes for F32 [3]"],
  [
    "a shape beyond numbers",
    () => raw(`{"a":${entry(0, 8, "9007199254740991,9007199254740991")}}`, 8),
    "8 bytes for F32",
  ],
  ["a negative offset", () => raw(`{"a":${entry(-4, 4)}}`, 8), "`a` is not described"],
  ["an unknown type", () => raw(`{"a":${entry(0, 8, "2", "Q4")}}`, 8), "has the type Q4"],
  ["nothing but brackets", () => raw(`{"a":${"[".repeat(99_999)}`, 0), "its header is odd"],
])("%s is refused", (_, make, message) => {
  const open = (): unknown => openSafetensors(make());
  expect(open).toThrow(SovereignError);
  expect(open).toThrow(message.includes("\\d") ? new RegExp(message) : message);
});

test("mutated bytes are read or refused, never anything else", () => {
  const rng = createRng(20_261_122);
  const whole = encodeSafetensors({
    "layer.weight": { dtype: "F32", shape: [3, 2], bytes: new Float32Array(6) },
    "layer.bias": { dtype: "F16", shape: [3], bytes: new Uint16Array(3) },
    mapping: { dtype: "I64", shape: [4], bytes: new BigInt64Array(4) },
  });
  let refused = 0;
  for (let i = 0; i < 1000; i++) {
    const bytes = Buffer.from(
      whole.subarray(0, rng.int(4) === 0 ? rng.int(whole.length) : undefined),
    );
    for (let n = rng.int(4); n >= 0 && bytes.length > 0; n--) {
      const at = rng.int(2) === 0 ? rng.int(Math.min(12, bytes.length)) : rng.int(bytes.length);
      bytes[at] = rng.int(2) === 0 ? rng.int(256) : bytes[at]! ^ (1 << rng.int(8));
    }
    try {
      using file = openSafetensors(put(bytes, "mutated.safetensors"));
      for (const name of file.tensors.keys()) file.readFloat32(name);
    } catch (error) {
      if (!(error instanceof SovereignError)) throw error;
      refused++;
    }
  }
  expect(refused).toBeGreaterThan(500);
});
