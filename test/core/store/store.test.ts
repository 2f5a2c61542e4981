import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { build } from "esbuild";
import { beforeEach, expect, test } from "vitest";

import { createFixedClock } from "../../../src/core/clock.ts";
import { SovereignError } from "../../../src/core/errors.ts";
import {
  isUniqueViolation,
  listAudit,
  type Migration,
  openStore,
  recordAudit,
} from "../../../src/core/store/index.ts";

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "store-"));
  path = join(folder, ".sovereign", "store.db");
});

const failure = (run: () => unknown): SovereignError => {
  try {
    run();
  } catch (error) {
    if (error instanceof SovereignError) return error;
    throw error;
  }
  throw new Error("did not throw");
};

test("reading a missing store creates nothing and sees a fresh one", () => {
  const store = openStore({ path });
  expect(store.all("SELECT name FROM catalogs")).toEqual([{ name: "main" }]);
  expect(store.get("SELECT name FROM schemas WHERE catalog = 'MAIN'")).toEqual({ name: "default" });
  expect(store.get("SELECT name FROM tables")).toBeNull();
  expect(store.exists()).toBe(false);
  expect(store.schemaVersion()).toBe(0);
  expect(store.quickCheck()).toEqual([]);
  store.close();
  expect(readdirSync(folder)).toEqual([]);
});

test("the first write creates it, says so once, and leaves only the store", () => {
  const messages: string[] = [];
  const store = openStore({ path, notify: (message) => messages.push(message) });
  store.all("SELECT 1");
  store.run("INSERT INTO catalogs (name) VALUES (?)", ["extra"]);
  store.run("INSERT INTO catalogs (name) VALUES (:name)", { name: "more" });
  expect(messages).toEqual([`created the metadata store \`${path}\``]);
  expect(store.get("PRAGMA journal_mode")).toEqual({ journal_mode: "wal" });
  expect(store.get("PRAGMA foreign_keys")).toEqual({ foreign_keys: 1 });
  expect(store.get("SELECT count(*) AS n FROM catalogs")).toEqual({ n: 3 });
  store.close();
  expect(readdirSync(join(folder, ".sovereign"))).toEqual(["store.db"]);
});

test("a reader sees a store that another handle creates later", () => {
  const reader = openStore({ path, mode: "read" });
  expect(reader.all("SELECT name FROM catalogs")).toHaveLength(1);
  const writer = openStore({ path });
  writer.run("INSERT INTO catalogs (name) VALUES ('extra')");
  expect(reader.all("SELECT name FROM catalogs")).toHaveLength(2);
  expect(failure(() => reader.run("DELETE FROM catalogs")).code).toBe("INTERNAL_ERROR");
});

test("constraints: names without case, foreign keys, transactions roll back", () => {
  const store = openStore({ path });
  let caught: unknown;
  try {
    store.transaction(() => {
      store.run("INSERT INTO catalogs (name) VALUES ('extra')");
      store.transaction(() => store.run("INSERT INTO catalogs (name) VALUES ('MAIN')"));
    });
  } catch (error) {
    caught = error;
  }
  expect(isUniqueViolation(caught)).toBe(true);
  expect(store.all("SELECT name FROM catalogs")).toHaveLength(1);
  expect(() => store.run("INSERT INTO schemas (catalog, name) VALUES ('no', 'x')")).toThrow(
    /FOREIGN KEY/,
  );
});

test("migrations: applied once in order; newer or different stores are refused", () => {
  const first: Migration = { id: 1, name: "a", sql: "CREATE TABLE a (x)" };
  const second: Migration = { id: 2, name: "b", sql: "ALTER TABLE a ADD COLUMN y" };
  const open = (migrations: Migration[]) => openStore({ path, migrations });
  const old = open([first]);
  old.run("INSERT INTO a VALUES (1)");
  old.close();
  const current = open([first, second]);
  expect(current.all("SELECT x, y FROM a")).toEqual([{ x: 1, y: null }]);
  expect(current.schemaVersion()).toBe(2);
  current.close();
  const refused = failure(() => open([first]).all("SELECT 1"));
  expect(refused.message).toContain("newer sovereign (schema 2, this one knows 1)");
  expect(refused.hint).toContain("update sovereign");
  const changed = failure(() =>
    open([{ ...first, sql: "CREATE TABLE z (x)" }, second]).all("SELECT 1"),
  );
  expect(changed.message).toContain("another build");
});

