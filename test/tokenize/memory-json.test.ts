/** A vocabulary of a tokenizer.json takes at most ten times the file's size, whatever is in it. */
import { expect, test } from "vitest";
import { openLarge } from "../long/open-large.ts";
import { jsonFiles } from "./large-files.ts";

test.each(jsonFiles())("$name", async (file) => {
  expect(await openLarge("tokenizer", file)).toMatch(/ ids$|DATA_LOSS/);
});
