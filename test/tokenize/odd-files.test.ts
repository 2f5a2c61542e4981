/** Odd files: what `tokenizers` takes gives its ids, what it refuses is refused. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { openTokenizer } from "../../src/tokenize/index.ts";
import { ODD_FILES } from "./odd-files.ts";

const folder = mkdtempSync(join(tmpdir(), "sovereign-odd-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test.each(ODD_FILES)("$name", ({ json, text, ids }) => {
  writeFileSync(join(folder, "tokenizer.json"), json);
  const open = () => openTokenizer(folder).tokenizer;
  if (ids === null) {
    expect(open).toThrow(
      expect.objectContaining({ code: expect.stringMatching(/DATA_LOSS|NOT_IMPL/) }),
    );
  } else expect(open().encode(text).ids).toEqual(ids);
});
