/**
 * Files of the small encoder against those parquet-wasm writes from the same rows, as three readers
 * find them: parquet-wasm, hyparquet and DuckDB.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parquetReadObjects } from "hyparquet";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { SovereignError } from "../../../src/core/errors.ts";
import { createRng, type Rng } from "../../../src/core/rng.ts";
import { encodeSmallParquet } from "../../../src/formats/parquet/encode-small.ts";
import {
  type ColumnShape,
  readParquetRows,
  type StructShape,
  writeParquetRows,
} from "../../../src/formats/parquet/index.ts";
import { type Engine, startEngine } from "../../../src/lake/engine/index.ts";

const LEAVES: readonly ColumnShape[] = [
  { kind: "boolean" },
  { kind: "int32" },
  { kind: "int64" },
  { kind: "float32" },
  { kind: "float64" },
  { kind: "string" },
  { kind: "date" },
  { kind: "timestamp", isUtc: true },
  { kind: "timestamp", isUtc: false },
  { kind: "decimal", precision: 9, scale: 2 },
  { kind: "decimal", precision: 18, scale: 0 },
  { kind: "decimal", precision: 38, scale: 10 },
];
const TEXTS = ["", "a", "ä€", "😀 smile", "x".repeat(300), "nul\0byte"];
const LONGS = [0n, 1n, -1n, 2n ** 63n - 1n, -(2n ** 63n), 123_456_789_012n];
const DOUBLES = [0, 1.5, -1e300, Number.POSITIVE_INFINITY, 5e-324];
/** More than the encoder is used for, so that the other one writes the file to compare with. */
const ROWS = 300;

function shapeOf(rng: Rng, depth: number): ColumnShape {
  const kind = depth === 0 ? 0 : rng.int(6);
  if (kind === 5) return { kind: "map" };
  if (kind === 4) return { kind: "list", element: shapeOf(rng, depth - 1) };
  if (kind === 3) return structOf(rng, depth - 1);
  return LEAVES[rng.int(LEAVES.length)]!;
}

function structOf(rng: Rng, depth: number): StructShape {
  const fields = Array.from(
    { length: 1 + rng.int(4) },
    (_, i) => [`f${i}`, shapeOf(rng, depth)] as const,
  );
  return { kind: "struct", fields };
}

function someValue(rng: Rng, shape: ColumnShape): unknown {
  const pick = <T>(all: readonly T[]): T => all[rng.int(all.length)]!;
  if (rng.int(4) === 0) return pick([null, undefined]);
  switch (shape.kind) {
    case "boolean":
      return rng.int(2) === 0;
    case "int32":
    case "date":
      return rng.int(200_000) - 100_000;
    case "int64":
      return pick(LONGS);
    case "timestamp":
      return pick([0n, -1n, 1_700_000_000_123_456n]);
    case "float32":
      return pick([0, 1.5, -2.25]);
    case "float64":
      return pick(DOUBLES);
    case "string":
      return pick(TEXTS);
    case "decimal":
      return pick([0n, -1n, 10n ** BigInt(shape.precision) - 1n, -(10n ** 8n)]);
    case "list":
      return Array.from({ length: rng.int(4) }, () => someValue(rng, shape.element));
    case "map":
      return Object.fromEntries(
        Array.from({ length: rng.int(3) }, (_, i) => [`k${i}`, pick([null, ...TEXTS])]),
      );
    case "struct":
      return Object.fromEntries(shape.fields.map(([name, inner]) => [name, someValue(rng, inner)]));
  }
}

async function wasmRows(bytes: Uint8Array): Promise<object[]> {
  const rows = [];
  for await (const group of readParquetRows(bytes, { source: "small" })) rows.push(...group);
  return rows;
}

function hyparquetRows(bytes: Uint8Array): Promise<Record<string, unknown>[]> {
  return parquetReadObjects({ file: bytes.slice().buffer });
}

describe("small Parquet files", () => {
  let folder: string;
  let engine: Engine;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "encode-small-"));
    engine = await startEngine({
      mapRuntimeError: (text) => new SovereignError("INTERNAL_ERROR", text),
    });
  });
  afterAll(async () => {
    await engine.close();
    rmSync(folder, { recursive: true, force: true });
  });

  async function engineRows(bytes: Uint8Array): Promise<unknown[]> {
    const path = join(folder, "file.parquet");
    writeFileSync(path, bytes);
    const columns = await engine.rows(`SELECT column_name, column_type FROM (DESCRIBE '${path}')`);
    const rows = await engine.rows(`SELECT CAST(t AS VARCHAR) FROM '${path}' AS t`);
    return [...columns, ...rows];
  }

  it.each([1, 2, 3, 4, 5, 6, 7, 8])("holds what was written (%i)", async (seed) => {
    const rng = createRng(seed);
    const shape = seed === 1 ? flat() : structOf(rng, 3);
    const rows = Array.from({ length: ROWS }, () =>
      Object.fromEntries(shape.fields.map(([name, inner]) => [name, someValue(rng, inner)])),
    );
    const small = encodeSmallParquet(shape, rows);
    const other = await writeParquetRows(shape, rows);
    expect(await wasmRows(small)).toHaveLength(ROWS);
    expect(await wasmRows(small)).toEqual(await wasmRows(other));
    expect(await engineRows(small)).toEqual(await engineRows(other));
    expect(await hyparquetRows(small)).toEqual(await hyparquetRows(other));
  });
});

function flat(): StructShape {
  return { kind: "struct", fields: LEAVES.map((shape, i) => [`c${i}`, shape]) };
}
