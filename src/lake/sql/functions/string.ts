/**
 * Strings (Spark 4.2 `stringExpressions.scala`), counted in code points. What the engine does
 * exactly alike stays in the engine; the rest is TypeScript in `js/string.ts`.
 */
import { arrayType, BINARY, BOOLEAN, type DataType, INT, STRING } from "../../schema/data-type.ts";
import type { Value } from "../../schema/value.ts";
import { notImplemented } from "../error.ts";
import { typedLiteral } from "../types/literal.ts";
import { type Accept, as, BIN, exact, oneOf, STR } from "./accept.ts";
import {
  castArguments,
  define,
  type EntryOptions,
  entry,
  runtimeError,
  script,
} from "./builder.ts";
import type { FunctionDef } from "./definition.ts";
import * as text from "./js/string.ts";

const N = as(INT);
const TEXT = exact(STR);
const TEXT_OR_BYTES = oneOf(STR, BIN);

/** A function defined in TypeScript over plain values. */
function scripted(
  name: string,
  parameters: readonly Accept[],
  type: DataType,
  call: (args: readonly Value[]) => Value,
  options: EntryOptions = {},
): FunctionDef {
  return define(name, parameters, type, script(name, call), options);
}

const s = (value: Value | undefined): string => value as string;
const n = (value: Value | undefined): number => value as number;

const LENGTH = define(
  "length",
  [TEXT_OR_BYTES],
  INT,
  (a, call) =>
    call.args[0]!.type.kind === "binary"
      ? `CAST(octet_length(${a[0]}) AS INTEGER)`
      : `CAST(length(${a[0]}) AS INTEGER)`,
  {
    aliases: ["char_length", "character_length", "len"],
    showsAlias: true,
    summary: "How many characters or bytes.",
  },
);

const SUBSTRING = define(
  "substring",
  [TEXT_OR_BYTES, N, N],
  (args) => args[0]!.type,
  script("substring", ([value, start, length]) =>
    text.substring(value as string | Uint8Array, n(start), n(length)),
  ),
  {
    aliases: ["substr"],
    optional: 1,
    defaults: (args) => (args.length === 2 ? [typedLiteral(2147483647, INT)] : []),
    showsAlias: true,
    summary: "Part of a string from a position (from 1; negative from the end).",
    example: "substring('Spark SQL', 5, 1)",
  },
);

const CONCAT_WS = define(
  "concat_ws",
  [STR],
  STRING,
  script(
    "concat_ws",
    ([separator, ...parts]) => {
      if (separator === null) return null;
      const flat = parts.flatMap((part) => (Array.isArray(part) ? part : [part]));
      return flat.filter((part) => part !== null).join(s(separator));
    },
    { onNull: true },
  ),
  {
    rest: oneOf(STR, {
      describe: "an ARRAY<STRING>",
      takes: (t) => t.kind === "array" && t.element.kind === "string",
      target: (t) =>
        t.kind === "array" && STR.target(t.element) ? arrayType(STRING, t.containsNull) : null,
    }),
    nullable: (args) => args[0]!.nullable,
    summary: "Strings joined by a separator, without NULLs.",
  },
);

const ELT = entry(
  "elt",
  { arity: [2, Number.POSITIVE_INFINITY], summary: "The n-th of several strings." },
  script(
    "elt",
    ([index, ...values]) => {
      if (index === null) return null;
      if (n(index) < 1 || n(index) > values.length) {
        throw runtimeError(
          "INVALID_ARRAY_INDEX",
          "22003",
          `the index ${n(index)} is out of bounds`,
        );
      }
      return values[n(index) - 1]!;
    },
    { onNull: true },
  ),
  (args, context) => {
    const bytes = args.slice(1).every((a) => a.type.kind === "binary");
    const cast = castArguments(args, [N], bytes ? BIN : STR, context);
    return { type: bytes ? BINARY : STRING, nullable: true, args: cast };
  },
);

function caseChange(name: "upper" | "lower", alias: string): FunctionDef {
  // The engine folds one code point at a time, so `ß` and `İ` need TypeScript.
  const full = script(name, ([x]) => (name === "upper" ? s(x).toUpperCase() : s(x).toLowerCase()));
  return define(name, [STR], STRING, full, {
    aliases: [alias],
    showsAlias: true,
    summary: `A string in ${name} case.`,
  });
}

