/**
 * Every pair of a winning and a losing transaction, both isolation levels. Expected outcomes follow
 * delta-spark 4.4's ConflictChecker; the partition predicate of each reader is `p = 'a'` or `'b'`.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createFixedClock } from "../../../../src/core/clock.ts";
import { createRng } from "../../../../src/core/rng.ts";
import { DeltaLog, type TableSnapshot } from "../../../../src/lake/delta/index.ts";
import type {
  Action,
  AddFile,
  CommitRequest,
  PrunePredicate,
} from "../../../../src/lake/delta/types.ts";
import { addOf, removeOf } from "../../../../src/lake/delta/write/file-actions.ts";
import { namedOperation } from "../../../../src/lake/delta/write/operations.ts";
import {
  changeTable,
  defineTable,
  tableActions,
} from "../../../../src/lake/delta/write/table-create.ts";
import { beginTransaction } from "../../../../src/lake/delta/write/transaction.ts";
import { LONG, STRING, structField, structType } from "../../../../src/lake/schema/data-type.ts";

const SCHEMA = structType([structField("id", LONG), structField("p", STRING)]);
const clock = createFixedClock(1_800_000_000_000);
const OUTCOMES: Record<string, string> = {
  A: "DELTA_CONCURRENT_APPEND",
  R: "DELTA_CONCURRENT_DELETE_READ",
  D: "DELTA_CONCURRENT_DELETE_DELETE",
  T: "DELTA_CONCURRENT_TRANSACTION",
  M: "DELTA_METADATA_CHANGED",
  P: "DELTA_PROTOCOL_CHANGED",
};

let root: string;
let fileCount = 0;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "sovereign-conflict-"));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function add(partition: string, range: [number, number] = [0, 9]): AddFile {
  const [min, max] = range;
  return addOf({
    path: `f${fileCount++}.parquet`,
    sizeBytes: 1,
    modifiedMs: 1,
    partitionValues: { p: partition },
    stats: `{"numRecords":1,"minValues":{"id":${min}},"maxValues":{"id":${max}},"nullCount":{"id":0}}`,
  });
}

const inPartition = (value: string): PrunePredicate => ({
  kind: "compare",
  op: "=",
  column: ["p"],
  value: { kind: "string", value },
});

const fileIn = (snapshot: TableSnapshot, partition: string): AddFile =>
  [...snapshot.state.adds.values()].find((file) => file.partitionValues.p === partition)!;

/** A copy-on-write rewrite (or removal) of the partition's one file. */
function rewrite(snapshot: TableSnapshot, partition: string, how: "update" | "delete" | "compact") {
  const old = fileIn(snapshot, partition);
  const dataChange = how !== "compact";
  const actions: Action[] = [{ remove: removeOf(old, 1, dataChange) }];
  if (how !== "delete") actions.push({ add: { ...add(partition), dataChange } });
  return { actions, readPredicates: [inPartition(partition)], readFiles: new Set([old.path]) };
}

const METADATA_ONLY = (snapshot: TableSnapshot, comment: boolean): Action[] =>
  tableActions(
    snapshot,
    changeTable(
      snapshot,
      comment
        ? {
            schema: structType([
              structField("id", LONG, true, { comment: "x" }),
              SCHEMA.fields[1]!,
            ]),
          }
        : { setProperties: { "my.key": "1" } },
    ),
  );

const TRANSACTIONS: Record<
  string,
  (snapshot: TableSnapshot) => Partial<CommitRequest> & { actions: Action[] }
> = {
  "blind append to a": () => ({ actions: [{ add: add("a") }] }),
  "append to b after reading a": (s) => ({
    actions: [{ add: add("b") }],
    readPredicates: [inPartition("a")],
    readFiles: new Set([fileIn(s, "a").path]),
  }),
  "update a": (s) => rewrite(s, "a", "update"),
  "update b": (s) => rewrite(s, "b", "update"),
  "delete a": (s) => rewrite(s, "a", "delete"),
  "compact a": (s) => rewrite(s, "a", "compact"),
  "set a property": (s) => ({ actions: METADATA_ONLY(s, false) }),
  "comment a column": (s) => ({ actions: METADATA_ONLY(s, true) }),
  "raise the protocol": () => ({
    actions: [{ protocol: { minReaderVersion: 1, minWriterVersion: 4 } }],
  }),
  "append to a as app x": () => ({ actions: [{ add: add("a") }], txn: { appId: "x", version: 1 } }),
  "append to b after reading all": () => ({ actions: [{ add: add("b") }], readWholeTable: true }),
};

