/**
 * Two thousand damaged copies of small logs: reading one gives an answer or a SovereignError,
 * never another error, and ends.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { SovereignError } from "../../../src/core/errors.ts";
import { createRng, type Rng } from "../../../src/core/rng.ts";
import { conformanceFolder, hasConformance, openLog } from "./conformance-data.ts";
import { add, createTestLog, metaData, PROTOCOL, remove, type TestLog } from "./log-builder.ts";

let log: TestLog;
beforeEach(() => {
  log = createTestLog();
});
afterEach(() => log.dispose());

const SPLICES = [
  "",
  "{",
  "}",
  "[",
  '"',
  "\\",
  "null",
  "-1",
  "1e999",
  "\n",
  "\u0000",
  "9".repeat(40),
];

/** Flips, cuts, repeats and splices; two thirds keep the length. */
function mutate(rng: Rng, original: Uint8Array): Uint8Array {
  let bytes = Buffer.from(original);
  for (let i = 0; i <= rng.int(3); i++) {
    const at = rng.int(bytes.length);
    const kind = rng.int(6);
    if (kind < 4) bytes[at] = kind === 0 ? bytes[at]! ^ (1 << rng.int(8)) : rng.int(256);
    else if (kind === 4) bytes = bytes.subarray(0, Math.max(1, at));
    else {
      const splice = Buffer.from(SPLICES[rng.int(SPLICES.length)]!);
      bytes = Buffer.concat([bytes.subarray(0, at), splice, bytes.subarray(at + rng.int(8))]);
    }
    if (bytes.length === 0) return new Uint8Array([32]);
  }
  return bytes;
}

async function readEverything(): Promise<void> {
  try {
    const table = openLog(log.root);
    const snapshot = await table.snapshot();
    await snapshot.totalSizeBytes();
    const literal = { kind: "long", value: 5n } as const;
    await snapshot.scanFiles({ kind: "compare", op: "=", column: ["id"], value: literal });
    for (const file of await snapshot.scanFiles()) await file.deletedRows?.();
    table.history();
  } catch (error) {
    expect(error).toBeInstanceOf(SovereignError);
    expect((error as SovereignError).code).not.toBe("INTERNAL_ERROR");
  }
}

describe("damaged logs", () => {
  it("1,400 commits", async () => {
    const rng = createRng(2026);
    const deletionVector = {
      storageType: "i",
      pathOrInlineDv: "^Bg9^0rr910000000000iXQKl0rr91000f55c8Xg0@@D72lkbi5=-{L",
      sizeInBytes: 44,
      cardinality: 6,
    };
    const stats = '{"numRecords":3,"minValues":{"id":1},"maxValues":{"id":9},"nullCount":{"id":0}}';
    const actions = [
      { commitInfo: { timestamp: 1, operation: "WRITE", operationParameters: { mode: "Append" } } },
      PROTOCOL,
      metaData({ "delta.appendOnly": "false" }),
      add("a.parquet", { stats, tags: { x: "y" } }),
      add("b%20c.parquet", { deletionVector, stats }),
      remove("d.parquet"),
      { txn: { appId: "app", version: 12345678901234567n } },
      { domainMetadata: { domain: "d", configuration: "{}", removed: false } },
    ].map((action) => JSON.stringify(action, (_k, v) => (typeof v === "bigint" ? Number(v) : v)));
    const original = Buffer.from(`${actions.join("\n")}\n`);
    for (let i = 0; i < 1400; i++) {
      log.write("00000000000000000000.json", mutate(rng, original));
      await readEverything();
    }
  });

  it.skipIf(!hasConformance)("600 checkpoints", async () => {
    const rng = createRng(2027);
    const sources = [
      ["delta/kernel-data/parsed-stats", "00000000000000000003.checkpoint.parquet"],
      ["delta/kernel-golden/only-checkpoint-files", "00000000000000000002.checkpoint.parquet"],
    ] as const;
    for (const [table, name] of sources) {
      const path = join(conformanceFolder, table, "table/_delta_log", name);
      if (!existsSync(path)) continue;
      const original = readFileSync(path);
      for (let i = 0; i < 300; i++) {
        log.write(name, mutate(rng, original));
        await readEverything();
      }
    }
  });
});
