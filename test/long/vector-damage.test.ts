/** Damaged files of a collection: DATA_LOSS with the offset, never a crash, never wrong rows. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { Collection } from "../../src/vector/index.ts";
import { createRng, makeRows } from "../vector/collections.ts";
import { damageRound } from "../vector/damage.ts";

const ROUNDS = Number(process.env.ROUNDS ?? 100_000);
const SEED = Number(process.env.SEED ?? 20261121);

test(`${ROUNDS} damaged files`, async () => {
  const folder = mkdtempSync(join(tmpdir(), "vector-damage-"));
  try {
    const base = join(folder, "c");
    await Collection.create(base, { dims: 4, text: ["mark"] });
    const collection = await Collection.open(base, "write");
    await collection.upsert(makeRows(0, 20));
    await collection.optimize();
    await collection.upsert(makeRows(15, 25, "bb"));
    await collection.close();
    const rng = createRng(SEED);
    for (let round = 0; round < ROUNDS; round++) damageRound(base, rng);
    expect(process.memoryUsage().rss).toBeLessThan(2 ** 31);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
