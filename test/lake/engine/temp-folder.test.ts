/** Folders the engine spills to, of several processes at once and where nothing can be written. */
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { claimTempFolder } from "../../../src/lake/engine/temp-folder.ts";

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "temp-folder-"));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

it("leaves nothing behind", () => {
  const folder = claimTempFolder(join(root, "a", "b"));
  expect(existsSync(folder.path)).toBe(true);
  folder.release();
  expect(existsSync(join(root, "a"))).toBe(false);
});

it("keeps the folder of one that still runs when another ends", () => {
  const first = claimTempFolder(join(root, "tmp"));
  const second = claimTempFolder(join(root, "tmp"));
  first.release();
  expect(existsSync(second.path)).toBe(true);
  second.release();
  expect(existsSync(second.path)).toBe(false);
});

it("goes to the system's folder where the project cannot be written", () => {
  const folder = claimTempFolder("/proc/nowhere");
  expect(dirname(dirname(folder.path))).toBe(tmpdir());
  folder.release();
  expect(existsSync(folder.path)).toBe(false);
});
