import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createFixedClock } from "../../../src/core/clock.ts";
import {
  fsyncDirectory,
  fsyncFile,
  isTempName,
  putIfAbsent,
  removeStaleTemps,
  resolveInside,
  tempPathFor,
  writeFileAtomic,
} from "../../../src/core/io/index.ts";

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "sovereign-io-"));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

describe("atomic writes", () => {
  it("replaces a file and leaves nothing else", async () => {
    const path = join(root, "a.json");
    await writeFileAtomic(path, "one");
    await writeFileAtomic(path, new TextEncoder().encode("two"));
    expect(readFileSync(path, "utf8")).toBe("two");
    expect(readdirSync(root)).toEqual(["a.json"]);
  });

  it("puts only when absent, and of many writers one wins", async () => {
    const path = join(root, "0.json");
    const texts = Array.from({ length: 20 }, (_, i) => `writer ${i}`);
    const won = await Promise.all(texts.map((text) => putIfAbsent(path, text)));
    expect(won.filter(Boolean)).toHaveLength(1);
    expect(readFileSync(path, "utf8")).toBe(texts[won.indexOf(true)]);
    expect(readdirSync(root)).toEqual(["0.json"]);
  });

  it("says when the folder is missing, and cleans up", async () => {
    await expect(putIfAbsent(join(root, "no", "x"), "")).rejects.toMatchObject({ code: "ENOENT" });
    const path = join(root, "no", "x");
    const error = await writeFileAtomic(path, "").catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: "ENOENT", path });
    expect(String(error)).not.toContain(".tmp");
    await fsyncDirectory(root);
    writeFileSync(join(root, "f"), "x");
    await fsyncFile(join(root, "f"));
  });
});

describe("resolveInside", () => {
  it("joins, also to what does not exist yet", () => {
    expect(resolveInside(root, "a/../b/c.parquet")).toBe(join(root, "b/c.parquet"));
    expect(resolveInside(root, ".")).toBe(root);
    expect(resolveInside(root, "..a")).toBe(join(root, "..a"));
  });

  it.each(["..", "../x", "a/../../x", "/etc/passwd", "a\0b"])("refuses %j", (path) => {
    expect(() => resolveInside(root, path)).toThrow(/leaves the folder/);
  });

  it("refuses links that lead outside and links to nowhere", () => {
    mkdirSync(join(root, "in"));
    symlinkSync("/", join(root, "in", "out"));
    symlinkSync(join(root, "missing"), join(root, "in", "dangling"));
    expect(() => resolveInside(join(root, "in"), "out/etc")).toThrow(/leaves the folder/);
    expect(() => resolveInside(root, "in/dangling/x")).toThrow(/link to nowhere/);
    symlinkSync(join(root, "in"), join(root, "linked-root"));
    expect(resolveInside(join(root, "linked-root"), "f")).toBe(join(root, "linked-root", "f"));
  });
});

describe("temporary files", () => {
  it("have names no reader takes for data or commits", () => {
    const path = tempPathFor(join(root, "00000000000000000001.json"));
    expect(path.startsWith(join(root, ".0000"))).toBe(true);
    expect(isTempName(path.slice(root.length + 1))).toBe(true);
    expect(isTempName("00000000000000000001.json")).toBe(false);
    expect(isTempName(".hidden.tmp")).toBe(false);
  });

  it("are removed only when stale", async () => {
    const stale = tempPathFor(join(root, "a"));
    const fresh = tempPathFor(join(root, "a"));
    for (const path of [stale, fresh, join(root, "keep")]) writeFileSync(path, "");
    utimesSync(stale, 1000, 1000);
    utimesSync(fresh, 9_000, 9_000);
    const clock = createFixedClock(10_000_000);
    expect(removeStaleTemps(root, clock)).toBe(1);
    expect(readdirSync(root).sort()).toEqual([fresh.slice(root.length + 1), "keep"].sort());
    expect(removeStaleTemps(join(root, "none"), clock)).toBe(0);
  });
});
