/** Headers and indexes of safetensors take at most ten times the file's size, whatever they say. */
import { expect, test } from "vitest";
import { type LargeFile, openLarge } from "../long/open-large.ts";

const BYTES = 8_000_000;

function fill(entry: (index: number) => string): string {
  const entries: string[] = [];
  for (let i = 0, size = 0; size < BYTES; i++) {
    entries.push(entry(i));
    size += entries[i]!.length + 1;
  }
  return entries.join(",");
}

function withHeader(header: string): Buffer {
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(Buffer.byteLength(header)));
  return Buffer.concat([length, Buffer.from(header)]);
}

function file(name: string, header: () => string): LargeFile {
  return { name, small: () => withHeader("{}"), large: () => withHeader(header()) };
}

const empty = (name: string): string =>
  `"${name}":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}`;
const padded = (i: number): string => empty(`model.layers.${i}.attention.weight${".".repeat(60)}`);

test.each([
  ["opened", file("many tensors", () => `{${fill(padded)}}`)],
  ["DATA_LOSS", file("more tensors than room", () => `{${fill((i) => empty(String(i)))}}`)],
  ["DATA_LOSS", file("metadata", () => `{"__metadata__":{${fill((i) => `"name${i}":"0"`)}}}`)],
  ["DATA_LOSS", file("deep lists", () => "[".repeat(BYTES))],
  ["opened", file("a name of megabytes", () => `{${empty("é".repeat(BYTES / 2))}}`)],
] as const)("%s", async (wanted, header) => {
  expect(await openLarge("safetensors", header)).toBe(wanted);
});

test("an index of shards", async () => {
  const index = (map: string) => Buffer.from(`{"weight_map":{${map}}}`);
  const result = await openLarge("safetensors", {
    name: "an index",
    fileName: "model.safetensors.index.json",
    small: () => withHeader("{}"),
    large: () => index(fill((i) => `"model.layers.${i}.weight":"model-1.safetensors"`)),
  });
  expect(result).toMatch(/DATA_LOSS|DOES_NOT_EXIST/);
});