/** Rows: who loses the race; letters: the winners in the order of `TRANSACTIONS`. */
const MATRIX: Record<"WriteSerializable" | "Serializable", Record<string, string>> = {
  WriteSerializable: {
    "blind append to a": "...... .M...",
    "append to b after reading a": "..A.RA MM...",
    "update a": "..A.RA MM...",
    "update b": ".A.A.. MM..A",
    "delete a": "..A.RA MM...",
    "compact a": "..R.RR .....",
    "set a property": "...... MM...",
    "raise the protocol": "...... MMP..",
    "append to a as app x": "...... .M.T.",
    "append to b after reading all": ".AAARA MM..A",
  },
  Serializable: {
    "blind append to a": "...... .M...",
    "append to b after reading a": "A.A.RA MM.A.",
    "update a": "A.A.RA MM.A.",
    "update b": ".A.A.. MM..A",
    "delete a": "A.A.RA MM.A.",
    "compact a": "..R.RR .....",
    "set a property": "...... MM...",
    "raise the protocol": "...... MMP..",
    "append to a as app x": "...... .M.T.",
    "append to b after reading all": "AAAARA MM.AA",
  },
};

async function createTable(): Promise<DeltaLog> {
  const table = defineTable({ schema: SCHEMA, partitionColumns: ["p"], clock });
  const actions = [...tableActions(null, table), { add: add("a") }, { add: add("b") }];
  await beginTransaction(root, null, { clock }).commit({ ...namedOperation("CREATE"), actions });
  return DeltaLog.open(root);
}

async function race(
  loser: string,
  winner: string,
  isolation: "WriteSerializable" | "Serializable",
) {
  const log = await createTable();
  const stale = await log.snapshot();
  const commit = (name: string) =>
    beginTransaction(root, stale, { clock, rng: createRng(1), isolation }).commit({
      ...namedOperation(name),
      ...TRANSACTIONS[name]!(stale),
    });
  await commit(winner);
  return commit(loser);
}

for (const isolation of ["WriteSerializable", "Serializable"] as const) {
  describe(`under ${isolation}`, () => {
    for (const [loser, row] of Object.entries(MATRIX[isolation])) {
      const winners = Object.keys(TRANSACTIONS);
      const letters = row.replaceAll(" ", "");
      it(`\`${loser}\` after another commit: ${row}`, async () => {
        expect(letters).toHaveLength(winners.length);
        for (const [index, winner] of winners.entries()) {
          const outcome = await race(loser, winner, isolation).then(
            () => ".",
            (error) => error.details.error_class,
          );
          expect(outcome, winner).toBe(OUTCOMES[letters[index]!] ?? ".");
          rmSync(root, { recursive: true, force: true });
        }
      });
    }
  });
}

describe("the refusal", () => {
  it("names the winner, what it did and where", async () => {
    const iso = "\\d{4}-\\d\\d-\\d\\dT[\\d:.]+Z";
    const text = new RegExp(
      `^version 1 \\(update a, ${iso}\\) was committed meanwhile: it added files in partition ` +
        "\\[p=a\\] that this one would have read \\(1 file added, 1 file removed\\)$",
    );
    await expect(race("update a", "update a", "WriteSerializable")).rejects.toMatchObject({
      code: "RESOURCE_CONFLICT",
      message: expect.stringMatching(text),
      hint: "run the statement again: it will see the new version",
    });
  });
});

describe("statistics", () => {
  it("tell apart files of one partition", async () => {
    const log = await createTable();
    const stale = await log.snapshot();
    const commit = (actions: Action[], more: Partial<CommitRequest> = {}) =>
      beginTransaction(root, stale, { clock, isolation: "Serializable" }).commit({
        ...namedOperation("WRITE"),
        actions,
        ...more,
      });
    await commit([{ add: add("a", [100, 200]) }]);
    const reading = (value: bigint): Partial<CommitRequest> => ({
      readPredicates: [
        { kind: "compare", op: "=", column: ["id"], value: { kind: "long", value } },
      ],
    });
    await expect(commit([{ add: add("b") }], reading(150n))).rejects.toMatchObject({
      details: { error_class: OUTCOMES.A },
    });
    expect(await commit([{ add: add("b") }], reading(50n))).toMatchObject({ retryCount: 1 });
  });
});

describe("metadata domains", () => {
  it("conflict when both set the same one", async () => {
    const table = defineTable({
      schema: SCHEMA,
      properties: { "delta.feature.domainMetadata": "supported" },
      clock,
    });
    await beginTransaction(root, null, { clock }).commit({
      ...namedOperation("C"),
      actions: tableActions(null, table),
    });
    const stale = await DeltaLog.open(root).snapshot();
    const set = (domain: string) =>
      beginTransaction(root, stale, { clock }).commit({
        ...namedOperation("D"),
        actions: [{ domainMetadata: { domain, configuration: "{}", removed: false } }],
      });
    await set("mine");
    await set("yours");
    await expect(set("mine")).rejects.toMatchObject({ details: { error_class: OUTCOMES.T } });
  });
});
