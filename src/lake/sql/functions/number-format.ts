/**
 * Numbers, dates and bytes as text by a format and back: `to_number`, `to_char`, `to_binary` and
 * their kin (Spark 4.2 `numberFormatExpressions.scala`, `ToBinary`). Formats are constants.
 */
import { BINARY, type DataType, decimalType, STRING, TIMESTAMP } from "../../schema/data-type.ts";
import type { Span } from "../ast.ts";
import { notImplemented, SqlError } from "../error.ts";
import type { BoundExpression, CallExpression } from "../plan/expression.ts";
import { someExpression } from "../plan/transform.ts";
import { mismatch } from "../types/mismatch.ts";
import { isDatetime } from "../types/type-rules.ts";
import { as, DEC, STR } from "./accept.ts";
import { castArgument, entry, literalValue, runtimeError, script } from "./builder.ts";
import type { FunctionDef, ResolveContext } from "./definition.ts";
import { decodeText } from "./format.ts";
import { formatDatetime } from "./js/java-datetime.ts";
import { type NumberPattern, readNumberPattern } from "./js/number-pattern.ts";
import { readPatterned, writePatterned } from "./js/number-text.ts";
import { decodeBase64 } from "./js/string.ts";

/** The text of a constant format, null for NULL; undefined when it depends on a row. */
function constantText(format: BoundExpression, span: Span): string | null | undefined {
  const value = literalValue(format);
  if (typeof value === "string" || value === null) return value;
  if (format.kind === "cast" && format.type.kind === "string") {
    const inner = literalValue(format.operand);
    if (typeof inner === "number" || typeof inner === "bigint") {
      if (/^(byte|short|int|long)$/.test(format.operand.type.kind)) return String(inner);
    }
    if (inner === null) return null;
  }
  if (format.kind === "call" && format.fn.name === "concat") {
    const parts = format.args.map((arg) => constantText(arg, span));
    if (parts.every((part) => typeof part === "string")) return parts.join("");
  }
  if (someExpression(format, (e) => e.kind === "attribute" || e.kind === "subquery")) {
    return undefined;
  }
  throw notImplemented("a computed format", format.span ?? span);
}

function foldable(name: string, format: BoundExpression, context: ResolveContext): string | null {
  const text = constantText(format, context.span);
  if (text !== undefined) return text;
  const at = format.span ?? context.span;
  throw mismatch("NON_FOLDABLE_INPUT", `the format of \`${name}\` must be a constant`, at);
}

/** The pattern, or null for a NULL format. */
function patternOf(
  name: string,
  format: BoundExpression,
  context: ResolveContext,
): NumberPattern | null {
  const text = foldable(name, format, context);
  if (text === null) return null;
  const pattern = readNumberPattern(text);
  if (!("fault" in pattern)) return pattern;
  throw new SqlError(`'${text}' is not a number format`, {
    errorClass: `INVALID_FORMAT.${pattern.fault}`,
    sqlState: "42601",
    span: format.span ?? context.span,
    hint: "a format looks like 'S$999,999.99' or '999.99PR'",
  });
}

function decimalOf(pattern: NumberPattern, span: Span): DataType {
  if (pattern.precision <= 38) return decimalType(pattern.precision, pattern.scale);
  throw new SqlError(`decimal precision ${pattern.precision} exceeds max precision 38`, {
    errorClass: "DECIMAL_PRECISION_EXCEEDS_MAX_PRECISION",
    sqlState: "22003",
    span,
    hint: "write at most 38 digits",
  });
}

function toNumber(name: "to_number" | "try_to_number"): FunctionDef {
  const read = script(name, ([text], call) => {
    const pattern = call.data as NumberPattern;
    const number = readPatterned(text as string, pattern);
    if (number !== null || name === "try_to_number") return number;
    const message = `'${text}' does not match the format ${pattern.text}`;
    throw runtimeError("INVALID_FORMAT.MISMATCH_INPUT", "42601", message);
  });
  return entry(
    name,
    { arity: [2, 2], summary: "A number read by a format.", example: `${name}('1,5', '9,9')` },
    (args, call, context) => (call.data ? read(args, call, context) : "NULL"),
    (args, context) => {
      const cast = args.map((arg, i) => castArgument(arg, i, STR, context));
      const pattern = patternOf(name, cast[1]!, context);
      const type = pattern ? decimalOf(pattern, context.span) : decimalType(10, 0);
      return { type, nullable: true, args: cast, data: pattern };
    },
  );
}

// ---------------------------------------------------------------- to_char

type CharData =
  | { readonly kind: "number"; readonly pattern: NumberPattern | null }
  | { readonly kind: "datetime" }
  | { readonly kind: "bytes"; readonly format: "base64" | "hex" | "utf-8"; readonly text: string };

const writeNumber = script("to_char", ([value], call) => {
  const { pattern } = call.data as Extract<CharData, { kind: "number" }>;
  const { type } = call.args[0]!;
  const scale = type.kind === "decimal" ? type.scale : 0;
  return writePatterned(value as bigint, scale, pattern!);
});

