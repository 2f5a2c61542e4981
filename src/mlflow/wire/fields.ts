/**
 * Request messages, declared field by field beside the route that reads them, and parsed as
 * protobuf's `json_format.ParseDict` does (unknown fields ignored, `fooBar` accepted for `foo_bar`,
 * integers as numbers or digits). MLflow keeps what was parsed before the first misfit and lets the
 * route's checks speak, so `parseMessage` reports instead of throwing. See `checks.ts`.
 */
import { type ExactJson, isJsonObject, JsonNumber } from "../../core/json/index.ts";

/** A 64-bit integer: bigint only beyond 2^53. */
export type Int64 = number | bigint;
/** `timestamp` and `duration` are milliseconds; `any` is `google.protobuf.Value`. */
export type Scalar =
  | "string"
  | "int32"
  | "int64"
  | "bool"
  | "double"
  | "float"
  | "timestamp"
  | "duration"
  | "any";

export interface EnumField<Name extends string = string> {
  readonly kind: "enum";
  readonly numbers: Readonly<Record<Name, number>>;
}
export interface ListField<Item extends Field = Field> {
  readonly kind: "list";
  readonly item: Item;
}
export interface MapField<Value extends Scalar = Scalar> {
  readonly kind: "map";
  readonly value: Value;
}
export interface MessageField<F extends Fields = Fields> {
  readonly kind: "message";
  readonly fields: F;
}
// biome-ignore lint/suspicious/noExplicitAny: the parameters of a recursive union are all allowed
export type Field = Scalar | EnumField<any> | ListField<any> | MapField<any> | MessageField<any>;
/** The fields of one message by their proto name. */
export interface Fields {
  readonly [name: string]: Field;
}

/** What a field holds once parsed. */
export type ValueOf<F> = F extends "string"
  ? string
  : F extends "int64"
    ? Int64
    : F extends "int32" | "double" | "float" | "timestamp" | "duration"
      ? number
      : F extends "bool"
        ? boolean
        : F extends "any"
          ? ExactJson
          : F extends EnumField<infer Name>
            ? Name
            : F extends ListField<infer Item>
              ? ValueOf<Item>[]
              : F extends MapField<infer Value>
                ? Record<string, ValueOf<Value>>
                : F extends MessageField<infer Inner>
                  ? MessageOf<Inner>
                  : never;
/** A parsed message: every field may be missing. */
export type MessageOf<F extends Fields> = { [K in keyof F]?: ValueOf<F[K]> };

/** An enum field, told by name or number. */
export function oneOf<Name extends string>(numbers: Record<Name, number>): EnumField<Name> {
  return { kind: "enum", numbers };
}
/** A repeated field. */
export function listOf<Item extends Field>(item: Item): ListField<Item> {
  return { kind: "list", item };
}
/** A map with text keys. */
export function mapOf<Value extends Scalar>(value: Value): MapField<Value> {
  return { kind: "map", value };
}
/** A message inside a message. */
export function message<F extends Fields>(fields: F): MessageField<F> {
  return { kind: "message", fields };
}

/** Thrown inside `parseMessage` only: a value that does not fit its field. */
class Misfit extends Error {}

/**
 * Parses `json` as a message of `fields`. `isWhole` is false when a value did not fit: the message
 * then holds the fields that came before it, in the order of the JSON.
 */
export function parseMessage<F extends Fields>(
  fields: F,
  json: { readonly [key: string]: ExactJson },
): { message: MessageOf<F>; isWhole: boolean } {
  const message: Record<string, unknown> = {};
  try {
    readFields(fields, json, message);
    return { message: message as MessageOf<F>, isWhole: true };
  } catch (error) {
    if (!(error instanceof Misfit)) throw error;
    return { message: message as MessageOf<F>, isWhole: false };
  }
}

function readFields(
  fields: Fields,
  json: { readonly [key: string]: ExactJson },
  into: Record<string, unknown>,
): void {
  for (const [key, value] of Object.entries(json)) {
    const name = Object.hasOwn(fields, key) ? key : toSnakeCase(key);
    const field = Object.hasOwn(fields, name) ? fields[name] : undefined;
    if (field === undefined || (value === null && field !== "any")) continue;
    if (Object.hasOwn(into, name)) throw new Misfit();
    const isContainer = typeof field === "object" && field.kind !== "enum";
    // A container keeps the part that fits: protobuf fills it in place.
    if (isContainer && field.kind === "message") {
      const inner: Record<string, unknown> = {};
      into[name] = inner;
      readMessage(field, value, inner);
    } else {
      const read = readValue(field, value, (partial) => {
        into[name] = partial;
      });
      if (read !== undefined) into[name] = read;
    }
  }
}

function readMessage(field: MessageField, value: ExactJson, into: Record<string, unknown>): void {
  // Protobuf goes through the letters of a text as if they were names of fields that it ignores.
  if (typeof value === "string" || (Array.isArray(value) && value.length === 0)) return;
  if (!isJsonObject(value)) throw new Misfit();
  readFields(field.fields, value, into);
}

