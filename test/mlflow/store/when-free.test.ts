import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type Database, openDatabase } from "../../../src/core/store/index.ts";
import { waitInLine, whenFree } from "../../../src/mlflow/store/when-free.ts";

let folder: string;
let ours: Database;
let theirs: Database;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "mlflow-when-free-"));
  const path = join(folder, "t.db");
  ours = openDatabase(path, { mustExist: false });
  ours.exec("PRAGMA journal_mode = WAL; CREATE TABLE t (x INTEGER PRIMARY KEY)");
  waitInLine(ours);
  theirs = openDatabase(path);
});
afterEach(() => {
  ours.close();
  theirs.close();
  rmSync(folder, { recursive: true, force: true });
});

const insert = (x: number) => ours.run("INSERT INTO t VALUES (?)", [x]).changes;
const rows = () => ours.all<{ x: number }>("SELECT x FROM t ORDER BY rowid").map(({ x }) => x);

test("does at once what meets no lock", () => {
  const done = whenFree(ours, () => insert(1));
  expect(rows()).toEqual([1]);
  return expect(done).resolves.toBe(1);
});

test("waits for another's transaction, in order, and leaves the thread to others", async () => {
  theirs.exec("BEGIN IMMEDIATE");
  const done: number[] = [];
  const waiting = [3, 1, 2].map((x) =>
    whenFree(ours, () => ours.transaction(() => insert(x))).then(() => done.push(x)),
  );
  await new Promise((resolve) => setTimeout(resolve, 30));
  expect([done, rows()]).toEqual([[], []]);
  theirs.exec("COMMIT");
  await Promise.all(waiting);
  expect(done).toEqual([3, 1, 2]);
});

test("gives up after its patience, and goes on later", async () => {
  theirs.exec("BEGIN IMMEDIATE");
  const waited = whenFree(ours, () => insert(1), { patienceMs: 20 });
  await expect(waited).rejects.toMatchObject({ code: "TEMPORARILY_UNAVAILABLE" });
  theirs.exec("COMMIT");
  expect(await whenFree(ours, () => insert(2))).toBe(1);
  expect(rows()).toEqual([2]);
});

test("what failed for another reason, or had committed something, is not done again", async () => {
  insert(1);
  await expect(whenFree(ours, () => insert(1))).rejects.toThrow("UNIQUE");
  let tries = 0;
  const halves = whenFree(ours, () => {
    tries++;
    insert(2);
    theirs.exec("BEGIN IMMEDIATE");
    insert(3);
  });
  await expect(halves).rejects.toMatchObject({ code: "TEMPORARILY_UNAVAILABLE" });
  theirs.exec("COMMIT");
  expect([tries, rows()]).toEqual([1, [1, 2]]);
});
