/** A store in a folder that cannot be written is read through a copy in memory. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { SovereignError } from "../../../src/core/errors.ts";
import { openStore } from "../../../src/core/store/index.ts";
import { copyUnwritable } from "../../../src/core/store/sqlite.ts";

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "store-copy-"));
  path = join(folder, "store.db");
  const store = openStore({ path });
  store.run("CREATE TABLE t (a)");
  store.run("INSERT INTO t VALUES (7)");
  store.close();
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const refused = new SovereignError("PERMISSION_DENIED", "x", { hint: "x" });

it("holds what the file holds, and changes nothing there", () => {
  const copy = copyUnwritable(path, refused)!;
  expect(copy.prepare("SELECT a FROM t").all()).toEqual([{ a: 7 }]);
  copy.exec("DELETE FROM t");
  copy.close();
  const store = openStore({ path, mode: "read" });
  expect(store.all("SELECT a FROM t")).toEqual([{ a: 7 }]);
  store.close();
});

it("is not made where commits wait, for another failure, or of nothing", () => {
  expect(copyUnwritable(path, new Error("x"))).toBeNull();
  expect(copyUnwritable(join(folder, "none.db"), refused)).toBeNull();
  writeFileSync(`${path}-wal`, "commits");
  expect(copyUnwritable(path, refused)).toBeNull();
});
