/** Hints read alike everywhere: a phrase in lower case without a full stop (house.md, section 4). */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { REPOSITORY } from "./acceptance/run-case.ts";

const HINT = /\bhint(?:: string)?\s*[:=]\s*(?:[\w.!=?\s]*\?\s*)?(["'`])((?:(?!\1).)*)\1/g;

test("hints start in lower case and end without a full stop", () => {
  const root = join(REPOSITORY, "src");
  const wrong: string[] = [];
  let count = 0;
  for (const path of readdirSync(root, { recursive: true, encoding: "utf8" })) {
    if (!path.endsWith(".ts")) continue;
    for (const [, , hint] of readFileSync(join(root, path), "utf8").matchAll(HINT)) {
      count++;
      // A keyword of SQL (two capitals or more), a name in back-ticks or a number may stand first.
      if (/^[A-Z][a-z]/.test(hint!) || /[a-z)`]\.$/.test(hint!)) wrong.push(`${path}: ${hint}`);
    }
  }
  expect(count).toBeGreaterThan(100);
  expect(wrong).toEqual([]);
});
