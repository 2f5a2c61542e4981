/** Files of tokenizers made here: what is read from each kind of them. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openTokenizer } from "../../src/tokenize/index.ts";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "sovereign-load-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function openText(name: string, text: string) {
  const path = join(folder, name);
  writeFileSync(path, text);
  return openTokenizer(path);
}

describe("tekken.json", () => {
  const vocab = [...Array(256).keys()].map((byte) => ({
    rank: byte,
    token_bytes: Buffer.of(byte).toString("base64"),
  }));
  const config = { pattern: "\\p{L}+|[^\\p{L}]", default_num_special_tokens: 4 };
  const file = (more: object, sizes: object = {}) =>
    JSON.stringify({
      config: { ...config, default_vocab_size: 260, ...sizes },
      vocab,
      ...more,
    });

  test("special tokens come first; those that the file does not name are fillers", () => {
    const special_tokens = [
      { rank: 0, token_str: "<unk>" },
      { rank: 1, token_str: "<s>" },
    ];
    const { tokenizer, kind } = openText("named.json", file({ special_tokens }));
    expect(kind).toBe("tekken");
    const names = [0, 1, 2, 3].map((id) => tokenizer.tokenOf(id));
    expect(names).toEqual(["<unk>", "<s>", "<SPECIAL_2>", "<SPECIAL_3>"]);
    expect(tokenizer.encode("a<s>", { special: "parse" }).ids).toEqual([4 + 97, 1]);
    expect(tokenizer.encode("<s>").ids).toEqual([4 + 60, 4 + 115, 4 + 62]);
  });

  test("files that name none have those of the program", () => {
    const { tokenizer } = openText("old.json", file({}));
    expect([1, 3].map((id) => tokenizer.tokenOf(id))).toEqual(["<s>", "[INST]"]);
  });

  test("counts that cannot be are refused", () => {
    const many = { default_num_special_tokens: 1e9, default_vocab_size: 1e9 + 256 };
    expect(() => openText("many.json", file({}, many))).toThrow(/too many/);
    const special_tokens = [{ rank: 9, token_str: "<s>" }];
    expect(() => openText("far.json", file({ special_tokens }))).toThrow(/rank 9, of 4/);
  });
});
