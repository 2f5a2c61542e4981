/** The grammar of issues: `status = 'open' AND source_run_id != 'x'` (SearchIssuesUtils). */
import { invalidParameter } from "../wire/error.ts";
import { pythonSet } from "../wire/python-text.ts";
import type { Clause, Comparator } from "./ast.ts";
import { isQuoted } from "./identifier.ts";
import { type ClauseParts, readClauses } from "./statement.ts";

export type IssueClause = Clause<"attribute">;

const KEYS = ["source_run_id", "status"];
const COMPARATORS = ["!=", "="];

/** The clauses of a filter for issues. Errors: 400 in MLflow's words. */
export function parseIssueFilter(filter: string | null | undefined): IssueClause[] {
  return readClauses(filter, { quotesRefused: false, checksParts: false }, readParts);
}

function readParts({ left, comparator: word, right }: ClauseParts): IssueClause {
  if (right === null) throw invalidParameter("Invalid comparison: expected 3 tokens, got 2");
  if (left.kind !== "identifier") {
    throw invalidParameter(
      `Invalid comparison: left side must be an identifier, got '${left.text}'`,
    );
  }
  const key = withoutQuotes(left.text);
  if (!KEYS.includes(key)) {
    throw invalidParameter(`Invalid filter field '${key}'. Supported fields: ${pythonSet(KEYS)}`);
  }
  const comparator = word.toUpperCase();
  if (!COMPARATORS.includes(comparator)) {
    throw invalidParameter(
      `Invalid comparator '${comparator}'. Supported comparators: ${pythonSet(COMPARATORS)}`,
    );
  }
  const value = withoutQuotes(right.text);
  return { kind: "attribute", key, comparator: comparator as Comparator, value };
}

function withoutQuotes(text: string): string {
  return (isQuoted(text) ? text.slice(1, -1) : text).trim();
}
