/**
 * Models that SentencePiece's own trainer makes, of every kind and setting read here: ids equal to
 * those of SentencePiece over the mixed corpus. TOKENIZE_MB sets how much text each gets.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { openTokenizer } from "../../../src/tokenize/index.ts";
import { buildCorpus, readTexts } from "./corpus.ts";
import { textFolders, useLane } from "./lane.ts";
import { skipReason } from "./peer.ts";

const SIZE = Number(process.env.TOKENIZE_MB ?? 1) * 1_000_000;
const FOLDERS = { npm: ["zod", "typescript"], python: ["django/conf/locale"] };
const SETTINGS = {
  plain: {},
  "as it is": { normalization_rule_name: "identity", remove_extra_whitespaces: false },
  "case folded": { normalization_rule_name: "nfkc_cf", add_dummy_prefix: false },
  "with bytes": { byte_fallback: true },
  "with symbols": {
    user_defined_symbols: ["<sep>", "class", "\u6f22\u5b57"],
    control_symbols: ["<c>"],
  },
  "digits apart": { split_digits: true, split_by_unicode_script: false },
};
const KINDS = Object.entries(SETTINGS).flatMap(([name, settings]) =>
  ["unigram", "bpe"].map((kind) => ({ name, kind, settings })),
);

describe.skipIf(skipReason() !== null)("ids equal SentencePiece's", () => {
  const lane = useLane({ ...FOLDERS, size: SIZE, seed: 5 });
  beforeAll(async () => {
    const options = { tokens: [], size: 1_000_000, seed: 6, madeUp: 0 };
    const real = await readTexts(buildCorpus({ folders: textFolders(FOLDERS), ...options }));
    writeFileSync(join(lane.folder, "text.txt"), real.join("\n"));
  });

  test.each(KINDS)("$kind, $name", { timeout: 600_000 }, async ({ name, kind, settings }) => {
    const prefix = join(lane.folder, `${kind} ${name}`);
    await lane.peer.ask("train_pieces", {
      input: join(lane.folder, "text.txt"),
      model_prefix: prefix,
      model_type: kind,
      vocab_size: 4000,
      ...settings,
    });
    const path = `${prefix}.model`;
    await lane.peer.ask("load", { name: "pieces", peer: "sentencepiece", path });
    const { tokenizer } = openTokenizer(path);
    const theirs = await lane.peer.ask<number[][]>("all_ids", {
      name: "pieces",
      texts: lane.textsPath,
    });
    const wrong = lane.texts.filter(
      (text, i) => tokenizer.encodeIds(text).join() !== theirs[i]!.join(),
    );
    expect(wrong.length).toBe(0);
  });
});