test("a failing migration leaves nothing behind", () => {
  const bad: Migration = { id: 1, name: "bad", sql: "CREATE TABLE a (x); CREATE TABLE a (x)" };
  const store = openStore({ path, migrations: [bad] });
  expect(() => store.run("SELECT 1")).toThrow(/already exists/);
  expect(existsSync(path)).toBe(false);
  expect(readdirSync(join(folder, ".sovereign"))).toEqual([]);
});

test("a damaged file is DATA_LOSS, an unusable folder PERMISSION_DENIED", () => {
  const damaged = join(folder, "damaged.db");
  writeFileSync(damaged, "this is not a database, but long enough to be read as one ".repeat(40));
  expect(failure(() => openStore({ path: damaged }).all("SELECT 1")).code).toBe("DATA_LOSS");
  const below = join(damaged, "store.db");
  expect(failure(() => openStore({ path: below }).run("SELECT 1")).code).toBe("PERMISSION_DENIED");
});

test("quick_check finds a broken page", () => {
  const store = openStore({ path });
  for (let i = 0; i < 2000; i++) store.run("INSERT INTO catalogs (name) VALUES (?)", [`name ${i}`]);
  expect(store.quickCheck()).toEqual([]);
  expect(store.schemaVersion()).toBeGreaterThan(0);
  store.close();
  const bytes = readFileSync(path);
  bytes.fill(0xff, bytes.length - 4096);
  writeFileSync(path, bytes);
  expect(openStore({ path }).quickCheck()).not.toEqual([]);
});

test("audit entries keep who, when and details", () => {
  const store = openStore({ path, clock: createFixedClock(5) });
  recordAudit(store, { command: "lake drop", object: "a.b.c", outcome: "ok" }, createFixedClock(7));
  const details = { host: "example.com" };
  recordAudit(store, { command: "privacy", object: null, outcome: "denied", details });
  const [last, first] = listAudit(store);
  expect(last).toMatchObject({ outcome: "denied", details });
  expect(first).toMatchObject({ atMs: 7, command: "lake drop", object: "a.b.c", details: {} });
  expect(first?.who).not.toBe("");
});

test("eight processes create one store together and lose no row", async () => {
  const script = join(folder, "writer.mjs");
  const entry = fileURLToPath(new URL("../../../src/core/store/index.ts", import.meta.url));
  await build({
    stdin: {
      contents: `import { openStore } from ${JSON.stringify(entry)};
        const store = openStore({ path: process.argv[2] });
        for (let i = 0; i < 20; i++) store.run("INSERT INTO catalogs (name) VALUES (?)", [process.argv[3] + "_" + i]);
        store.close();`,
      resolveDir: fileURLToPath(new URL("../../..", import.meta.url)),
    },
    bundle: true,
    platform: "node",
    format: "esm",
    banner: {
      js: 'import { createRequire as $cr } from "node:module"; const require = $cr(import.meta.url);',
    },
    outfile: script,
  });
  const nodePath = fileURLToPath(new URL("../../../node_modules", import.meta.url));
  const codes = await Promise.all(
    Array.from({ length: 8 }, (_, i) => {
      const child = spawn(process.execPath, [script, path, `p${i}`], {
        stdio: "inherit",
        env: { ...process.env, NODE_PATH: nodePath },
      });
      return new Promise((resolve) => child.on("exit", resolve));
    }),
  );
  expect(codes).toEqual(Array(8).fill(0));
  expect(openStore({ path }).get("SELECT count(*) AS n FROM catalogs")).toEqual({ n: 161 });
  expect(readdirSync(join(folder, ".sovereign")).filter((name) => name.endsWith(".tmp"))).toEqual(
    [],
  );
});
