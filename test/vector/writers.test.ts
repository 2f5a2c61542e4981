/** Who may write when a collection comes and goes, and what a failed or killed writer leaves. */
import fs, {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmdirSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { tempPathFor } from "../../src/core/io/index.ts";
import { openDatabase } from "../../src/core/store/index.ts";
import { VectorStore } from "../../src/vector/index.ts";
import { DiskCollection } from "../../src/vector/store/disk-collection.ts";
import { takeWriterLock, tryWriterLock } from "../../src/vector/store/lock.ts";
import { WalWriter } from "../../src/vector/store/wal.ts";
import { encodeChange } from "../../src/vector/store/wal-record.ts";
import { contentOf, makeRows, put, SETTINGS } from "./collections.ts";

let folder = "";
let base = "";
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "vector-writers-"));
  base = join(folder, "c");
  await DiskCollection.create(base, SETTINGS);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const open = () => DiskCollection.openForWriting(base, []);
const read = () => DiskCollection.openForReading(base, []);

/** Runs `work` with another function in the place of one of `node:fs`. */
async function withCall(
  name: "linkSync" | "renameSync" | "statSync",
  call: (...args: [string]) => unknown,
  work: () => Promise<void>,
): Promise<void> {
  const calls = fs as unknown as Record<string, unknown>;
  const original = calls[name];
  calls[name] = call;
  syncBuiltinESMExports();
  try {
    await work();
  } finally {
    calls[name] = original;
    syncBuiltinESMExports();
  }
}

const FULL = { code: "RESOURCE_EXHAUSTED", cause: { code: "ENOSPC" } };

function failWith(code: string): () => never {
  return () => {
    throw Object.assign(new Error(`${code}: it cannot`), { code });
  };
}

test("a writer whose new file has no log takes no more changes", async () => {
  const writer = await open();
  await put(writer, makeRows(0, 3));
  const expected = contentOf(writer);
  // A folder in its place keeps the log from being made after the file was.
  renameSync(`${base}.wal`, `${base}.old`);
  mkdirSync(`${base}.wal`);
  await expect(writer.rewrite(writer.packedRows(), new Map())).rejects.toThrow();
  await expect(put(writer, makeRows(3, 4))).rejects.toMatchObject({ exitCode: 4 });
  await expect(writer.delete(["row-0"])).rejects.toMatchObject({ exitCode: 4 });
  expect(contentOf(writer)).toEqual(expected);
  writer.close();
  rmdirSync(`${base}.wal`);
  renameSync(`${base}.old`, `${base}.wal`);
  expect(contentOf(read())).toEqual(expected);
  const next = await open();
  await put(next, makeRows(3, 4));
  next.close();
  expect(Object.keys(contentOf(read()))).toHaveLength(4);
});

test("a writer that could not even start a new file goes on", async () => {
  const writer = await open();
  await withCall("renameSync", failWith("ENOSPC"), () =>
    expect(writer.rewrite(writer.packedRows(), new Map())).rejects.toMatchObject(FULL),
  );
  await put(writer, makeRows(0, 1));
  writer.close();
  expect(Object.keys(contentOf(read()))).toEqual(["row-0"]);
});

test.skipIf(!existsSync("/dev/full"))("what could not be written says why", async () => {
  const log = new WalWriter("/dev/full", 0);
  await expect(log.append({ kind: "delete", ids: ["a"] })).rejects.toMatchObject(FULL);
  await expect(log.append({ kind: "delete", ids: ["a"] })).rejects.toMatchObject(FULL);
  log.close();
});

test("however many ids are deleted at once", () => {
  const ids = Array.from({ length: 80_000 }, (_, i) => `${i}-`.padEnd(4000, "x"));
  const records = encodeChange({ kind: "delete", ids });
  expect(records.length).toBeGreaterThan(10);
});

test("a lock on a file that is gone is none", async () => {
  const path = `${base}.lock`;
  // A writer that had opened the file when its collection went.
  const late = openDatabase(path, { mustExist: true, busyTimeoutMs: 0 });
  const first = await takeWriterLock(path);
  expect(await tryWriterLock(path)).toBeNull();
  first.releaseForGood();
  expect(existsSync(path)).toBe(false);
  late.exec("PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE");
  const second = await takeWriterLock(path);
  expect(await tryWriterLock(path)).toBeNull();
  second.release();
  late.close();
});

test("a file that takes the lock's place while it is taken is noticed", async () => {
  const path = `${base}.lock`;
  const { statSync } = fs;
  let calls = 0;
  // Between looking and locking the collection is dropped and made anew.
  const statAndReplace = (...args: Parameters<typeof statSync>): unknown => {
    const found = statSync(...args);
    if (args[0] === path && ++calls === 1) {
      rmSync(path);
      writeFileSync(path, "");
    }
    return found;
  };
  await withCall("statSync", statAndReplace, async () => {
    expect(await tryWriterLock(path)).toBeNull();
  });
  (await takeWriterLock(path)).release();
});

test("who waited for a collection that went finds none, and leaves nothing", async () => {
  const writer = await open();
  const waiting = open();
  writer.remove();
  await expect(waiting).rejects.toMatchObject({ code: "RESOURCE_DOES_NOT_EXIST" });
  expect(readdirSync(folder)).toEqual([]);
});

test("the next writer removes what killed ones left", async () => {
  for (const name of ["c.vec", "c.wal", "never.vec"]) {
    writeFileSync(tempPathFor(join(folder, name)), "half");
  }
  writeFileSync(join(folder, "never.lock"), "");
  writeFileSync(join(folder, "gone.wal"), "a log");
  const busy = await takeWriterLock(join(folder, "busy.lock"));
  writeFileSync(tempPathFor(join(folder, "busy.vec")), "at work");
  (await open()).close();
  const left = readdirSync(folder).sort();
  expect(left).toEqual([
    expect.stringMatching(/^\.busy\.vec\./),
    ...["busy.lock", "c.lock", "c.vec", "c.wal"],
  ]);
  busy.releaseForGood();
});

test("a new collection takes nothing of the log of one that went", async () => {
  const writer = await open();
  await put(writer, makeRows(0, 3));
  writer.close();
  rmSync(`${base}.vec`);
  await DiskCollection.create(base, SETTINGS);
  expect(contentOf(read())).toEqual({});
});

test("a collection is renamed where there are no hard links", async () => {
  const writer = await open();
  await put(writer, makeRows(0, 3));
  writer.close();
  await withCall("linkSync", failWith("EPERM"), () => new VectorStore(folder).rename("c", "d"));
  expect(readdirSync(folder).sort()).toEqual(["d.lock", "d.vec", "d.wal"]);
  const found = DiskCollection.openForReading(join(folder, "d"), []);
  expect(Object.keys(contentOf(found))).toHaveLength(3);
});