const writeDatetime = script("date_format", ([value, pattern]) =>
  formatDatetime(value as bigint, pattern as string),
);

const writeBytes = script("to_char of bytes", ([value], call) => {
  const { format, text } = call.data as Extract<CharData, { kind: "bytes" }>;
  const bytes = value as Uint8Array;
  if (format === "utf-8") return decodeText(bytes, text);
  const shown = Buffer.from(bytes).toString(format);
  return format === "hex" ? shown.toUpperCase() : shown;
});

function charName(args: readonly string[], call: CallExpression): string {
  const data = call.data as CharData;
  if (data.kind === "number") return `to_char(${args.join(", ")})`;
  if (data.kind === "datetime") return `date_format(${args.join(", ")})`;
  const alias = call.calledAs.toLowerCase();
  if (data.format === "utf-8") {
    return `${alias === "to_char" ? "decode" : alias}(${args.join(", ")})`;
  }
  return `${alias === "to_char" ? data.format : alias}(${args[0]})`;
}

function bytesFormat(format: BoundExpression, context: ResolveContext): CharData {
  const text = constantText(format, context.span);
  const fail = (errorClass: string, sqlState: string, message: string) =>
    new SqlError(`\`${context.calledAs}\` ${message}`, {
      ...{ errorClass, sqlState, span: context.span },
      hint: "the formats of bytes are 'base64', 'hex' and 'utf-8'",
    });
  if (text === undefined) throw fail("NON_FOLDABLE_ARGUMENT", "42K08", "needs a constant format");
  if (text === null) throw fail("INVALID_PARAMETER_VALUE.NULL", "22023", "needs a format");
  const name = text.toLowerCase().trim();
  if (name === "base64" || name === "hex" || name === "utf-8") {
    return { kind: "bytes", format: name, text };
  }
  const message = `does not know the format '${text}'`;
  throw fail("INVALID_PARAMETER_VALUE.BINARY_FORMAT", "22023", message);
}

const TO_CHAR = entry(
  "to_char",
  {
    arity: [2, 2],
    aliases: ["to_varchar"],
    pretty: charName,
    summary: "A number, date, time or bytes as text by a format.",
    example: "to_char(-1234.5, '9,999.99S')",
  },
  (args, call, context) => {
    const data = call.data as CharData;
    if (data.kind === "datetime") return writeDatetime(args, call, context);
    if (data.kind === "bytes") return writeBytes(args, call, context);
    return data.pattern ? writeNumber(args, call, context) : "NULL";
  },
  ([value, format], context) => {
    if (value!.type.kind === "binary") {
      const data = bytesFormat(format!, context);
      return { type: STRING, nullable: true, args: [value!, format!], data };
    }
    const text = castArgument(format!, 1, STR, context);
    if (isDatetime(value!.type)) {
      const args = [castArgument(value!, 0, as(TIMESTAMP), context), text];
      return { type: STRING, nullable: true, args, data: { kind: "datetime" } };
    }
    const args = [castArgument(value!, 0, DEC, context), text];
    const data: CharData = { kind: "number", pattern: patternOf("to_char", text, context) };
    return { type: STRING, nullable: true, args, data };
  },
);

// ---------------------------------------------------------------- to_binary

const BINARY_FORMATS = ["hex", "utf-8", "utf8", "base64"];

function bytesOf(text: string, format: string): Uint8Array | null {
  if (format === "base64") return decodeBase64(text);
  if (format !== "hex") return new Uint8Array(Buffer.from(text));
  if (!/^[0-9a-fA-F]*$/.test(text)) return null;
  return new Uint8Array(Buffer.from(text.length % 2 ? `0${text}` : text, "hex"));
}

function toBinary(name: "to_binary" | "try_to_binary"): FunctionDef {
  const read = script(name, ([text], call) => {
    const format = call.data as string;
    const bytes = bytesOf(text as string, format);
    if (bytes !== null || name === "try_to_binary") return bytes;
    const message = `'${text}' is not ${format === "hex" ? "hexadecimal" : format}`;
    throw runtimeError("CONVERSION_INVALID_INPUT", "22018", message);
  });
  return entry(
    name,
    {
      arity: [1, 2],
      summary: "Bytes of a text in hex, base64 or UTF-8.",
      example: `${name}('41')`,
    },
    (args, call, context) => (call.data === null ? "NULL" : read(args, call, context)),
    (args, context) => {
      const cast = args.map((arg, i) => castArgument(arg, i, STR, context));
      const text = cast[1] ? foldable(name, cast[1], context) : "hex";
      const format = text === null ? null : text.toLowerCase();
      const known = format === null || BINARY_FORMATS.includes(format);
      if (known || name === "try_to_binary") {
        return { type: BINARY, nullable: true, args: cast, data: known ? format : null };
      }
      throw mismatch("INVALID_ARG_VALUE", `'${text}' is not a format of bytes`, cast[1]!.span);
    },
  );
}

export const NUMBER_FORMATS: readonly FunctionDef[] = [
  toNumber("to_number"),
  toNumber("try_to_number"),
  TO_CHAR,
  toBinary("to_binary"),
  toBinary("try_to_binary"),
];
