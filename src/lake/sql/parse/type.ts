/**
 * Data types (reference: Spark 4.2 `dataType`). CHAR and VARCHAR become STRING as in Spark; what
 * was written stays in `raw`, the catalog string Spark keeps in `__CHAR_VARCHAR_TYPE_STRING`.
 * Collations other than UTF8_BINARY, TIME and the geographic types have no place in a Delta schema
 * here and are refused as not built.
 */
import {
  arrayType,
  type DataType,
  type DayTimeUnit,
  decimalType,
  formatType,
  type JsonValue,
  mapType,
  type StructField,
  structType,
  type YearMonthUnit,
} from "../../schema/data-type.ts";
import type { Span } from "../ast.ts";
import { notImplemented } from "../error.ts";
import type { Cursor } from "./cursor.ts";
import { parseInteger, parseStringLiteral } from "./literal.ts";
import { isName, parseIdentifier, parseName } from "./name.ts";

const CHAR_VARCHAR_KEY = "__CHAR_VARCHAR_TYPE_STRING";
const MAX_PRECISION = 38;

const SIMPLE: Readonly<Record<string, DataType>> = {
  BOOLEAN: { kind: "boolean" },
  TINYINT: { kind: "byte" },
  BYTE: { kind: "byte" },
  SMALLINT: { kind: "short" },
  SHORT: { kind: "short" },
  INT: { kind: "int" },
  INTEGER: { kind: "int" },
  BIGINT: { kind: "long" },
  LONG: { kind: "long" },
  FLOAT: { kind: "float" },
  REAL: { kind: "float" },
  DOUBLE: { kind: "double" },
  DATE: { kind: "date" },
  TIMESTAMP_LTZ: { kind: "timestamp" },
  TIMESTAMP_NTZ: { kind: "timestamp_ntz" },
  BINARY: { kind: "binary" },
  VOID: { kind: "void" },
  VARIANT: { kind: "variant" },
};

/** A type as parsed; `raw` is there when CHAR or VARCHAR was written anywhere inside. */
export interface ParsedType {
  type: DataType;
  raw?: string;
  span: Span;
}

/** A data type, with its span and its CHAR or VARCHAR text. */
export function parseTypeWithText(c: Cursor): ParsedType {
  const start = c.start;
  const parsed = c.nested(() => parseAny(c));
  return { ...parsed, span: c.spanFrom(start) };
}

/** A data type. */
export function parseType(c: Cursor): DataType {
  return parseTypeWithText(c).type;
}

type Parsed = Omit<ParsedType, "span">;

function parseAny(c: Cursor): Parsed {
  if (!isName(c)) throw c.fail("a data type");
  const token = c.advance();
  const word = token.word || token.value.toUpperCase();
  const simple = SIMPLE[word];
  if (simple) {
    if (c.isSymbol("(") && c.peek(1).kind === "number") throw unsupportedType(c, token);
    return { type: simple };
  }
  switch (word) {
    case "ARRAY":
      return parseArray(c, token);
    case "MAP":
      return parseMap(c, token);
    case "STRUCT":
      return parseStruct(c, token);
    case "STRING":
      refuseCollation(c);
      return { type: { kind: "string" } };
    case "CHAR":
    case "CHARACTER":
    case "VARCHAR":
      return parseCharacter(c, token, word === "VARCHAR" ? "varchar" : "char");
    case "DECIMAL":
    case "DEC":
    case "NUMERIC":
      return { type: parseDecimal(c, token) };
    case "TIMESTAMP":
      if (c.takeWords("WITHOUT", "TIME", "ZONE")) return { type: { kind: "timestamp_ntz" } };
      c.takeWords("WITH", "LOCAL", "TIME", "ZONE");
      return { type: { kind: "timestamp" } };
    case "INTERVAL":
      return { type: parseIntervalType(c, token) };
    default:
      throw parseUnbuilt(c, token, word);
  }
}

type At = { start: number; end: number; value: string };

function parseUnbuilt(c: Cursor, token: At, word: string): Error {
  const isGeo = (word === "GEOMETRY" || word === "GEOGRAPHY") && c.isSymbol("(");
  if (word !== "TIME" && !isGeo) return unsupportedType(c, token);
  if (c.takeSymbol("(")) {
    if (!c.takeWords("ANY")) parseInteger(c);
    c.expectSymbol(")");
  }
  c.takeWords("WITHOUT", "TIME", "ZONE");
  return notImplemented(`the type ${word}`, c.spanFrom(token.start));
}

function unsupportedType(c: Cursor, token: At): Error {
  return c.refuse(
    "UNSUPPORTED_DATATYPE",
    `there is no data type \`${c.text.slice(token.start, token.end)}\``,
    { start: token.start, end: token.end },
    "Types: BOOLEAN, TINYINT, SMALLINT, INT, BIGINT, FLOAT, DOUBLE, DECIMAL(p,s), STRING, " +
      "BINARY, DATE, TIMESTAMP, TIMESTAMP_NTZ, VARIANT, ARRAY<…>, MAP<…,…>, STRUCT<…>.",
  );
}

function incomplete(c: Cursor, kind: string, token: At): Error {
  return c.refuse(
    `INCOMPLETE_TYPE_DEFINITION.${kind}`,
    `the type \`${kind}\` lacks its inner types`,
    { start: token.start, end: token.end },
    "for example ARRAY<INT>, MAP<STRING, INT>, STRUCT<a: INT>",
  );
}

