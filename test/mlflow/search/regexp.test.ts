/** RLIKE's patterns: Python's spellings, and none of the usual bombs takes exponential time. */
import { expect, test } from "vitest";
import { openDatabase } from "../../../src/core/store/index.ts";
import { defineRegexp } from "../../../src/mlflow/search/regexp.ts";

const database = openDatabase(":memory:", { mustExist: false });
defineRegexp(database);
const search = (pattern: string, text: string) =>
  database.get<{ found: number }>("SELECT regexp(?, ?) AS found", [pattern, text])?.found;

test.each([
  ["a$", "a\n", 1],
  ["a$", "a\nb", 0],
  ["a$", "a\n\n", 0],
  ["(?m)a$", "a\nb", 1],
  ["\\Ab", "a\nb", 0],
  ["a\\Z", "a\n", 0],
  ["(?i)ABC", "xabcx", 1],
  ["^.$", "😀", 1],
  ["^[^a]$", "😀", 1],
  ["(?P<x>a)(?P=x)", "aa", 1],
  ["a\\-b", "a-b", 1],
  ["(", "(", 0],
])("%j in %j: %i", (pattern, text, found) => {
  expect(search(pattern, text)).toBe(found);
});

test("nested repetitions end", () => {
  const text = "a".repeat(5000);
  for (const pattern of ["(a+)+b", "(a+)+b$", "^(a|aa)+b", "(a*)*b\\Z", "(.*)*,(.*)*,"]) {
    expect(search(pattern, text)).toBe(0);
  }
});
