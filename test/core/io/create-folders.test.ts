import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createFolders } from "../../../src/core/io/index.ts";
import { readSources } from "../../source-tree.ts";

let root = "";
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "sovereign-folders-"));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

describe("createFolders", () => {
  test("makes every level and says which were missing", () => {
    mkdirSync(join(root, "a"));
    const path = join(root, "a", "b", "c");
    expect(createFolders(path)).toEqual([join(root, "a", "b"), path]);
    expect(existsSync(path)).toBe(true);
    expect(createFolders(path)).toEqual([]);
  });

  test("a file in the way is named, at the end and in between", () => {
    const file = join(root, "file");
    writeFileSync(file, "");
    for (const path of [file, join(file, "a", "b")]) {
      expect(() => createFolders(path)).toThrow(`\`${file}\` is a file, not a folder`);
    }
  });

  test("a link that leads nowhere is refused", () => {
    symlinkSync(join(root, "missing"), join(root, "link"));
    expect(() => createFolders(join(root, "link", "a"))).toThrow("cannot create the folder");
  });

  test.runIf(existsSync("/proc/self"))("a place that holds no folders ends in an error", () => {
    expect(() => createFolders("/proc/x/y")).toThrow("cannot create the folder `/proc/x`");
  });

  test("no other file makes folders recursively", async () => {
    const sources = await readSources("src");
    const strays = sources.filter(({ code }) => /\bmkdir(Sync)?\([^;]*\brecursive\b/.test(code));
    expect(strays.map(({ path }) => path)).toEqual([]);
  });
});
