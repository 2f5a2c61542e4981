/** One damaged copy of a collection: reading it is DATA_LOSS, or what it held before a torn tail. */
import { copyFileSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { SovereignError } from "../../src/core/errors.ts";
import type { Rng } from "../../src/core/rng.ts";
import { DiskCollection } from "../../src/vector/store/disk-collection.ts";
import { contentOf } from "./collections.ts";

/** Changes bytes of the file or the log, and throws when what is read then is wrong. */
export function damageRound(base: string, rng: Rng): void {
  const copy = `${base}-damaged`;
  const kind = rng.int(3) === 0 ? "wal" : "vec";
  for (const name of ["vec", "wal"]) {
    if (existsSync(`${base}.${name}`)) copyFileSync(`${base}.${name}`, `${copy}.${name}`);
  }
  const original = readFileSync(`${base}.${kind}`);
  const bytes = mutate(original, rng);
  if (bytes.equals(original)) return;
  writeFileSync(`${copy}.${kind}`, bytes);
  try {
    const found = contentOf(DiskCollection.openForReading(copy, ["TEST", "HNSW", "TEXT"]));
    const whole = contentOf(DiskCollection.openForReading(base, []));
    const isTail = kind === "wal" && bytes.length !== original.length;
    if (isTail || (kind === "wal" && isKnownTear(bytes, original))) return;
    throw new Error(
      `a damaged ${kind} was taken: ${JSON.stringify(found) === JSON.stringify(whole)}`,
    );
  } catch (error) {
    const isRefused = error instanceof SovereignError && error.code === "DATA_LOSS";
    if (!isRefused || typeof error.details.offset !== "number") throw error;
  }
}

/** The last record with a zeroed end mark, or zeros to the end: never acknowledged, by the rules. */
function isKnownTear(bytes: Buffer, original: Buffer): boolean {
  const first = bytes.findIndex((byte, i) => byte !== original[i]);
  return bytes.subarray(-4).every((byte) => byte === 0) && first >= 0;
}

function mutate(original: Buffer, rng: Rng): Buffer {
  const bytes = Buffer.from(original);
  const at = rng.int(bytes.length);
  switch (rng.int(6)) {
    case 0:
      bytes[at] = rng.int(256);
      return bytes;
    case 1:
      bytes[at]! ^= 1 << rng.int(8);
      return bytes;
    case 2:
      return bytes.subarray(0, at);
    case 3:
      return Buffer.concat([bytes, Buffer.alloc(1 + rng.int(200), rng.int(256))]);
    case 4:
      bytes.fill(rng.int(2) * 255, at, Math.min(bytes.length, at + 1 + rng.int(64)));
      return bytes;
    default: {
      const from = rng.int(bytes.length);
      bytes.copyWithin(at, from, Math.min(bytes.length, from + 1 + rng.int(200)));
      return bytes;
    }
  }
}
