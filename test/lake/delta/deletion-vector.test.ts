import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { SovereignError } from "../../../src/core/errors.ts";
import { createRng } from "../../../src/core/rng.ts";
import {
  decodeDeletionVector,
  encodeDeletionVector,
  readDeletionVector,
} from "../../../src/lake/delta/index.ts";
import { decodeZ85, encodeZ85 } from "../../../src/lake/delta/z85.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "dv-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function sorted(values: Iterable<bigint>): BigUint64Array {
  return BigUint64Array.from(new Set(values)).sort();
}

/** A vector file with one vector at offset 1. */
function vectorFile(bytes: Uint8Array): Buffer {
  const file = Buffer.alloc(1 + 4 + bytes.length + 4);
  file.writeUInt8(1, 0);
  file.writeInt32BE(bytes.length, 1);
  file.set(bytes, 5);
  file.writeUInt32BE(crc32(bytes), 5 + bytes.length);
  return file;
}

describe("deletion vectors", () => {
  it("reads the protocol's inline example", async () => {
    const positions = await readDeletionVector(folder, {
      storageType: "i",
      pathOrInlineDv: "^Bg9^0rr910000000000iXQKl0rr91000f55c8Xg0@@D72lkbi5=-{L",
      sizeInBytes: 44,
      cardinality: 6,
    });
    expect([...positions]).toEqual([3n, 4n, 7n, 11n, 18n, 29n]);
  });

  it("round-trips random positions", () => {
    const rng = createRng(7);
    for (let i = 0; i < 60; i++) {
      const span = 2 ** (1 + rng.int(36));
      const count = rng.int(i % 10 === 0 ? 20_000 : 300);
      const drawn = Array.from({ length: count }, () => BigInt(Math.floor(rng.next() * span)));
      const positions = sorted(drawn);
      expect(decodeDeletionVector(encodeDeletionVector(positions))).toEqual(positions);
    }
  });

  it("round-trips Z85", () => {
    const bytes = Uint8Array.from({ length: 256 }, (_, i) => i);
    expect(decodeZ85(encodeZ85(bytes))).toEqual(bytes);
    expect(encodeZ85(Uint8Array.of(0x86, 0x4f, 0xd2, 0x6f, 0xb5, 0x59, 0xf7, 0x5b))).toBe(
      "HelloWorld",
    );
  });

  it("refuses a wrong checksum, size, cardinality and a missing file", async () => {
    const bytes = encodeDeletionVector(sorted([1n, 5n]));
    const path = join(folder, "dv.bin");
    const vector = {
      storageType: "p" as const,
      pathOrInlineDv: path,
      offset: 1,
      sizeInBytes: bytes.length,
      cardinality: 2,
    };
    const file = vectorFile(bytes);
    writeFileSync(path, file);
    expect(await readDeletionVector(folder, vector)).toEqual(sorted([1n, 5n]));
    const refuses = (changed: object) =>
      expect(readDeletionVector(folder, { ...vector, ...changed })).rejects.toThrowError(
        expect.objectContaining({ code: "DATA_LOSS" }),
      );
    await refuses({ cardinality: 3 });
    await refuses({ sizeInBytes: bytes.length + 1 });
    await refuses({ sizeInBytes: 2 ** 40 });
    await refuses({ offset: -5 });
    await refuses({ pathOrInlineDv: `${path}x` });
    file[8]! ^= 1;
    writeFileSync(path, file);
    await refuses({});
  });

  it("never crashes on mutated bytes", () => {
    const rng = createRng(11);
    const many = Array.from({ length: 9000 }, (_, i) => BigInt(i * 2));
    const good = encodeDeletionVector(sorted([...many, 1n << 33n, 70_000n]));
    for (let i = 0; i < 500; i++) {
      const bytes = good.slice(0, rng.int(4) === 0 ? rng.int(good.length) : good.length);
      for (let k = 0; k <= rng.int(4); k++) {
        const at = rng.int(2) === 0 ? rng.int(Math.min(80, bytes.length)) : rng.int(bytes.length);
        bytes[at] = rng.int(256);
      }
      try {
        decodeDeletionVector(bytes);
      } catch (error) {
        expect(error).toBeInstanceOf(SovereignError);
      }
    }
  });
});
