/**
 * Which recorded texts parse and which do not, against what Spark's parser said. A text counts as
 * `recognised` when we know the construct and have not built it. What stays different is listed
 * with its reason; the conditions that Spark's parser raises and our binder does are `later`.
 */
import { describe, expect, it } from "vitest";
import { SovereignError } from "../../../../src/core/errors.ts";
import {
  parseDataType,
  parseExpression,
  parseStatement,
} from "../../../../src/lake/sql/parse/index.ts";
import {
  hasConformance,
  listGold,
  type RecordedStatement,
  readGold,
  readSparkSql,
} from "./conformance.ts";

/** Texts we refuse and Spark parses. */
const REFUSED_ON_PURPOSE: readonly { match: RegExp; reason: string }[] = [
  { match: /\$\{colname\}/, reason: "variable substitution is not built" },
  { match: / ! | is !/, reason: "recorded with the legacy flag for `!` in place of NOT" },
  { match: /^select from tbl$/, reason: "a forgotten select list is worth an error" },
  { match: /interval 3 monThs 4 dayS/, reason: "recorded with legacy intervals" },
];

/** Conditions of Spark's parser that need a literal's content or a table, so the binder's. */
const LATER = new Set([
  "INVALID_TYPED_LITERAL",
  "INVALID_INTERVAL_FORMAT.UNMATCHED_FORMAT_STRING",
  "INVALID_INTERVAL_FORMAT.UNMATCHED_FORMAT_STRING_WITH_NOTICE",
  "INVALID_INTERVAL_FORMAT.INTERVAL_PARSING",
  "_LEGACY_ERROR_TEMP_0026",
  "_LEGACY_ERROR_TEMP_0029",
  "_LEGACY_ERROR_TEMP_0063",
]);

type Outcome = "parsed" | "recognised" | "refused";

function tryParse(parse: (text: string) => { kind: string }, text: string): Outcome {
  try {
    const tree = parse(text);
    if (tree.kind === "unsupported") return "recognised";
    return mentionsUnsupported(tree) ? "recognised" : "parsed";
  } catch (error) {
    if (!(error instanceof SovereignError) || !("error_class" in error.details)) throw error;
    return error.code === "NOT_IMPLEMENTED" ? "recognised" : "refused";
  }
}

/** A table clause or ALTER action that is read and not built. */
function mentionsUnsupported(tree: object): boolean {
  if ("options" in tree) {
    const { unsupported = [] } = tree.options as { unsupported?: unknown[] };
    return unsupported.length > 0;
  }
  if (!("action" in tree) || typeof tree.action !== "object" || tree.action === null) return false;
  return "kind" in tree.action && tree.action.kind === "unsupported";
}

interface Score {
  total: number;
  parsed: number;
  recognised: number;
  refused: number;
  falselyRefused: string[];
  falselyAccepted: string[];
  later: number;
}

function score(
  statements: readonly RecordedStatement[],
  parse: (text: string) => { kind: string },
) {
  const result: Score = {
    total: statements.length,
    parsed: 0,
    recognised: 0,
    refused: 0,
    falselyRefused: [],
    falselyAccepted: [],
    later: 0,
  };
  for (const { file, text, parseError } of statements) {
    const outcome = tryParse(parse, text);
    const expected = parseError === undefined ? "parsed" : "refused";
    if (outcome === "recognised" || outcome === expected) result[outcome]++;
    else if (expected === "refused" && LATER.has(parseError!)) result.later++;
    else if (expected === "refused") result.falselyAccepted.push(`${file}: ${parseError}: ${text}`);
    else if (!REFUSED_ON_PURPOSE.some(({ match }) => match.test(text))) {
      result.falselyRefused.push(`${file}: ${text}`);
    }
  }
  return result;
}

function report(name: string, s: Score): void {
  const { total, parsed, recognised, refused, later } = s;
  const wrong = `${s.falselyRefused.length} falsely refused, ${s.falselyAccepted.length} falsely accepted`;
  console.log(
    `${name}: ${total} texts, ${parsed} parsed, ${recognised} recognised, ${refused} refused, ` +
      `${later} left to the binder, ${wrong}`,
  );
}

describe.skipIf(!hasConformance)(
  "statements recorded from Spark (no conformance data: skipped)",
  () => {
    it("parses what Spark 4.1 parses and refuses what it refuses", () => {
      const recorded = readSparkSql().filter(
        ({ file }) => !file.includes("identifier-clause-legacy"),
      );
      const result = score(recorded, parseStatement);
      report("spark-sql", result);
      expect(result.total).toBeGreaterThan(7000);
      expect(result.falselyRefused).toEqual([]);
      const accepted = result.falselyAccepted;
      expect(accepted.filter((line) => line.includes("PARSE_SYNTAX_ERROR"))).toEqual([]);
      expect(accepted.length).toBeLessThan(result.total * 0.002);
    });

    it("parses the statements of Spark's own parser suites", () => {
      const recorded = listGold("plan").flatMap(readGold);
      const result = score(recorded, parseStatement);
      report("spark-gold plan", result);
      expect(result.falselyRefused).toEqual([]);
      expect(result.falselyAccepted.length).toBeLessThan(result.total * 0.02);
    });

    it("parses the expressions of Spark's own parser suites", () => {
      const result = score(listGold("expression").flatMap(readGold), parseExpression);
      report("spark-gold expression", result);
      expect(result.falselyRefused).toEqual([]);
      expect(result.falselyAccepted.length).toBeLessThan(12);
    });

    it("parses the documented example of every function", () => {
      const result = score(listGold("function").flatMap(readGold), parseStatement);
      report("spark-gold function", result);
      expect(result.falselyRefused).toEqual([]);
    });

    it("parses Spark's data types", () => {
      const result = score(readGold("data_type.json"), parseDataType);
      report("spark-gold data types", result);
      expect(result.falselyRefused).toEqual([]);
      expect(result.falselyAccepted).toEqual([]);
    });
  },
);
