/**
 * Filter strings and order_by texts to compare parsers with: every pair of a key and a value of a
 * grammar, random sentences, and those with characters changed. Seeded; the same on every machine.
 */
import type { Rng } from "../../../src/core/rng.ts";
import { CLAUSES } from "./random-store.ts";

export type GrammarName =
  | "runs"
  | "experiments"
  | "models"
  | "versions"
  | "traces"
  | "logged"
  | "datasets"
  | "issues"
  | "metrics";

const ATTRIBUTES: Record<GrammarName, string[]> = {
  runs: "status start_time end_time run_id run_name artifact_uri user_id created Created".split(
    " ",
  ),
  experiments: "name creation_time last_update_time experiment_id".split(" "),
  models: "name timestamp last_updated_timestamp creation_timestamp run_id".split(" "),
  versions: "name version_number run_id source_path creation_timestamp".split(" "),
  traces: [
    ..."timestamp timestamp_ms execution_time execution_time_ms end_time end_time_ms".split(" "),
    ..."status request_id client_request_id name run_id prompt text experiment_id".split(" "),
  ],
  logged: "name model_id model_type status source_run_id creation_time creation_timestamp".split(
    " ",
  ),
  datasets: "name created_time last_update_time created_by last_updated_by".split(" "),
  issues: "status source_run_id name".split(" "),
  metrics: ["trace.status", "span.name", "assessment.value"],
};
const PREFIXES: Record<GrammarName, string[]> = {
  runs: "metrics metric params parameter parameters param tags tag attr attributes run dataset".split(
    " ",
  ),
  experiments: "tags tag attribute attributes".split(" "),
  models: "tags tag attribute attributes".split(" "),
  versions: "tags tag attribute attributes".split(" "),
  traces:
    "tags tag metadata request_metadata attributes trace span feedback expectation issue".split(
      " ",
    ),
  logged: "metrics params tags attributes metric tag".split(" "),
  datasets: "tags tag attributes".split(" "),
  issues: ["tags"],
  metrics: ["trace.tag", "trace.metadata", "span.status", "assessment.name", "span.bogus"],
};
const KEYS = [
  ..."loss acc a.b.c name status run_id type value id content text timestamp order group".split(
    " ",
  ),
  ...'`a b` "a b" \'a b\' [a b] `val/acc:1` attributes.x `` "" x-y 1 1a _a a$b f(x) é ключ'.split(
    " ",
  ),
  ..."mlflow.source.name `mlflow.prompt.is_prompt` context digest".split(" "),
];
const COMPARATORS = [
  ..."= != > >= < <= LIKE ILIKE like iLike RLIKE IN == <> =< ~ !".split(" "),
  ...[
    "NOT IN",
    "NOT LIKE",
    "not ilike",
    "IS NULL",
    "IS NOT NULL",
    "is null",
    "IS",
    "REGEXP",
    "in",
    "",
  ],
];
const VALUES = [
  ..."1 -1 0.5 .5 5. 1e5 -1.5E-3 0x1F 1700000003000 99999999999999999999 NaN inf NULL true".split(
    " ",
  ),
  ...["'x'", '"x"', "'it''s'", "'a\\'b'", "''", '""', "`x`", "x", "'x", "x'", "'a' 'b'", "'a\"b'"],
  ...[
    "('a', 'b')",
    "('a')",
    "('A', 'b',)",
    "()",
    "(a)",
    "(1, 'a')",
    "('a' 'b')",
    "('é\\n')",
    "(('a'))",
  ],
  ...[
    "'%x%'",
    "'true'",
    "'a/1'",
    "'FINISHED'",
    "' '",
    "'('",
    "'a AND b'",
    '"it\'s"',
    "'--'",
    "''''",
  ],
  ...[
    "+1",
    "1 2",
    "1a",
    "-x",
    "a.b",
    "'a'.b",
    "[1]",
    "? ",
    ":x",
    "%s",
    "*",
    "",
    "1.5.2",
    "NOT NULL",
  ],
];
const JOINTS = [
  " AND ",
  " and ",
  " AnD ",
  " OR ",
  ", ",
  "; ",
  " ",
  "\nAND\t",
  " AND AND ",
  " && ",
  " as ",
];
const NOISE = [
  ..."'\"`()[]=<>!.,;:*?%$#@-+/\\ \n\té",
  "--",
  "/*",
  "*/",
  "AND",
  "IN",
  "NOT",
  "NULL",
  "# ",
];
const DIRECTIONS = [
  "",
  " ASC",
  " DESC",
  " desc",
  " Asc",
  "  DESC",
  " SIDEWAYS",
  " ASC DESC",
  " ",
  " DESC NULLS LAST",
];

