/**
 * What nobody would write: mutated statements, deep nesting, long chains. The parser answers with
 * a tree or a SqlError, never with another exception.
 */
import { describe, expect, it } from "vitest";
import { createRng, type Rng } from "../../../../src/core/rng.ts";
import { SqlError } from "../../../../src/lake/sql/error.ts";
import { parseDataType, parseStatement } from "../../../../src/lake/sql/parse/index.ts";
import { hasConformance, readSparkSql } from "./conformance.ts";

/** `tree`, or the error class. */
function outcome(parse: (text: string) => unknown, text: string): string {
  try {
    parse(text);
    return "tree";
  } catch (error) {
    if (error instanceof SqlError) return String(error.details.error_class);
    throw new Error(`not a SqlError for: ${text.slice(0, 200)}`, { cause: error });
  }
}

const COUNT = 20_000;
const TOO_COMPLEX = "FAILED_TO_PARSE_TOO_COMPLEX";

describe("nesting and length", () => {
  it.each([
    ["parentheses", `select ${"(".repeat(COUNT)}1${")".repeat(COUNT)}`, TOO_COMPLEX],
    ["open parentheses", `select ${"(".repeat(COUNT)}`, TOO_COMPLEX],
    ["relations", `select * from ${"(".repeat(COUNT)}t`, TOO_COMPLEX],
    ["queries", `${"(".repeat(COUNT)}select 1${")".repeat(COUNT)}`, TOO_COMPLEX],
    ["CASE", `select ${"case ".repeat(COUNT)}`, TOO_COMPLEX],
    ["NOT", `select ${"not ".repeat(COUNT)}a`, TOO_COMPLEX],
    ["signs", `select ${"- ".repeat(COUNT)}a`, TOO_COMPLEX],
    ["lambdas", `select f(${"x -> ".repeat(COUNT)}1)`, TOO_COMPLEX],
    ["POSITION", `select ${"position(a in ".repeat(COUNT)}`, TOO_COMPLEX],
    ["EXPLAIN", `${"explain ".repeat(COUNT)}select 1`, TOO_COMPLEX],
    ["additions", `select 1${" + 1".repeat(COUNT)}`, TOO_COMPLEX],
    ["subscripts", `select a${"[0]".repeat(COUNT)}`, TOO_COMPLEX],
    ["joins", `select * from t${" join t".repeat(COUNT)}`, TOO_COMPLEX],
    ["OR", `select a${" or a".repeat(COUNT)}`, "tree"],
    ["rows", `values (1)${", (1)".repeat(COUNT)}`, "tree"],
    ["comments", `${"/*".repeat(COUNT)}${"*/".repeat(COUNT)} select 1`, "tree"],
    ["strings", `select ${"'a'".repeat(COUNT)}`, "tree"],
    ["pipes", `from t${" |> where a".repeat(COUNT)}`, "tree"],
  ])("%s", (_name, text, expected) => {
    expect(outcome(parseStatement, text)).toBe(expected);
  });

  it("bounds types too", () => {
    expect(outcome(parseDataType, "array<".repeat(COUNT))).toBe(TOO_COMPLEX);
    expect(outcome(parseDataType, "struct<a:".repeat(COUNT))).toBe(TOO_COMPLEX);
  });
});

const PIECES = [
  ...[
    "(",
    ")",
    ",",
    ".",
    "'",
    '"',
    "`",
    "/*",
    "*/",
    "--",
    ";",
    "::",
    ":",
    "->",
    "=>",
    "|>",
    "<",
    ">",
  ],
  ...[
    " select ",
    " from ",
    " where ",
    " as ",
    " over ",
    " in ",
    " not ",
    " interval ",
    " case ",
    "1e",
    "\\",
  ],
];

function mutate(text: string, other: string, rng: Rng): string {
  const at = rng.int(text.length + 1);
  const length = rng.int(12);
  switch (rng.int(5)) {
    case 0:
      return text.slice(0, at) + text.slice(at + length);
    case 1:
      return text.slice(0, at) + PIECES[rng.int(PIECES.length)] + text.slice(at);
    case 2:
      return text.slice(0, at);
    case 3:
      return text.slice(0, at) + other.slice(rng.int(other.length + 1));
    default:
      return text.slice(0, at) + text.slice(Math.max(0, at - length));
  }
}

describe.skipIf(!hasConformance)("mutated statements (no conformance data: skipped)", () => {
  it("gives a tree or a SqlError", () => {
    const rng = createRng(20_260_101);
    const texts = readSparkSql().map(({ text }) => text);
    const counts = { tree: 0, error: 0 };
    for (let i = 0; i < 20_000; i++) {
      let text = texts[rng.int(texts.length)]!;
      for (let n = 1 + rng.int(3); n > 0; n--)
        text = mutate(text, texts[rng.int(texts.length)]!, rng);
      counts[outcome(parseStatement, text) === "tree" ? "tree" : "error"]++;
    }
    expect(counts.tree).toBeGreaterThan(1000);
    expect(counts.error).toBeGreaterThan(1000);
  });
});
