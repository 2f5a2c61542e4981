/** A checkpoint kept in the engine answers as the one read into objects, table by table. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createWasmCheckpointReader } from "../../../src/lake/checkpoint/index.ts";
import { DeltaLog, type PrunePredicate, readStats } from "../../../src/lake/delta/index.ts";
import {
  createLargeCheckpointPort,
  type Engine,
  startEngine,
} from "../../../src/lake/engine/index.ts";
import {
  hasConformance,
  listSparkCases,
  listUpstreamCases,
  openLog,
} from "../delta/conformance-data.ts";

let engine: Engine;

beforeAll(async () => {
  engine = await startEngine({ threads: 2, memoryLimitBytes: 2 ** 30 });
});

afterAll(() => engine.close());

function openLarge(table: string): DeltaLog {
  return DeltaLog.open(table, {
    checkpointReader: createWasmCheckpointReader(),
    largeCheckpoints: createLargeCheckpointPort(async () => engine),
    largeCheckpointBytes: 0,
  });
}

/** A comparison on the first integer or text column, with the first file's minimum. */
function choosePredicate(stats: (string | null | undefined)[], columns: string[]): PrunePredicate {
  for (const text of stats) {
    const minValues = readStats(text)?.minValues as Record<string, unknown> | undefined;
    for (const name of columns) {
      const value = minValues?.[name];
      if (typeof value === "number" && Number.isInteger(value)) {
        const literal = { kind: "long", value: BigInt(value) } as const;
        return { kind: "compare", op: "=", column: [name], value: literal };
      }
      if (typeof value === "string") {
        return { kind: "compare", op: "<=", column: [name], value: { kind: "string", value } };
      }
    }
  }
  return { kind: "unknown" };
}

describe.skipIf(!hasConformance)("checkpoints kept in the engine", () => {
  for (const { name, table } of [...listUpstreamCases(), ...listSparkCases()]) {
    it(name, async () => {
      const expected = await openLog(table)
        .snapshot()
        .catch((error: Error) => error);
      if (expected instanceof Error || expected.segment.checkpoint === null) return;
      const found = await openLarge(table).snapshot();
      expect(found.protocol).toEqual(expected.protocol);
      expect(found.metadata).toEqual(expected.metadata);
      expect(found.txns()).toEqual(expected.txns());
      expect(found.domains()).toEqual(expected.domains());
      expect(await found.files.totals()).toEqual(await expected.files.totals());
      const wanted = await expected.files.scan(null);
      const paths = wanted.map((add) => add.path).sort();
      const adds = await found.files.scan(null);
      expect(adds.map((add) => add.path).sort()).toEqual(paths);
      const byPath = new Map(wanted.map((add) => [add.path, add]));
      for (const add of adds) {
        const { partitionValues, size, deletionVector = null } = byPath.get(add.path)!;
        expect(add.partitionValues).toEqual(partitionValues);
        expect(add.size).toBe(size);
        expect(Boolean(add.deletionVector)).toBe(Boolean(deletionVector));
      }
      const predicate = choosePredicate(
        wanted.map((add) => add.stats),
        expected.schema.fields.map((field) => field.name),
      );
      const kept = (await expected.scanFiles(predicate)).map((file) => file.add.path).sort();
      const keptByEngine = (await found.scanFiles(predicate)).map((file) => file.add.path).sort();
      expect(keptByEngine).toEqual(kept);
    });
  }
});
