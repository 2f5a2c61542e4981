import { afterEach, beforeEach, expect, test } from "vitest";
import { type Database, openDatabase } from "../../../src/core/store/index.ts";
import { commitTogether } from "../../../src/mlflow/store/commit-together.ts";

let database: Database;
beforeEach(() => {
  database = openDatabase(":memory:", { mustExist: false });
  database.exec("CREATE TABLE t (x INTEGER PRIMARY KEY)");
});
afterEach(() => database.close());

const insert = (x: number) =>
  commitTogether(database, () => database.run("INSERT INTO t VALUES (?)", [x]).changes);
const rows = () => database.all<{ x: number }>("SELECT x FROM t ORDER BY x").map(({ x }) => x);

test("commits what comes in one turn as one transaction", async () => {
  const isOpen: boolean[] = [];
  const looks = [1, 2, 3].map((x) =>
    commitTogether(database, () => {
      isOpen.push(database.inTransaction);
      return database.run("INSERT INTO t VALUES (?)", [x]).changes + rows().length;
    }),
  );
  expect(rows()).toEqual([]);
  // Each sees what those before it wrote: they share the transaction.
  expect(await Promise.all(looks)).toEqual([2, 3, 4]);
  expect(isOpen).toEqual([true, true, true]);
  expect(rows()).toEqual([1, 2, 3]);
});

test("a failing one takes no other with it", async () => {
  const results = await Promise.allSettled([insert(1), insert(1), insert(2)]);
  expect(results.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
  expect(rows()).toEqual([1, 2]);
});

test("goes on after a failure", async () => {
  await expect(insert(1).then(() => insert(1))).rejects.toThrow("UNIQUE");
  expect(await insert(2)).toBe(1);
});