/** The hand-picked traps and every single clause of a grammar. */
export function listFilters(grammar: GrammarName): string[] {
  const out: string[] = [...TRAPS];
  const keys = keysOf(grammar);
  for (const key of keys)
    for (const comparator of ["=", ">", "LIKE", "IN", "IS NULL"]) {
      for (const value of comparator === "IN" ? ["('a', 'b')", "'x'"] : ["'x'", "5", '"x"']) {
        out.push(comparator === "IS NULL" ? `${key} IS NULL` : `${key} ${comparator} ${value}`);
      }
    }
  const sample = keys.filter((_, index) => index % 7 === 0);
  for (const key of sample) {
    for (const comparator of COMPARATORS)
      out.push(`${key} ${comparator} 'x'`, `${key}${comparator}1`);
    for (const value of VALUES)
      out.push(`${key} = ${value}`, `${key} > ${value}`, `${key} IN ${value}`);
  }
  return [...new Set(out)];
}

/** A random filter: one to four clauses, half of them all well formed, sometimes damaged. */
export function randomFilter(grammar: GrammarName, rng: Rng): string {
  if (rng.int(2) === 0) {
    const text = wellFormed(grammar, rng);
    return rng.int(4) === 0 ? damage(text, rng) : text;
  }
  const keys = keysOf(grammar);
  let text = "";
  for (let left = 1 + rng.int(rng.int(3) + 1); left > 0; left--) {
    const spaced = rng.int(4) > 0 ? " " : "";
    text += `${pick(keys, rng)}${spaced}${pick(COMPARATORS, rng)}${spaced}${pick(VALUES, rng)}`;
    if (left > 1) text += rng.int(2) === 0 ? " AND " : pick(JOINTS, rng);
  }
  return rng.int(3) === 0 ? damage(text, rng) : text;
}

/** A random order_by text, sometimes damaged. */
export function randomOrder(grammar: GrammarName, rng: Rng): string {
  const text = pick(keysOf(grammar), rng) + pick(DIRECTIONS, rng);
  return rng.int(5) === 0 ? damage(text, rng) : text;
}

const OTHER_CLAUSES = {
  issues: [
    ["status", ["= 'open'", '!= "x"']],
    ["source_run_id", ["= 'r'", "!= 'r'"]],
  ],
  metrics: [
    ["trace.status", ["= 'OK'"]],
    ["trace.tag.`a b`", ["= 'x'"]],
    ["trace.metadata.k", ['= "x"']],
    ["span.type", ["= 'LLM'"]],
    ["assessment.name", ["= 'ok'"]],
  ],
} as const;

function wellFormed(grammar: GrammarName, rng: Rng): string {
  const clauses =
    grammar === "issues" || grammar === "metrics" ? OTHER_CLAUSES[grammar] : CLAUSES[grammar];
  return Array.from({ length: 1 + rng.int(3) }, () => {
    const [key, rests] = pick<readonly [string, readonly string[]]>(clauses, rng);
    return `${key} ${pick(rests, rng)}`;
  }).join(pick([" AND ", " and ", "\nAND "], rng));
}

function keysOf(grammar: GrammarName): string[] {
  const attributes = ATTRIBUTES[grammar];
  const prefixed = PREFIXES[grammar].flatMap((prefix) => KEYS.map((key) => `${prefix}.${key}`));
  const qualified = PREFIXES[grammar].flatMap((prefix) =>
    attributes.map((key) => `${prefix}.${key}`),
  );
  return [
    ...attributes,
    ...attributes.map((key) => `\`${key}\``),
    ...qualified,
    ...prefixed,
    ...KEYS,
  ];
}

function damage(text: string, rng: Rng): string {
  let out = text;
  for (let left = 1 + rng.int(3); left > 0; left--) {
    const at = rng.int(out.length + 1);
    const cut = rng.int(2) === 0 ? rng.int(4) : 0;
    out = out.slice(0, at) + (rng.int(3) > 0 ? pick(NOISE, rng) : "") + out.slice(at + cut);
  }
  return out;
}

function pick<T>(items: readonly T[], rng: Rng): T {
  return items[rng.int(items.length)]!;
}

