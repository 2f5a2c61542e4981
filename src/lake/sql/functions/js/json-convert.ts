/**
 * JSON as typed values (Spark 4.2 `JacksonParser`): a field whose JSON does not fit its type
 * becomes NULL and the record counts as malformed; arrays and maps of plain values are lost whole.
 */
import type { DataType, StructType } from "../../../schema/data-type.ts";
import { MapValue, StructValue, type Value } from "../../../schema/value.ts";
import { runtimeError } from "../builder.ts";
import { identityOf } from "./array.ts";
import { castText } from "./cast.ts";
import { floorDivide, MICROS_PER_DAY } from "./civil.ts";
import { readByPattern } from "./java-datetime-read.ts";
import { type JsonNode, tryReadJson } from "./json-read.ts";
import { specialNumber, writeJson } from "./json-write.ts";
import { readDate, readTimestamp, readTimestampText } from "./read-datetime.ts";
import { fitsPrecision, readBigDecimal, rescale, trimControl } from "./read-number.ts";

export interface FromJsonOptions {
  readonly failFast: boolean;
  readonly timestampFormat: string | null;
  readonly dateFormat: string | null;
}

/** The JSON does not fit the type. */
class Misfit extends Error {}

interface State {
  readonly options: FromJsonOptions;
  malformed: boolean;
}

/** Field that takes the text of a malformed record. */
const CORRUPT = "_corrupt_record";

/** `from_json`: the text as a value of the type, as far as it fits. */
export function fromJson(text: string, type: DataType, options: FromJsonOptions): Value {
  if (trimControl(text) === "") return null;
  const state: State = { options, malformed: false };
  const node = tryReadJson(text, { specialNumbers: true });
  const value = node === null ? null : convertRoot(node, type, state);
  if (node === null || value === undefined) state.malformed = true;
  if (state.malformed && options.failFast) {
    throw runtimeError(
      "MALFORMED_RECORD_IN_PARSING.WITHOUT_SUGGESTION",
      "22023",
      "from_json met a malformed record in FAILFAST mode",
    );
  }
  if (type.kind !== "struct") return value ?? null;
  const row = (value as StructValue | null | undefined)?.values ?? type.fields.map(() => null);
  const corrupt = type.fields.findIndex((field) => field.name === CORRUPT);
  if (corrupt < 0) return new StructValue(row);
  return new StructValue(row.map((v, i) => (i === corrupt ? (state.malformed ? text : null) : v)));
}

/** The root's value, or undefined when it does not fit. */
function convertRoot(node: JsonNode, type: DataType, state: State): Value | undefined {
  if (node.kind === "null" && type.kind !== "struct") return null;
  try {
    if (type.kind === "array" && type.element.kind === "struct" && node.kind === "object") {
      return [convert(node, type.element, state)];
    }
    if (node.kind === "null") throw new Misfit();
    return convert(node, type, state);
  } catch (error) {
    if (error instanceof Misfit) return undefined;
    throw error;
  }
}

function convert(node: JsonNode, type: DataType, state: State): Value {
  if (node.kind === "null") return null;
  switch (type.kind) {
    case "struct":
      if (node.kind !== "object") throw new Misfit();
      return convertObject(node, type, state);
    case "array":
      if (node.kind !== "array") throw new Misfit();
      return node.items.map((item) => convert(item, type.element, state));
    case "map":
      if (node.kind !== "object") throw new Misfit();
      return convertMap(node, type.value, state);
    case "string":
      return node.kind === "string" ? node.text : writeJson(node);
    case "boolean":
      if (node.kind !== "boolean") throw new Misfit();
      return node.value;
    case "void":
      throw new Misfit();
    default:
      return convertScalar(node, type, state);
  }
}

function convertObject(
  node: Extract<JsonNode, { kind: "object" }>,
  type: StructType,
  state: State,
): Value {
  const row = type.fields.map((): Value => null);
  // The last field of a name is the one that is filled.
  const places = new Map(type.fields.map((field, i) => [field.name, i]));
  for (const [name, value] of node.entries) {
    const place = places.get(name);
    if (place === undefined) continue;
    try {
      row[place] = convert(value, type.fields[place]!.type, state);
    } catch (error) {
      if (!(error instanceof Misfit)) throw error;
      state.malformed = true;
    }
  }
  return new StructValue(row);
}