function test(name: string, engine: string): FunctionDef {
  return define(
    name,
    [TEXT_OR_BYTES, TEXT_OR_BYTES],
    BOOLEAN,
    (a, call, context) =>
      call.args[0]!.type.kind === "binary"
        ? script(name, ([x, y]) => bytesTest(name, x as Uint8Array, y as Uint8Array))(
            a,
            call,
            context,
          )
        : `${engine}(${a.join(", ")})`,
    { summary: `Whether one string ${name.replace("with", "s with")} another.` },
  );
}

function bytesTest(name: string, value: Uint8Array, part: Uint8Array): boolean {
  const [x, y] = [Buffer.from(value), Buffer.from(part)];
  if (name === "contains") return x.includes(y);
  const at = name === "startswith" ? 0 : x.length - y.length;
  return at >= 0 && x.subarray(at, at + y.length).equals(y);
}

function bytesLength(name: string, factor: number): FunctionDef {
  return define(
    name,
    [TEXT_OR_BYTES],
    INT,
    (a, call) => {
      const bytes = call.args[0]!.type.kind === "binary" ? a[0] : `encode(${a[0]})`;
      return `CAST(octet_length(${bytes}) * ${factor} AS INTEGER)`;
    },
    { summary: `How many ${factor === 1 ? "bytes" : "bits"} a value takes.` },
  );
}

const MASK_DEFAULTS = ["X", "x", "n", null] as const;

const MASK = define(
  "mask",
  [TEXT, TEXT, TEXT, TEXT, TEXT],
  STRING,
  script(
    "mask",
    ([x, ...to]) => {
      if (x === null) return null;
      const [upper, lower, digit, other] = to as (string | null)[];
      return text.mask(s(x), [upper!, lower!, digit!, other!]);
    },
    { onNull: true },
  ),
  {
    optional: 4,
    defaults: (args) => MASK_DEFAULTS.slice(args.length - 1).map((v) => typedLiteral(v, STRING)),
    nullable: (args) => args[0]!.nullable,
    summary: "Letters and digits replaced by placeholders.",
  },
);

const LOCATE_OPTIONS: EntryOptions = {
  optional: 1,
  defaults: (args) => (args.length === 2 ? [typedLiteral(1, INT)] : []),
  nullable: true,
  summary: "Where a string first stands in another, from a position on; 0 when it does not.",
};

const locateScript = script(
  "locate",
  ([needle, value, start]) => {
    // As in Hive, no start finds nothing, whatever the strings.
    if (start === null) return 0;
    if (needle === null || value === null) return null;
    return text.locate(s(needle), s(value), n(start));
  },
  { onNull: true },
);