function readValue(field: Field, value: ExactJson, keep: (partial: unknown) => void): unknown {
  if (typeof field === "string") return readScalar(field, value);
  switch (field.kind) {
    case "enum":
      return readEnum(field, value);
    case "message": {
      const inner: Record<string, unknown> = {};
      readMessage(field, value, inner);
      return inner;
    }
    case "list": {
      if (!Array.isArray(value)) throw new Misfit();
      const items: unknown[] = [];
      keep(items);
      for (const item of value) {
        // Protobuf adds a message before it fills it: the fields before a misfit stay.
        if (typeof field.item === "object" && field.item.kind === "message") {
          const inner: Record<string, unknown> = {};
          items.push(inner);
          readMessage(field.item, item, inner);
        } else {
          if (item === null && field.item !== "any") throw new Misfit();
          const read = readValue(field.item, item, () => {});
          if (read !== undefined) items.push(read);
        }
      }
      return items;
    }
    case "map": {
      if (!isJsonObject(value)) throw new Misfit();
      const entries: Record<string, unknown> = Object.create(null);
      keep(entries);
      for (const [key, item] of Object.entries(value)) {
        if (item === null) throw new Misfit();
        entries[key] = readScalar(field.value, item);
      }
      return entries;
    }
  }
}

/** The name of an enum's value; undefined for a name it lacks, which protobuf then ignores. */
function readEnum(field: EnumField, value: ExactJson): string | undefined {
  if (typeof value === "string" && Object.hasOwn(field.numbers, value)) return value;
  if (typeof value === "string" && !/^\s*[+-]?\d+\s*$/.test(value)) return undefined;
  // `Number([])` is 0.
  if (Array.isArray(value)) throw new Misfit();
  const number = value instanceof JsonNumber ? value.toNumber() : Number(value);
  const match = Object.entries(field.numbers).find((entry) => entry[1] === Math.trunc(number));
  if (match === undefined) throw new Misfit();
  return match[0];
}

function readScalar(kind: Scalar, value: ExactJson): unknown {
  switch (kind) {
    case "string":
      if (typeof value !== "string") throw new Misfit();
      return value;
    case "bool":
      if (typeof value !== "boolean") throw new Misfit();
      return value;
    case "int32":
      return readInteger(value, 31n);
    case "int64":
      return readInteger(value, 63n);
    case "double":
      return readDouble(value);
    case "float":
      return readFloat(value);
    case "timestamp":
      return readTimestamp(value);
    case "duration":
      return readDuration(value);
    case "any":
      return value;
  }
}

const INTEGER = /^\s*[+-]?[0-9]+(_[0-9]+)*\s*$/;

function readInteger(value: ExactJson, bits: bigint): Int64 {
  // Nearly every integer is a small number: bigints would make a batch of metrics twice as slow.
  if (typeof value === "number" && Number.isInteger(value) && Math.abs(value) < 2 ** 31) {
    return value;
  }
  if (bits === 63n && Number.isSafeInteger(value)) return value as number;
  const exact = value instanceof JsonNumber ? value.toNumber() : value;
  let integer: bigint;
  if (typeof exact === "bigint") integer = exact;
  else if (typeof exact === "number" && Number.isInteger(exact)) integer = BigInt(exact);
  else if (typeof exact === "string") integer = readDigits(exact);
  else throw new Misfit();
  if (integer < -(2n ** bits) || integer >= 2n ** bits) throw new Misfit();
  const number = Number(integer);
  return Number.isSafeInteger(number) ? number : integer;
}

/** A text that is an integer to Python: `7`, `+7`, `1_000`, `7.0`, `1e3`, without spaces. */
function readDigits(text: string): bigint {
  if (text.includes(" ")) throw new Misfit();
  if (INTEGER.test(text)) return BigInt(text.trim().replace(/^\+|_/g, ""));
  const number = readDouble(text);
  if (!Number.isInteger(number)) throw new Misfit();
  return BigInt(number);
}

/** What Python's `float()` takes for the values that have no digits. */
const FLOAT_WORD = /^\s*([+-]?)(?:inf(?:inity)?|(nan))\s*$/i;
const DECIMAL = /^\s*[+-]?([0-9][0-9_]*\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?\s*$/;

/** A double; protobuf takes NaN and the infinities quoted, not bare as Python's JSON has them. */
export function readDouble(value: ExactJson): number {
  if (value instanceof JsonNumber || typeof value === "number" || typeof value === "bigint") {
    const number = value instanceof JsonNumber ? value.toNumber() : Number(value);
    if (!Number.isFinite(number)) throw new Misfit();
    return number;
  }
  if (typeof value === "boolean") return value ? 1 : 0;
  if (typeof value !== "string") throw new Misfit();
  const word = FLOAT_WORD.exec(value);
  if (word !== null && value !== "nan") {
    if (word[2] !== undefined) return Number.NaN;
    return word[1] === "-" ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  }
  if (!DECIMAL.test(value)) throw new Misfit();
  return Number(value.replaceAll("_", ""));
}

const MAX_FLOAT = 3.4028234663852886e38;

function readFloat(value: ExactJson): number {
  const number = readDouble(value);
  // What is quoted may be infinite, a number must fit.
  if (typeof value !== "string" && Math.abs(number) > MAX_FLOAT) throw new Misfit();
  return Math.fround(number);
}

const RFC3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)$/;

function readTimestamp(value: ExactJson): number {
  if (typeof value !== "string" || !RFC3339.test(value)) throw new Misfit();
  const atMs = Date.parse(value.replace(/(\.\d{3})\d+/, "$1"));
  if (Number.isNaN(atMs)) throw new Misfit();
  return atMs;
}

function readDuration(value: ExactJson): number {
  const match = typeof value === "string" ? /^(-?\d{1,12})(\.\d{1,9})?s$/.exec(value) : null;
  if (match === null) throw new Misfit();
  return Math.trunc(Number(`${match[1]}${match[2] ?? ""}`) * 1000);
}

function toSnakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
