/**
 * Regular expressions (Spark 4.2 `regexpExpressions.scala`) over Java patterns, matched in
 * TypeScript through `js/java-regexp.ts`, which refuses what the two dialects read differently.
 */
import { arrayType, type DataType, INT, STRING } from "../../schema/data-type.ts";
import type { Value } from "../../schema/value.ts";
import { typedLiteral } from "../types/literal.ts";
import { as, STR } from "./accept.ts";
import { define, type EntryOptions, runtimeError, script } from "./builder.ts";
import type { FunctionDef } from "./definition.ts";
import { javaRegExp } from "./js/java-regexp.ts";

const s = (value: Value | undefined): string => value as string;
const n = (value: Value | undefined): number => value as number;

function* matches(text: string, pattern: string, name: string): Generator<RegExpExecArray> {
  const regexp = javaRegExp(pattern, name);
  regexp.lastIndex = 0;
  for (let match = regexp.exec(text); match; match = regexp.exec(text)) {
    yield match;
    const state = regexp.lastIndex;
    if (match[0] === "") regexp.lastIndex = nextPoint(text, state);
  }
}

function nextPoint(text: string, at: number): number {
  return at + ((text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1);
}

function groupOf(match: RegExpExecArray, group: number, name: string): string {
  if (group < 0 || group >= match.length) throw badGroup(group, match.length - 1, name);
  return match[group] ?? "";
}

function badGroup(group: number, count: number, name: string): Error {
  return runtimeError(
    "INVALID_PARAMETER_VALUE.REGEX_GROUP_INDEX",
    "22023",
    `\`${name}\` has ${count} groups, group ${group} is not one of them`,
  );
}

/** Java replacement text: `$1`, `${name}`, `\x`. */
function expand(replacement: string, match: RegExpExecArray): string {
  let out = "";
  for (let i = 0; i < replacement.length; i++) {
    const ch = replacement[i]!;
    if (ch === "\\") {
      if (++i >= replacement.length) throw badReplacement("a backslash at the end");
      out += replacement[i];
    } else if (ch === "$") {
      const named = /^\{([A-Za-z][A-Za-z0-9]*)\}/.exec(replacement.slice(i + 1));
      const first = /^\d/.exec(replacement.slice(i + 1));
      if (named) {
        const value = match.groups?.[named[1]!];
        if (!match.groups || !(named[1]! in match.groups))
          throw badReplacement(`no group ${named[1]}`);
        out += value ?? "";
        i += named[0].length;
      } else if (first) {
        let group = Number(first[0]);
        i++;
        if (group >= match.length) throw badReplacement(`no group ${group}`);
        while (
          /\d/.test(replacement[i + 1] ?? "") &&
          group * 10 + Number(replacement[i + 1]) < match.length
        ) {
          group = group * 10 + Number(replacement[++i]);
        }
        out += match[group] ?? "";
      } else {
        throw badReplacement("an illegal group reference");
      }
    } else {
      out += ch;
    }
  }
  return out;
}

function badReplacement(what: string): Error {
  return runtimeError("INVALID_REGEXP_REPLACE", "22023", `the replacement has ${what}`);
}

function replace(text: string, pattern: string, replacement: string, position: number): string {
  if (position < 1) {
    throw runtimeError(
      "DATATYPE_MISMATCH.VALUE_OUT_OF_RANGE",
      "42K09",
      "the position must be positive",
    );
  }
  const start = [...text].slice(0, position - 1).join("").length;
  if (position > 1 && start >= text.length) return text;
  const part = text.slice(start);
  let out = text.slice(0, start);
  let last = 0;
  for (const match of matches(part, pattern, "regexp_replace")) {
    out += part.slice(last, match.index) + expand(replacement, match);
    last = match.index + match[0].length;
  }
  return out + part.slice(last);
}

/** Java's `String.split`: an empty match at the start makes no part; limit -1 keeps all. */
export function splitJava(text: string, pattern: string, limit: number): string[] {
  if (text === "") return [""];
  if (pattern === "") return splitPoints(text, limit);
  const parts: string[] = [];
  let last = 0;
  for (const match of matches(text, pattern, "split")) {
    if (limit > 0 && parts.length === limit - 1) break;
    const end = match.index + match[0].length;
    if (end === 0) continue;
    parts.push(text.slice(last, match.index));
    last = end;
  }
  parts.push(text.slice(last));
  return parts;
}

/** An empty pattern splits into characters; Spark ignores what a limit would leave over. */
function splitPoints(text: string, limit: number): string[] {
  const points = [...text];
  return limit > 0 && limit < points.length ? points.slice(0, limit) : points;
}

function fn(
  name: string,
  parameters: Parameters<typeof define>[1],
  type: DataType,
  call: (args: readonly Value[]) => Value,
  options: EntryOptions,
): FunctionDef {
  return define(name, parameters, type, script(name, call), options);
}

const GROUP_ONE = {
  optional: 1,
  defaults: (args: readonly unknown[]) => (args.length === 2 ? [typedLiteral(1, INT)] : []),
};

export const REGEXP: readonly FunctionDef[] = [
  fn(
    "regexp_extract",
    [STR, STR, as(INT)],
    STRING,
    ([x, pattern, group]) => {
      const match = matches(s(x), s(pattern), "regexp_extract").next();
      return match.done ? "" : groupOf(match.value, n(group), "regexp_extract");
    },
    { ...GROUP_ONE, summary: "A group of the first match; empty when there is none." },
  ),
  fn(
    "regexp_extract_all",
    [STR, STR, as(INT)],
    arrayType(STRING),
    ([x, pattern, group]) => {
      return [...matches(s(x), s(pattern), "regexp_extract_all")].map((m) =>
        groupOf(m, n(group), "regexp_extract_all"),
      );
    },
    { ...GROUP_ONE, summary: "A group of every match." },
  ),
  fn(
    "regexp_replace",
    [STR, STR, STR, as(INT)],
    STRING,
    ([x, pattern, to, at]) => replace(s(x), s(pattern), s(to), n(at)),
    {
      optional: 1,
      defaults: (args) => (args.length === 3 ? [typedLiteral(1, INT)] : []),
      summary: "Every match replaced; `$1` means a group.",
    },
  ),
  fn(
    "regexp_count",
    [STR, STR],
    INT,
    ([x, pattern]) => [...matches(s(x), s(pattern), "regexp_count")].length,
    {
      summary: "How many matches there are.",
    },
  ),
  fn(
    "regexp_substr",
    [STR, STR],
    STRING,
    ([x, pattern]) => {
      const match = matches(s(x), s(pattern), "regexp_substr").next();
      return match.done || match.value[0] === "" ? null : match.value[0];
    },
    { nullable: true, summary: "The first match, NULL when there is none." },
  ),
  fn(
    "regexp_instr",
    [STR, STR, as(INT)],
    INT,
    ([x, pattern]) => {
      const match = matches(s(x), s(pattern), "regexp_instr").next();
      return match.done ? 0 : [...s(x).slice(0, match.value.index)].length + 1;
    },
    {
      optional: 1,
      defaults: (args) => (args.length === 2 ? [typedLiteral(0, INT)] : []),
      summary: "Where the first match begins; 0 when there is none.",
    },
  ),
  fn(
    "split",
    [STR, STR, as(INT)],
    arrayType(STRING, false),
    ([x, pattern, limit]) => splitJava(s(x), s(pattern), n(limit)),
    {
      optional: 1,
      defaults: (args) => (args.length === 2 ? [typedLiteral(-1, INT)] : []),
      summary: "The parts of a string between matches of a pattern.",
      example: "split('a,b', ',')",
    },
  ),
];