export const STRINGS: readonly FunctionDef[] = [
  LENGTH,
  SUBSTRING,
  CONCAT_WS,
  ELT,
  caseChange("upper", "ucase"),
  caseChange("lower", "lcase"),
  test("startswith", "starts_with"),
  test("endswith", "ends_with"),
  test("contains", "contains"),
  define("locate", [STR, STR, N], INT, locateScript, LOCATE_OPTIONS),
  define("position", [STR, STR, N], INT, locateScript, LOCATE_OPTIONS),
  scripted("instr", [STR, STR], INT, ([x, y]) => text.locate(s(y), s(x), 1), {
    summary: "Where a string first stands in another; 0 when it does not.",
  }),
  scripted("initcap", [STR], STRING, ([x]) => text.initcap(s(x)), {
    summary: "Every word with a capital.",
  }),
  scripted("translate", [STR, STR, STR], STRING, ([x, a, b]) => text.translate(s(x), s(a), s(b)), {
    summary: "Characters replaced one by one.",
  }),
  scripted(
    "replace",
    [STR, STR, STR],
    STRING,
    ([x, a, b]) => (s(a) === "" ? s(x) : s(x).replaceAll(s(a), () => s(b))),
    {
      optional: 1,
      defaults: (args) => (args.length === 2 ? [typedLiteral("", STRING)] : []),
      summary: "Every occurrence of a string replaced.",
    },
  ),
  scripted(
    "repeat",
    [STR, N],
    STRING,
    ([x, count]) => {
      text.refuseLength("repeat", s(x).length * n(count));
      return s(x).repeat(Math.max(0, n(count)));
    },
    { summary: "A string several times." },
  ),
  scripted(
    "space",
    [N],
    STRING,
    ([count]) => {
      text.refuseLength("space", n(count));
      return " ".repeat(Math.max(0, n(count)));
    },
    {
      summary: "Blanks.",
    },
  ),
  define(
    "left",
    [TEXT_OR_BYTES, N],
    (args) => args[0]!.type,
    script("left", ([x, length]) => text.substring(x as string | Uint8Array, 1, n(length))),
    { summary: "The first characters." },
  ),
  scripted(
    "right",
    [STR, N],
    STRING,
    ([x, length]) => (n(length) <= 0 ? "" : text.substring(s(x), -n(length), n(length))),
    {
      summary: "The last characters.",
    },
  ),
  scripted(
    "substring_index",
    [STR, STR, N],
    STRING,
    ([x, d, c]) => text.substringIndex(s(x), s(d), n(c)),
    {
      summary: "What stands before the n-th delimiter.",
    },
  ),
  scripted(
    "split_part",
    [STR, STR, N],
    STRING,
    ([x, d, part]) => {
      if (n(part) === 0)
        throw runtimeError(
          "INVALID_INDEX_OF_ZERO",
          "22003",
          "the index 0 is invalid; the first part is 1",
        );
      return text.splitPart(s(x), s(d), n(part));
    },
    { summary: "The n-th part of a delimited string." },
  ),
  scripted(
    "overlay",
    [TEXT_OR_BYTES, STR, N, N],
    STRING,
    ([x, put, at, length]) => text.overlay(s(x), s(put), n(at), n(length)),
    {
      optional: 1,
      defaults: (args) => (args.length === 3 ? [typedLiteral(-1, INT)] : []),
      check: (args, context) => {
        if (args[0]!.type.kind === "binary") throw notImplemented("overlay of bytes", context.span);
      },
      summary: "Part of a string replaced by another.",
    },
  ),
  scripted("ascii", [STR], INT, ([x]) => s(x).codePointAt(0) ?? 0, {
    summary: "Code of the first character.",
  }),
  scripted(
    "chr",
    [as({ kind: "long" })],
    STRING,
    ([x]) => {
      const code = x as bigint;
      return code < 0n ? "" : String.fromCharCode(Number(code & 0xffn));
    },
    { aliases: ["char"], showsAlias: true, summary: "The character of a code (modulo 256)." },
  ),
  scripted("soundex", [TEXT], STRING, ([x]) => text.soundex(s(x)), { summary: "Soundex code." }),
  scripted(
    "levenshtein",
    [STR, STR, N],
    INT,
    ([a, b, limit]) => text.levenshtein(s(a), s(b), limit === undefined ? undefined : n(limit)),
    {
      optional: 1,
      summary: "Edit distance of two strings.",
    },
  ),
  scripted(
    "find_in_set",
    [STR, STR],
    INT,
    ([x, set]) => (s(x).includes(",") ? 0 : s(set).split(",").indexOf(s(x)) + 1),
    {
      summary: "Position of a string in a comma-separated list.",
    },
  ),
  bytesLength("octet_length", 1),
  bytesLength("bit_length", 8),
  scripted("base64", [BIN], STRING, ([x]) => Buffer.from(x as Uint8Array).toString("base64"), {
    summary: "Bytes as base64 text.",
  }),
  scripted(
    "unbase64",
    [STR],
    BINARY,
    ([x]) => {
      const bytes = text.decodeBase64(s(x));
      if (bytes) return bytes;
      throw runtimeError("CONVERSION_INVALID_INPUT", "22018", `'${s(x)}' is not base64`);
    },
    { summary: "Bytes of a base64 text." },
  ),
  MASK,
  scripted("luhn_check", [STR], BOOLEAN, ([x]) => text.luhnCheck(s(x)), {
    summary: "Whether digits pass the Luhn check.",
  }),
  scripted("is_valid_utf8", [STR], BOOLEAN, () => true, {
    summary: "Whether a string is valid UTF-8.",
  }),
  scripted("validate_utf8", [STR], STRING, ([x]) => s(x), {
    summary: "The string, if it is valid UTF-8.",
  }),
  scripted("make_valid_utf8", [STR], STRING, ([x]) => s(x), {
    summary: "The string with invalid bytes replaced.",
  }),
];
