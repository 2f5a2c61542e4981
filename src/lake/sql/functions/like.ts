/**
 * LIKE, ILIKE, RLIKE and their ANY/ALL forms (Spark 4.2 `regexpExpressions.scala`). A literal
 * pattern is checked here and matched by the engine; a computed one is matched in TypeScript.
 */

import { quoteString } from "../../engine/engine-type.ts";
import { BOOLEAN } from "../../schema/data-type.ts";
import type { Value } from "../../schema/value.ts";
import { SqlError } from "../error.ts";
import type { BoundExpression, CallExpression } from "../plan/expression.ts";
import { STR } from "./accept.ts";
import { define, literalValue, runtimeError, script } from "./builder.ts";
import type { EmitContext, FunctionDef } from "./definition.ts";
import { javaRegExp } from "./js/java-regexp.ts";

/** What is wrong with a LIKE pattern, or null: an escape may stand before `%`, `_` and itself. */
function patternFault(pattern: string, escaper: string): string | null {
  for (let i = 0; i < pattern.length; i++) {
    if (pattern[i] !== escaper) continue;
    const next = pattern[++i];
    if (next === undefined) return "INVALID_FORMAT.ESC_AT_THE_END";
    if (next !== "%" && next !== "_" && next !== escaper) return "INVALID_FORMAT.ESC_IN_THE_MIDDLE";
  }
  return null;
}

/** A character that stands for itself, `_` for any one, `%` for any number of any. */
type LikeStep = { readonly char: string } | "one" | "many";

function readPattern(pattern: string, escaper: string): LikeStep[] {
  const fault = patternFault(pattern, escaper);
  if (fault) throw runtimeError(fault, "42601", `the pattern '${pattern}' has a stray escape`);
  const steps: LikeStep[] = [];
  const points = [...pattern];
  for (let i = 0; i < points.length; i++) {
    const point = points[i]!;
    if (point === escaper) steps.push({ char: points[++i]! });
    else steps.push(point === "%" ? "many" : point === "_" ? "one" : { char: point });
  }
  return steps;
}

/**
 * Whether a text matches a LIKE pattern. After a mismatch only the last `%` takes one character
 * more, so the work is at most text times pattern, whatever the pattern.
 */
export function matchesLike(text: string, pattern: string, escaper: string): boolean {
  const steps = readPattern(pattern, escaper);
  const points = [...text];
  let at = 0;
  let step = 0;
  let many = -1;
  let manyFrom = 0;
  while (at < points.length) {
    const wanted = steps[step];
    if (wanted === "many") {
      many = step++;
      manyFrom = at;
    } else if (wanted === "one" || (wanted && wanted.char === points[at])) {
      step++;
      at++;
    } else if (many >= 0) {
      step = many + 1;
      at = ++manyFrom;
    } else {
      return false;
    }
  }
  return steps.slice(step).every((left) => left === "many");
}

function matchLike(args: readonly Value[], insensitive: boolean): boolean {
  const [text, pattern, escaper] = args as [string, string, string];
  const lower = (s: string): string => (insensitive ? s.toLowerCase() : s);
  return matchesLike(lower(text), lower(pattern), escaper ?? "\\");
}

function emitLike(
  insensitive: boolean,
  args: readonly string[],
  call: CallExpression,
  context: EmitContext,
): string {
  const pattern = literalValue(call.args[1]!);
  const escaper = call.args[2] ? literalValue(call.args[2]) : "\\";
  if (typeof pattern !== "string" || typeof escaper !== "string") {
    return script(insensitive ? "ilike" : "like", (values) => matchLike(values, insensitive))(
      args,
      call,
      context,
    );
  }
  const text = insensitive ? `lower(${args[0]})` : args[0];
  const shown = insensitive ? quoteString(pattern.toLowerCase()) : args[1];
  const clause = pattern.includes(escaper) ? ` ESCAPE ${quoteString(escaper)}` : "";
  return `(${text} LIKE ${shown}${clause})`;
}