function parseArray(c: Cursor, token: At): Parsed {
  if (!c.takeSymbol("<")) throw incomplete(c, "ARRAY", token);
  const element = parseTypeWithText(c);
  c.expectSymbol(">");
  const type = arrayType(element.type);
  return element.raw === undefined ? { type } : { type, raw: `array<${element.raw}>` };
}

function parseMap(c: Cursor, token: At): Parsed {
  if (!c.takeSymbol("<")) throw incomplete(c, "MAP", token);
  const key = parseTypeWithText(c);
  c.expectSymbol(",");
  const value = parseTypeWithText(c);
  c.expectSymbol(">");
  const type = mapType(key.type, value.type);
  if (key.raw === undefined && value.raw === undefined) return { type };
  const keyText = key.raw ?? formatType(key.type);
  return { type, raw: `map<${keyText},${value.raw ?? formatType(value.type)}>` };
}

function parseStruct(c: Cursor, token: At): Parsed {
  if (c.takeSymbol("<>")) return { type: structType([]) };
  if (!c.takeSymbol("<")) throw incomplete(c, "STRUCT", token);
  if (c.takeSymbol(">")) return { type: structType([]) };
  const fields = c.commaList(() => parseField(c));
  c.expectSymbol(">");
  const type = structType(fields);
  const texts = fields.map((f) => f.metadata[CHAR_VARCHAR_KEY]);
  if (texts.every((text) => text === undefined)) return { type };
  const inner = fields.map((f, i) => `${f.name}:${texts[i] ?? formatType(f.type)}`);
  return { type, raw: `struct<${inner.join(",")}>` };
}

/** `name[:] type [NOT NULL] [COMMENT '…']`; the colon only inside STRUCT<…>. */
export function parseField(c: Cursor, allowColon = true): StructField {
  const { name } = parseIdentifier(c, "a field");
  if (allowColon) c.takeSymbol(":");
  const { type, raw } = parseTypeWithText(c);
  let nullable = true;
  if (c.takeNotNull()) nullable = false;
  const metadata: Record<string, JsonValue> = {};
  if (c.takeWords("COMMENT")) metadata.comment = parseStringLiteral(c).value;
  if (raw !== undefined) metadata[CHAR_VARCHAR_KEY] = raw;
  return { name, type, nullable, metadata };
}

function parseCharacter(c: Cursor, token: At, name: "char" | "varchar"): Parsed {
  if (!c.takeSymbol("(")) {
    throw c.refuse(
      "DATATYPE_MISSING_SIZE",
      `the type \`${name.toUpperCase()}\` needs a length`,
      { start: token.start, end: token.end },
      `for example ${name.toUpperCase()}(20), or STRING for any length`,
    );
  }
  const length = parseInteger(c, "a length");
  c.expectSymbol(")");
  refuseCollation(c);
  return { type: { kind: "string" }, raw: `${name}(${length})` };
}

function parseDecimal(c: Cursor, token: At): DataType {
  if (!c.takeSymbol("(")) return decimalType(10, 0);
  const precision = parseInteger(c, "a precision");
  const scale = c.takeSymbol(",") ? parseInteger(c, "a scale") : 0;
  c.expectSymbol(")");
  const span = c.spanFrom(token.start);
  if (precision > MAX_PRECISION) {
    throw c.refuse(
      "DECIMAL_PRECISION_EXCEEDS_MAX_PRECISION",
      `the precision ${precision} of a decimal exceeds ${MAX_PRECISION}`,
      span,
      `use at most DECIMAL(${MAX_PRECISION}, s)`,
    );
  }
  if (scale > precision) {
    const message = `the scale ${scale} of a decimal exceeds its precision ${precision}`;
    const hint = `use DECIMAL(${scale}, ${scale}) or a smaller scale`;
    throw c.refuse("INVALID_PARAMETER_VALUE", message, span, hint);
  }
  return decimalType(precision, scale);
}

const YEAR_MONTH: readonly string[] = ["YEAR", "MONTH"];
const DAY_TIME: readonly string[] = ["DAY", "HOUR", "MINUTE", "SECOND"];

function parseIntervalType(c: Cursor, token: At): DataType {
  for (const units of [YEAR_MONTH, DAY_TIME]) {
    const from = c.takeAny(...units);
    if (from === undefined) continue;
    let to = from;
    if (c.isWord("TO")) {
      c.advance();
      const later = c.takeAny(...units.slice(units.indexOf(from) + 1));
      if (later === undefined) throw c.fail(`a smaller unit than ${from}`);
      to = later;
    }
    if (units === YEAR_MONTH) {
      const [low, high] = [from.toLowerCase(), to.toLowerCase()] as YearMonthUnit[];
      return { kind: "interval_ym", from: low!, to: high! };
    }
    const [low, high] = [from.toLowerCase(), to.toLowerCase()] as DayTimeUnit[];
    return { kind: "interval_dt", from: low!, to: high! };
  }
  throw notImplemented("the type INTERVAL without units", c.spanFrom(token.start));
}

function refuseCollation(c: Cursor): void {
  if (!c.isWord("COLLATE")) return;
  const { start } = c.advance();
  const name = parseName(c, "a collation").parts.at(-1)!.name;
  if (name.toUpperCase() === "UTF8_BINARY") return;
  throw notImplemented(`the collation ${name}`, c.spanFrom(start));
}
