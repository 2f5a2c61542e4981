/**
 * Text encodings and formatted text: `encode`, `decode`, `format_number`, `format_string`, `quote`.
 * Number patterns are in `number-format.ts`.
 */
import { BINARY, type DataType, INT, STRING } from "../../schema/data-type.ts";
import { formatDecimal, formatDouble } from "../../schema/format-number.ts";
import type { Value } from "../../schema/value.ts";
import { notImplemented } from "../error.ts";
import { toCommonType, typedLiteral } from "../types/coercion.ts";
import { ANY, as, BIN, exact, NUM, oneOf, STR } from "./accept.ts";
import { castArgument, define, entry, runtimeError, script } from "./builder.ts";
import type { FunctionDef } from "./definition.ts";
import { formatPrintf } from "./js/printf.ts";
import { readBigDecimal } from "./js/read-number.ts";
import { groupThousands, refuseLength } from "./js/string.ts";

/** Charsets Spark 4 allows, as Node decodes them. */
function charset(name: string): "utf8" | "ascii" | "latin1" | "utf16le" | "utf16be" {
  switch (name.toUpperCase()) {
    case "UTF-8":
      return "utf8";
    case "US-ASCII":
      return "ascii";
    case "ISO-8859-1":
      return "latin1";
    case "UTF-16LE":
      return "utf16le";
    case "UTF-16BE":
      return "utf16be";
    case "UTF-16":
    case "UTF-32":
      throw runtimeError(
        "UNSUPPORTED_FEATURE",
        "0A000",
        `the charset ${name} is not supported yet`,
      );
    default:
      throw runtimeError("INVALID_PARAMETER_VALUE.CHARSET", "22023", `'${name}' is not a charset`);
  }
}

function unmappable(name: string): Error {
  return runtimeError(
    "MALFORMED_CHARACTER_CODING",
    "22000",
    `the value cannot be coded in ${name}`,
  );
}

function encodeText(text: string, name: string): Uint8Array {
  const set = charset(name);
  const limit = { ascii: 0x7f, latin1: 0xff }[set as string];
  if (limit !== undefined && [...text].some((ch) => ch.codePointAt(0)! > limit))
    throw unmappable(name);
  if (set === "utf16be") return new Uint8Array(Buffer.from(text, "utf16le").swap16());
  return new Uint8Array(Buffer.from(text, set === "ascii" ? "latin1" : set));
}

/** Text of bytes in a charset of `decode`. */
export function decodeText(bytes: Uint8Array, name: string): string {
  const set = charset(name);
  if (set === "ascii" && bytes.some((b) => b > 0x7f)) throw unmappable(name);
  if (set === "utf16be" || set === "utf16le") {
    if (bytes.length % 2 !== 0) throw unmappable(name);
    const copy = Buffer.from(bytes);
    return (set === "utf16be" ? copy.swap16() : copy).toString("utf16le");
  }
  if (set !== "utf8") return Buffer.from(bytes).toString("latin1");
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw unmappable(name);
  }
}

const ENCODE = define(
  "encode",
  [STR, STR],
  BINARY,
  script("encode", ([text, name]) => encodeText(text as string, name as string)),
  { summary: "Bytes of a text in a charset." },
);

const decodeScript = script("decode", ([bytes, name]) =>
  decodeText(bytes as Uint8Array, name as string),
);