const TRAPS = [
  ...[
    "",
    " ",
    "\n",
    ";",
    ";;",
    "AND",
    "AND AND",
    "a",
    "a b c",
    "()",
    "(",
    ")",
    "'",
    '"',
    "`",
    "--",
    "/*",
    "/**/",
  ],
  "metrics.a > 1 AND",
  "AND metrics.a > 1",
  "metrics.a > 1;",
  "metrics.a > 1; ",
  "metrics.a > 1;\n",
  "metrics.a > 1; -- done",
  "metrics.a > 1; /* done */",
  "metrics.a > 1 GO metrics.b > 1",
  "metrics.a > 1 -- note",
  "metrics.a > 1 -- note\n",
  "metrics.a > 1 /* note */ AND metrics.b > 2",
  "metrics.a /* note */ > 1",
  "metrics.a > /* note */ 1",
  "-- note\nmetrics.a > 1",
  "WHERE metrics.a > 1",
  "WHERE metrics.a > 1 ORDER BY x",
  "SELECT * FROM runs WHERE metrics.a > 1",
  "metrics.a > 1 metrics.b > 2",
  "metrics.a > 1, metrics.b > 2",
  "metrics.a > 1 as x",
  "metrics.a > 1 x",
  "metrics.a = metrics.b",
  "metrics.a = b = c",
  "1 < metrics.a",
  "1 < metrics.a < 2",
  "metrics.a BETWEEN 1 AND 2",
  "NOT metrics.a > 1",
  "(metrics.a > 1)",
  "(metrics.a > 1) AND metrics.b > 1",
  "metrics.a > (1)",
  "metrics.a::int > 1",
  "metrics.a[0] > 1",
  "metrics.a . b > 1",
  "metrics . a > 1",
  "metrics. a > 1",
  "metrics.a-b > 1",
  "metrics.a - b > 1",
  "metrics.a/b > 1",
  "metrics.a*2 > 1",
  "metrics.f (x) > 1",
  "metrics.1 > 1",
  "metrics.`a`.`b` > 1",
  "metrics.a..b > 1",
  "metrics. > 1",
  ".a > 1",
  "`metrics`.a > 1",
  '"metrics".a > 1',
  "`metrics.a` > 1",
  "metrics.`a``b` > 1",
  "metrics.´a b´ > 1",
  "tags.a = 'x' IS NULL",
  "tags.a IS NOT  NULL",
  "tags.a IS\nNULL",
  "tags.a NOT NULL",
  "tags.a = NULL",
  "tags.a IN('a','b')",
  "run_id IN('a','b')",
  "run_id IN ('a',\n 'b')",
  "run_id NOT  IN ('a')",
  "run_id NOT IN('a')",
  "NOT run_id IN ('a')",
  "run_id IN ('a') AND status = 'x' AND run_id IN ('b')",
  "status = 'x' run_id IN ('b')",
  "a b run_id IN ('b')",
  "run_id IN ('123')",
  "run_id IN ('it''s')",
  "run_id IN (\"a\", 'b')",
  "run_id IN ('a', )",
  "run_id IN (, 'a')",
  "run_id IN (u'a')",
  "run_id IN ('\\x41b', '\\u0062')",
  "timestamp > 1 AND timestamp < 5",
  "timestamp = 'x'",
  "timestamp > 1.5",
  "timestamp LIKE 'x'",
  "timestamp",
  "timestamp >",
  "TIMESTAMP > 1",
  "timestamp > 1 tags.a = 'b'",
  "attributes.timestamp > 1",
  "date '2020-01-01' = 'x'",
  "tags.a = 'x' COLLATE nocase",
  "tags.a LIKE 'x' ESCAPE '\\'",
  "tags.a = 'x' OR tags.b = 'y'",
  "tags.a = 'x' XOR tags.b = 'y'",
  "tags.a = 'x' || 'y'",
  "tags.a = 'x' AND NOT tags.b = 'y'",
  "tags.a := 'x'",
  "tags.a => 'x'",
  "tags.a = 'x'--",
  "tags.a = 'x'#",
  "tags.a = 'x' # c",
  "tags.a = '\n'",
  "tags.a\n=\n'x'",
  "tags.a\u00a0=\u00a0'x'",
  "tags.a = 'ü' AND tags.ü = 'x'",
  "tags.日本 = '日本'",
  "tags.a = '😀'",
  "span.attributes.`a b` LIKE '%x%'",
  "span.attributes. LIKE 'x'",
  "feedback.`a b` = 'x'",
  "issue.id = 'x'",
  "issue.name = 'x'",
  "CASE WHEN 1 THEN 2 END = 1",
  "IF x END IF",
  "BEGIN metrics.a > 1; END",
];
