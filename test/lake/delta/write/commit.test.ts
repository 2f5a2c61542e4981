import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Action, AddFile } from "../../../../src/lake/delta/types.ts";
import {
  checkActions,
  encodeCommit,
  logPath,
  writeCommit,
} from "../../../../src/lake/delta/write/commit.ts";

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "sovereign-commit-"));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const add = (path: string): AddFile => ({
  dataChange: true,
  path,
  size: 3,
  modificationTime: 5,
  partitionValues: { p: null },
});

describe("commit text", () => {
  it("puts commitInfo first and keys in Spark's order, without nulls outside maps", () => {
    const text = encodeCommit([
      { add: { ...add("a"), stats: '{"numRecords":1}', tags: null, baseRowId: 2n ** 60n } },
      { commitInfo: { operation: "WRITE", timestamp: 1, operationParameters: { d: null } } },
    ]);
    expect(text).toBe(
      '{"commitInfo":{"timestamp":1,"operation":"WRITE","operationParameters":{"d":null}}}\n' +
        '{"add":{"path":"a","partitionValues":{"p":null},"size":3,"modificationTime":5,' +
        '"dataChange":true,"stats":"{\\"numRecords\\":1}","baseRowId":1152921504606846976}}\n',
    );
  });
});

describe("the rules of one commit", () => {
  const vector = { storageType: "u", pathOrInlineDv: "x", sizeInBytes: 1, cardinality: 1 } as const;
  const domain = { domain: "d", configuration: "", removed: false };
  it.each<[string, Action[]]>([
    ["two adds of a path", [{ add: add("a") }, { add: add("a") }]],
    [
      "two removes",
      [{ remove: { path: "a", dataChange: true } }, { remove: { path: "a", dataChange: false } }],
    ],
    [
      "add and remove of one file",
      [{ add: add("a") }, { remove: { path: "a", dataChange: true } }],
    ],
    [
      "two txns of an app",
      [{ txn: { appId: "x", version: 1 } }, { txn: { appId: "x", version: 2 } }],
    ],
    ["two domains", [{ domainMetadata: domain }, { domainMetadata: domain }]],
    [
      "an empty action",
      [{}, {}].flatMap((a) => [a, { protocol: { minReaderVersion: 1, minWriterVersion: 2 } }]),
    ],
  ])("refuse %s", (_name, actions) => {
    expect(() => checkActions(actions)).toThrow(/refused to write a commit/);
  });

  it("allow a file to change its deletion vector", () => {
    checkActions([
      { add: { ...add("a"), deletionVector: vector } },
      { remove: { path: "a", dataChange: true } },
    ]);
  });
});

describe("commit files", () => {
  it("are created once, with 20 digits, and leave no temporary file", async () => {
    const table = join(root, "deep", "t");
    expect(await writeCommit(table, 0, [{ add: add("a") }])).toBe(true);
    expect(await writeCommit(table, 0, [{ add: add("b") }])).toBe(false);
    expect(readdirSync(join(table, "_delta_log"))).toEqual(["00000000000000000000.json"]);
    expect(readFileSync(logPath(table, 0, "json"), "utf8")).toContain('"path":"a"');
    expect(() => logPath(table, -1, "json")).toThrow(/not a table version/);
  });
});