function checkPattern(args: readonly BoundExpression[]): void {
  const pattern = literalValue(args[1]!);
  const escaper = args[2] ? literalValue(args[2]) : "\\";
  if (args[2] && (typeof escaper !== "string" || [...escaper].length !== 1)) {
    throw new SqlError("the escape of LIKE must be one character", {
      errorClass: "INVALID_ESCAPE_CHAR",
      sqlState: "42604",
      span: args[2]?.span,
      hint: "write for example ESCAPE '/'",
    });
  }
  if (typeof pattern !== "string" || typeof escaper !== "string") return;
  const fault = patternFault(pattern, escaper);
  if (!fault) return;
  throw new SqlError(`the pattern '${pattern}' has an escape that escapes nothing`, {
    errorClass: fault,
    sqlState: "42601",
    span: args[1]!.span,
    hint: "write the escape character twice to mean itself",
  });
}

function like(name: "like" | "ilike"): FunctionDef {
  const insensitive = name === "ilike";
  return define(
    name,
    [STR, STR, STR],
    BOOLEAN,
    (args, call, context) => emitLike(insensitive, args, call, context),
    {
      kind: "operator",
      optional: 1,
      check: checkPattern,
      pretty: (a) => {
        const escapeText = a[2] === undefined || a[2] === "\\" ? "" : ` ESCAPE '${a[2]}'`;
        return insensitive ? `ilike(${a[0]}, ${a[1]})` : `${a[0]} LIKE ${a[1]}${escapeText}`;
      },
    },
  );
}

function quantified(name: "like" | "ilike", negated: boolean, all: boolean): FunctionDef {
  const words = `${negated ? "not " : ""}${name} ${all ? "all" : "any"}`;
  const joiner = all ? " AND " : " OR ";
  return define(
    words,
    [STR, STR],
    BOOLEAN,
    (args, call, context) => {
      const tests = args.slice(1).map((pattern, i) => {
        const pair = { ...call, args: [call.args[0]!, call.args[i + 1]!] };
        const test = emitLike(name === "ilike", [args[0]!, pattern], pair, context);
        return negated ? `(NOT ${test})` : test;
      });
      return `(${tests.join(joiner)})`;
    },
    {
      kind: "operator",
      rest: STR,
      check: (args) => {
        for (const pattern of args.slice(1)) checkPattern([args[0]!, pattern]);
      },
      pretty: (a) => `${words.replaceAll(" ", "")}(${a.join(", ")})`,
    },
  );
}

const RLIKE = define(
  "rlike",
  [STR, STR],
  BOOLEAN,
  script("rlike", ([text, pattern]) => {
    const regexp = javaRegExp(pattern as string, "rlike");
    regexp.lastIndex = 0;
    return regexp.test(text as string);
  }),
  { kind: "operator", pretty: (a) => `RLIKE(${a.join(", ")})` },
);

/** `regexp_like`, `like` and the others under their function names. */
export const LIKE_FUNCTIONS: readonly FunctionDef[] = [
  { ...like("like"), kind: "scalar", summary: "Whether a string matches a pattern of % and _." },
  { ...like("ilike"), kind: "scalar", summary: "LIKE without regard to case." },
  {
    ...RLIKE,
    kind: "scalar",
    aliases: ["regexp", "regexp_like"],
    summary: "Whether a string holds a match of a Java regular expression.",
    pretty: (a, call) =>
      call.calledAs.toLowerCase() === "rlike"
        ? `RLIKE(${a.join(", ")})`
        : `${call.calledAs.toUpperCase()}(${a.join(", ")})`,
  },
];

export const LIKE: readonly FunctionDef[] = [
  like("like"),
  like("ilike"),
  RLIKE,
  ...(["like", "ilike"] as const).flatMap((name) => [
    quantified(name, false, false),
    quantified(name, false, true),
    quantified(name, true, false),
    quantified(name, true, true),
  ]),
];
