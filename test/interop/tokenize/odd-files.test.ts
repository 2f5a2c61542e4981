/** What `tokenizers` says of the odd files that `test/tokenize/odd-files.ts` holds ours to. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ODD_FILES } from "../../tokenize/odd-files.ts";
import { skipReason, startPeer, type TokenizerPeer } from "./peer.ts";

describe.skipIf(skipReason() !== null)("odd files", () => {
  let folder = "";
  let peer: TokenizerPeer;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "sovereign-odd-"));
    peer = startPeer();
  });
  afterAll(() => {
    peer?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  test.each(ODD_FILES)("$name", async ({ json, text, ids }) => {
    const path = join(folder, "tokenizer.json");
    writeFileSync(path, json);
    const loaded = peer.ask("load", { name: "odd", peer: "tokenizers", path });
    if (ids === null) await expect(loaded).rejects.toThrow();
    else {
      await loaded;
      expect(await peer.ask("encode", { name: "odd", text, parse: true, add: true })).toEqual(ids);
    }
  });
});