function convertMap(
  node: Extract<JsonNode, { kind: "object" }>,
  type: DataType,
  state: State,
): Value {
  const entries = node.entries.map(([k, v]): [Value, Value] => [k, convert(v, type, state)]);
  if (new Set(entries.map(([key]) => identityOf(key))).size < entries.length) {
    throw runtimeError("UNSUPPORTED_FEATURE", "0A000", "a map with one key twice, from JSON");
  }
  return new MapValue(entries);
}

function convertScalar(node: JsonNode, type: DataType, state: State): Value {
  switch (node.kind) {
    case "string":
      return fromText(node.text, type, state);
    case "int":
      return fromNumber(node.text, type, true);
    case "float":
      return fromNumber(node.text, type, false);
    case "special":
      if (type.kind === "float" || type.kind === "double") return specialNumber(node.text);
      throw new Misfit();
    default:
      throw new Misfit();
  }
}

function fromNumber(text: string, type: DataType, whole: boolean): Value {
  switch (type.kind) {
    case "double":
      return Number(text);
    case "float":
      return Math.fround(Number(text));
    case "decimal":
      return toDecimal(text, type);
  }
  if (!whole) throw new Misfit();
  const value = BigInt(text);
  switch (type.kind) {
    case "byte":
      // Jackson takes what fits in eight bits, signed or not.
      return Number(BigInt.asIntN(8, inRange(value, -128n, 255n)));
    case "short":
      return Number(inRange(value, -32768n, 32767n));
    case "int":
      return Number(inRange(value, -(2n ** 31n), 2n ** 31n - 1n));
    case "long":
      return inRange(value, -(2n ** 63n), 2n ** 63n - 1n);
    case "timestamp":
      return inRange(inRange(value, -(2n ** 63n), 2n ** 63n - 1n) * 1_000_000n, MIN, MAX);
    default:
      throw new Misfit();
  }
}

const [MIN, MAX] = [-(2n ** 63n), 2n ** 63n - 1n];

function inRange(value: bigint, least: bigint, most: bigint): bigint {
  if (value < least || value > most) throw new Misfit();
  return value;
}

function toDecimal(text: string, type: { precision: number; scale: number }): bigint {
  const parsed = /\s/.test(text) ? null : readBigDecimal(text);
  if (!parsed || Math.abs(parsed.scale) > 2000) throw new Misfit();
  const unscaled = rescale(parsed.unscaled, parsed.scale, type.scale);
  if (!fitsPrecision(unscaled, type.precision)) throw new Misfit();
  return unscaled;
}

const SPECIAL_TEXT = /^(?:NaN|\+INF|[+]?Infinity|-INF|-Infinity)$/;

function fromText(text: string, type: DataType, { options }: State): Value {
  if (text === "") throw new Misfit();
  switch (type.kind) {
    case "float":
    case "double":
      if (!SPECIAL_TEXT.test(text)) throw new Misfit();
      return specialNumber(text);
    case "decimal":
      return toDecimal(text.replaceAll(",", ""), type);
    case "date":
      return required(dateFrom(text, options.dateFormat));
    case "timestamp":
      return required(timestampFrom(text, options.timestampFormat));
    case "timestamp_ntz":
      return required(localFrom(text));
    case "binary":
      return bytesFrom(text);
    case "interval_dt":
    case "interval_ym":
      return intervalFrom(text, type);
    default:
      throw new Misfit();
  }
}

function required(value: Value): Value {
  if (value === null) throw new Misfit();
  return value;
}

function dateFrom(text: string, pattern: string | null): Value {
  if (pattern === null) return readDate(text);
  const micros = readByPattern(text, pattern);
  return micros === null ? null : Number(floorDivide(micros, MICROS_PER_DAY)[0]);
}

function timestampFrom(text: string, pattern: string | null): Value {
  if (pattern !== null) return readByPattern(text, pattern);
  const micros = readTimestamp(text);
  if (micros === "time_only") {
    throw runtimeError("UNSUPPORTED_FEATURE", "0A000", "a timestamp text without a date");
  }
  return micros;
}

/** Local time; a text that names a zone has none. */
function localFrom(text: string): Value {
  const parts = readTimestampText(text);
  return parts.kind === "value" && parts.zone === null ? parts.local : null;
}

function bytesFrom(text: string): Uint8Array {
  if (text.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(text)) throw new Misfit();
  return new Uint8Array(Buffer.from(text, "base64"));
}

function intervalFrom(text: string, type: DataType): Value {
  try {
    return castText(text, type);
  } catch {
    throw new Misfit();
  }
}
