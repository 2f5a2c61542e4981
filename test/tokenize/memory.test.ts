/** Opening a file takes at most ten times its size, whatever is in it. */
import { describe, expect, test } from "vitest";
import { openLarge } from "../long/open-large.ts";
import { otherFiles, partFiles } from "./large-files.ts";

const TAKEN = / ids$|DATA_LOSS|NOT_IMPLEMENTED/;

describe("parts of a tokenizer.json", () => {
  test.each(partFiles())("$name", async (file) => {
    expect(await openLarge("tokenizer", file)).toMatch(TAKEN);
  });
});

describe("other kinds", () => {
  test.each(otherFiles())("$name", async (file) => {
    expect(await openLarge("tokenizer", file)).toMatch(TAKEN);
  });
});
