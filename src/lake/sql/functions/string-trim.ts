/** Trimming and padding (Spark 4.2 `String2TrimExpression`, `StringLPad`, `BinaryPad`). */
import { BINARY, INT, STRING } from "../../schema/data-type.ts";
import { typedLiteral } from "../types/literal.ts";
import { mismatch } from "../types/mismatch.ts";
import { as, BIN, oneOf, STR } from "./accept.ts";
import { define, script } from "./builder.ts";
import type { FunctionDef } from "./definition.ts";
import * as text from "./js/string.ts";

const N = as(INT);
const TEXT_OR_BYTES = oneOf(STR, BIN);
const s = (value: unknown): string => value as string;
const n = (value: unknown): number => value as number;

function trim(name: string, sides: "both" | "left" | "right"): FunctionDef {
  const engine = { both: "trim", left: "ltrim", right: "rtrim" }[sides];
  // `btrim(text, characters)`, but `ltrim(characters, text)`.
  const textFirst = name === "btrim";
  const cut = script(`${name} characters`, ([a, b]) =>
    textFirst ? text.trimCharacters(s(a), s(b), sides) : text.trimCharacters(s(b), s(a), sides),
  );
  const word = { both: "BOTH", left: "LEADING", right: "TRAILING" }[sides];
  return define(
    name,
    [STR, STR],
    STRING,
    (a, call, context) => (a.length === 1 ? `${engine}(${a[0]}, ' ')` : cut(a, call, context)),
    {
      optional: 1,
      summary: "Cuts blanks or given characters off the ends.",
      pretty: (a) =>
        a.length === 1 || textFirst
          ? `${name}(${a.join(", ")})`
          : `TRIM(${word} ${a[0]} FROM ${a[1]})`,
    },
  );
}

function padding(name: "lpad" | "rpad"): FunctionDef {
  const left = name === "lpad";
  return define(
    name,
    [TEXT_OR_BYTES, N, TEXT_OR_BYTES],
    (args) => args[0]!.type,
    script(name, ([value, length, fill]) =>
      typeof value === "string"
        ? text.pad(value, n(length), s(fill), left)
        : text.padBytes(value as Uint8Array, n(length), fill as Uint8Array, left),
    ),
    {
      optional: 1,
      defaults: (args) => {
        if (args.length !== 2) return [];
        return args[0]!.type.kind === "binary"
          ? [typedLiteral(new Uint8Array(1), BINARY)]
          : [typedLiteral(" ", STRING)];
      },
      check: (args, context) => {
        if (args[0]!.type.kind !== args[2]!.type.kind) {
          throw mismatch("UNEXPECTED_INPUT_TYPE", `${name} pads text with text`, context.span);
        }
      },
      summary: "Fills a string up to a length, or cuts it.",
    },
  );
}

export const TRIMMING: readonly FunctionDef[] = [
  trim("trim", "both"),
  trim("btrim", "both"),
  trim("ltrim", "left"),
  trim("rtrim", "right"),
  padding("lpad"),
  padding("rpad"),
];