/** `decode(bytes, charset)`, or `decode(value, search, result, …, default)`. */
const DECODE = entry(
  "decode",
  {
    arity: [2, Number.POSITIVE_INFINITY],
    summary: "Text of bytes in a charset; or one of several results by value.",
  },
  (args, call, context) => {
    if (args.length === 2) return decodeScript(args, call, context);
    const pairs: string[] = [];
    for (let i = 1; i + 1 < args.length; i += 2) {
      pairs.push(` WHEN ${args[0]} IS NOT DISTINCT FROM ${args[i]} THEN ${args[i + 1]}`);
    }
    const otherwise = args.length % 2 === 0 ? ` ELSE ${args.at(-1)}` : "";
    return `CASE${pairs.join("")}${otherwise} END`;
  },
  (args, context) => {
    if (args.length === 2) {
      const cast = [
        castArgument(args[0]!, 0, BIN, context),
        castArgument(args[1]!, 1, STR, context),
      ];
      return { type: STRING, nullable: true, args: cast };
    }
    const isResult = (i: number) =>
      (i > 1 && i % 2 === 0) || (i === args.length - 1 && i % 2 === 1);
    const keys = toCommonType(
      args.filter((_, i) => !isResult(i)),
      "`decode`",
      context.span,
    );
    // Without a default Spark adds a NULL of type STRING, which widens the results' type.
    const fallback = args.length % 2 === 0 ? [] : [typedLiteral(null, STRING)];
    const results = toCommonType(
      [...args.filter((_, i) => isResult(i)), ...fallback],
      "`decode`",
      context.span,
    );
    const [k, r] = [[...keys.expressions], [...results.expressions]];
    return {
      type: results.type,
      nullable: true,
      args: args.map((_, i) => (isResult(i) ? r.shift()! : k.shift()!)),
    };
  },
);

/** `format_number(x, places)`: `DecimalFormat` rounds half to even on the exact binary value. */
function formatNumber(value: Value, places: number, type: DataType): string | null {
  if (places < 0) return null;
  refuseLength("format_number", places * 10_000);
  if (type.kind === "double" || type.kind === "float") {
    const x = value as number;
    if (Number.isNaN(x)) return "NaN";
    if (!Number.isFinite(x)) return x > 0 ? "∞" : "-∞";
    return groupThousands(roundHalfEven(exactDigits(x), places));
  }
  const scale = type.kind === "decimal" ? type.scale : 0;
  return groupThousands(
    roundHalfEven(formatDecimal(BigInt(value as bigint | number), scale), places),
  );
}

/** The shortest decimal text, which is what Java's DecimalFormat starts from. */
function exactDigits(x: number): string {
  const { unscaled, scale } = readBigDecimal(formatDouble(x))!;
  return formatDecimal(unscaled, scale);
}

function roundHalfEven(plain: string, places: number): string {
  const { unscaled, scale } = readBigDecimal(plain)!;
  if (scale <= places) return formatDecimal(unscaled * 10n ** BigInt(places - scale), places);
  const unit = 10n ** BigInt(scale - places);
  const size = unscaled < 0n ? -unscaled : unscaled;
  let quotient = size / unit;
  const twice = (size % unit) * 2n;
  if (twice > unit || (twice === unit && quotient % 2n === 1n)) quotient += 1n;
  return formatDecimal(unscaled < 0n ? -quotient : quotient, places);
}

const FORMAT_NUMBER = define(
  "format_number",
  [exact(NUM), exact(oneOf(as(INT), STR))],
  STRING,
  script("format_number", ([value, places], call) =>
    formatNumber(value!, places as number, call.args[0]!.type),
  ),
  {
    nullable: true,
    check: (args, context) => {
      if (args[1]!.type.kind === "string") throw notImplemented("a number pattern", context.span);
    },
    summary: "A number grouped by thousands with some decimal places.",
  },
);

const FORMAT_STRING = define(
  "format_string",
  [STR],
  STRING,
  script(
    "format_string",
    ([pattern, ...values], call) => {
      if (pattern === null) return null;
      const types = call.args.slice(1).map((a) => a.type);
      return formatPrintf(pattern as string, values, types);
    },
    { onNull: true },
  ),
  {
    aliases: ["printf"],
    showsAlias: true,
    rest: ANY,
    nullable: true,
    summary: "Text by a printf pattern.",
  },
);

const QUOTE = define(
  "quote",
  [STR],
  STRING,
  script("quote", ([text]) => `'${(text as string).replace(/['\\]/g, "\\$&")}'`),
  { summary: "A text as a quoted SQL string." },
);

export const FORMATS: readonly FunctionDef[] = [
  ENCODE,
  DECODE,
  FORMAT_NUMBER,
  FORMAT_STRING,
  QUOTE,
];
