/** NumPy's own files: every type of number is read, what is none is refused by name. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { createRng } from "../../src/core/rng.ts";
import { readNpy, readNpyTexts, readNpz } from "../../src/formats/npy/index.ts";
import { type ReadFileOptions, readRowFile } from "../../src/vector/index.ts";
import { REPOSITORY } from "../source-tree.ts";

const FOLDER = join(REPOSITORY, "fixtures/vector/numpy");

interface Case {
  readonly dtype: string;
  readonly values?: number[][];
  readonly texts?: string[];
}
const { cases } = JSON.parse(readFileSync(join(FOLDER, "expected.json"), "utf8")) as {
  cases: Record<string, Case>;
};

const bytesOf = (name: string): Uint8Array => readFileSync(join(FOLDER, name));

test.each(Object.entries(cases))("%s", (name, { values, texts }) => {
  const bytes = bytesOf(name);
  if (texts !== undefined) expect(readNpyTexts(bytes, name)).toEqual(texts);
  else if (values !== undefined) {
    const matrix = readNpy(bytes, name);
    expect([...matrix.values]).toEqual(values.flat());
    expect([matrix.rowCount, matrix.columnCount]).toEqual([values.length, 3]);
  } else {
    expect(() => readNpy(bytes, name)).toThrow(
      expect.objectContaining({ code: "NOT_IMPLEMENTED", hint: expect.stringContaining("numpy") }),
    );
  }
});

test("archives name their arrays, packed or not", () => {
  const named = readNpz(bytesOf("named.npz"), "named.npz");
  expect([...named.keys()]).toEqual(["other", "vectors", "ids"]);
  expect(readNpyTexts(named.get("ids")!(), "ids")).toEqual(["a", "b"]);
  const packed = readNpz(bytesOf("packed.npz"), "packed.npz");
  expect([...readNpy(packed.get("matrix")!(), "matrix").values]).toEqual([0, 1, 2, 3, 4, 5]);
});

async function rowsOf(name: string, options: Partial<ReadFileOptions> = {}): Promise<unknown[]> {
  const rows: unknown[] = [];
  const settings = { format: "npz", source: name, ...options } as const;
  for await (const batch of readRowFile(join(FOLDER, name), settings)) {
    for (const { id, vector } of batch) rows.push([id, ...Array.from(vector ?? [])]);
  }
  return rows;
}

test("rows of archives have their vectors and ids by name", async () => {
  const [first, second] = [
    [0, 1, 2],
    [3, 4, 5],
  ];
  expect(await rowsOf("named.npz")).toEqual([
    ["a", ...first],
    ["b", ...second],
  ]);
  expect(await rowsOf("packed.npz")).toEqual([
    ["0", ...first],
    ["1", ...second],
  ]);
  expect(await rowsOf("packed.npz", { idColumn: "labels" })).toEqual([
    ["7", ...first],
    ["8", ...second],
  ]);
  await expect(rowsOf("two.npz")).rejects.toMatchObject({
    hint: expect.stringContaining("arr_0, arr_1"),
  });
  expect(await rowsOf("two.npz", { vectorColumn: "arr_1" })).toHaveLength(2);
  await expect(rowsOf("named.npz", { ids: ["a"] })).rejects.toThrow("1 id for 2 vectors");
});

test("bytes that were changed are refused with a hint, or read", () => {
  const rng = createRng(7);
  for (const name of ["f4.npy", "texts.npy", "fortran.npy", "named.npz", "packed.npz"]) {
    for (let round = 0; round < 400; round++) {
      const bytes = Uint8Array.from(bytesOf(name));
      for (let i = 0; i <= rng.int(3); i++) bytes[rng.int(bytes.length)] = rng.int(256);
      const cut = bytes.subarray(0, round % 3 === 0 ? rng.int(bytes.length) : bytes.length);
      try {
        if (name.endsWith(".npz")) {
          for (const open of readNpz(cut, name).values()) readNpy(open(), name);
        } else if (name === "texts.npy") readNpyTexts(cut, name);
        else readNpy(cut, name);
      } catch (error) {
        expect(error).toMatchObject({ name: "SovereignError", hint: expect.any(String) });
      }
    }
  }
});
