/**
 * Reads text by a datetime pattern (Spark 4.2 `Iso8601TimestampFormatter`: strict resolution,
 * names without case, the whole text must match). Missing fields default to 1970-01-01 00:00:00.
 */

import { runtimeError } from "../builder.ts";
import { daysFromCivil, daysInMonth, microsFromCivil } from "./civil.ts";
import { compilePattern, MONTHS, type PatternPart } from "./java-datetime.ts";
import { findZone, toInstant } from "./zone.ts";

type Fields = Map<string, number | string>;

interface State {
  readonly text: string;
  at: number;
  readonly fields: Fields;
}

/** Microseconds of the text (UTC unless it names a zone), or null when it does not match. */
export function readByPattern(text: string, pattern: string): bigint | null {
  const parts = compilePattern(pattern);
  if (hasUnreadable(parts)) {
    throw runtimeError(
      "INCONSISTENT_BEHAVIOR_CROSS_VERSION.DATETIME_PATTERN_RECOGNITION",
      "42K0B",
      `the datetime pattern '${pattern}' cannot be used to read text`,
    );
  }
  const state: State = { text, at: 0, fields: new Map() };
  if (!readParts(parts, state) || state.at !== text.length) return null;
  const micros = resolve(state.fields);
  if (micros !== null && BigInt.asIntN(64, micros) !== micros) {
    throw runtimeError("DATETIME_OVERFLOW", "22008", `'${text}' is out of the range of timestamps`);
  }
  return micros;
}

function hasUnreadable(parts: readonly PatternPart[]): boolean {
  return parts.some((part) =>
    part.kind === "optional"
      ? hasUnreadable(part.parts)
      : part.kind === "field" && "EQq".includes(part.letter),
  );
}

function readParts(parts: readonly PatternPart[], state: State): boolean {
  for (const [i, part] of parts.entries()) {
    if (part.kind === "text") {
      const piece = state.text.slice(state.at, state.at + part.text.length);
      if (piece.toLowerCase() !== part.text.toLowerCase()) return false;
      state.at += part.text.length;
    } else if (part.kind === "optional") {
      const inner: State = { text: state.text, at: state.at, fields: new Map(state.fields) };
      if (!readParts(part.parts, inner)) continue;
      state.at = inner.at;
      for (const [name, value] of inner.fields) state.fields.set(name, value);
    } else if (!readField(part, state, fixedDigitsAfter(parts, i))) {
      return false;
    }
  }
  return true;
}

/** Digits that fixed-width number fields directly after this one will want. */
function fixedDigitsAfter(parts: readonly PatternPart[], index: number): number {
  let digits = 0;
  for (const part of parts.slice(index + 1)) {
    if (part.kind !== "field" || !isFixed(part)) break;
    digits += part.count;
  }
  return digits;
}

function isFixed(part: { letter: string; count: number }): boolean {
  return (
    (part.count === 2 && "MLdHhKkms".includes(part.letter)) ||
    (part.letter === "y" && part.count === 2)
  );
}

function readField(
  part: { letter: string; count: number },
  state: State,
  reserved: number,
): boolean {
  const { letter, count } = part;
  switch (letter) {
    case "G":
      return readName(state, ["BC", "AD"], "era", 0);
    case "a":
      return readName(state, ["AM", "PM"], "half", 0);
    case "M":
    case "L":
      if (count === 3)
        return readName(
          state,
          MONTHS.map((m) => m.slice(0, 3)),
          "month",
          1,
        );
      if (count === 4) return readName(state, MONTHS, "month", 1);
      return readNumber(state, "month", count === 2 ? [2, 2] : [1, 19], reserved);
    case "y":
      return readYear(state, count, reserved);
    case "S":
      return readFraction(state, count);
    case "D":
      return readNumber(state, "D", count === 1 ? [1, 19] : [count, 3], reserved);
    case "d":
    case "H":
    case "h":
    case "K":
    case "k":
    case "m":
    case "s":
      return readNumber(state, letter, count === 2 ? [2, 2] : [1, 19], reserved);
    default:
      return readZone(state, letter, count);
  }
}

function readName(state: State, names: readonly string[], field: string, base: number): boolean {
  const rest = state.text.slice(state.at).toLowerCase();
  const found = names
    .map((name, i) => ({ name, i }))
    .filter(({ name }) => rest.startsWith(name.toLowerCase()))
    .sort((a, b) => b.name.length - a.name.length)[0];
  if (!found) return false;
  state.at += found.name.length;
  return put(state, field, found.i + base);
}

function readNumber(
  state: State,
  field: string,
  [least, most]: readonly [number, number],
  reserved: number,
): boolean {
  const run = /^\d*/.exec(state.text.slice(state.at))![0].length;
  const taken = least === most ? least : Math.min(most, run - Math.max(reserved, 0));
  if (taken < least || run < taken) return false;
  const value = Number(state.text.slice(state.at, state.at + taken));
  state.at += taken;
  return put(state, field, value);
}

function put(state: State, field: string, value: number): boolean {
  const before = state.fields.get(field);
  if (before !== undefined && before !== value) return false;
  state.fields.set(field, value);
  return true;
}

function readYear(state: State, count: number, reserved: number): boolean {
  if (count === 2) {
    const digits = /^\d\d/.exec(state.text.slice(state.at));
    if (!digits) return false;
    state.at += 2;
    return put(state, "year", 2000 + Number(digits[0]));
  }
  if (count < 4) return readNumber(state, "year", [count, 19], reserved);
  const match = /^(\+?)(\d+)/.exec(state.text.slice(state.at));
  if (!match) return false;
  const taken = Math.min(match[2]!.length - reserved, 19);
  // Without a sign exactly the padded width; with one, more than that.
  if (match[1] ? taken <= count : taken !== count) return false;
  state.at += match[1]!.length + taken;
  return put(state, "year", Number(match[2]!.slice(0, taken)));
}

function readFraction(state: State, count: number): boolean {
  const digits = /^\d*/.exec(state.text.slice(state.at))![0].slice(0, count);
  if (digits === "") return false;
  state.at += digits.length;
  return put(state, "micros", Number(digits.padEnd(6, "0").slice(0, 6)));
}

const OFFSETS: Readonly<Record<string, readonly RegExp[]>> = {
  X: [/^(?:Z|[+-]\d\d(?:\d\d)?)/i, /^(?:Z|[+-]\d{4})/i, /^(?:Z|[+-]\d\d:\d\d)/i],
  x: [/^[+-]\d\d(?:\d\d)?/, /^[+-]\d{4}/, /^[+-]\d\d:\d\d/],
};

function readZone(state: State, letter: string, count: number): boolean {
  const rest = state.text.slice(state.at);
  let pattern = OFFSETS[letter]?.[Math.min(count, 3) - 1];
  if (letter === "Z")
    pattern =
      count <= 3 ? /^[+-]\d{4}/ : count === 5 ? /^(?:Z|[+-]\d\d:\d\d)/ : /^GMT(?:[+-]\d\d:\d\d)?/;
  if (letter === "z" || letter === "V") pattern = /^[A-Za-z][A-Za-z0-9_/+\-:]*|^[+-]\d\d:\d\d/;
  if (letter === "O") pattern = /^GMT(?:[+-]\d{1,2}(?::\d\d)?)?/;
  const match = pattern?.exec(rest);
  if (!match) return false;
  state.at += match[0].length;
  state.fields.set("zone", match[0].toUpperCase() === "Z" ? "Z" : match[0]);
  return true;
}

function resolve(fields: Fields): bigint | null {
  const number = (name: string, fallback: number): number => {
    const value = fields.get(name);
    return typeof value === "number" ? value : fallback;
  };
  const ofEra = number("year", 1970);
  const year = fields.get("era") === 0 ? 1 - ofEra : ofEra;
  if (fields.has("year") && ofEra < 1) return null;
  let month = number("month", 1);
  let day = number("d", 1);
  if (fields.has("D")) {
    const ofYear = number("D", 1);
    const date = daysFromCivil(year, 1, 1) + ofYear - 1;
    if (ofYear < 1 || date >= daysFromCivil(year + 1, 1, 1)) return null;
    const named = { month: fields.get("month"), day: fields.get("d") };
    month = 1;
    while (month < 12 && daysFromCivil(year, month + 1, 1) <= date) month++;
    day = date - daysFromCivil(year, month, 1) + 1;
    if ((named.month ?? month) !== month || (named.day ?? day) !== day) return null;
  }
  if (month < 1 || month > 12 || day < 1 || day > daysInMonth(year, month)) return null;
  const hour = resolveHour(fields, number);
  const [minute, second] = [number("m", 0), number("s", 0)];
  if (hour === null || minute > 59 || second > 59) return null;
  const local = microsFromCivil({
    year,
    month,
    day,
    hour,
    minute,
    second,
    micros: number("micros", 0),
  });
  const id = fields.get("zone");
  if (typeof id !== "string") return local;
  const zone = findZone(/^[+-]\d{2}$/.test(id) ? `${id}:00` : id);
  return zone && toInstant(zone, local);
}

function resolveHour(
  fields: Fields,
  number: (name: string, fallback: number) => number,
): number | null {
  if (fields.has("H")) return number("H", 0) <= 23 ? number("H", 0) : null;
  if (fields.has("k")) {
    const hour = number("k", 24);
    return hour >= 1 && hour <= 24 ? hour % 24 : null;
  }
  const twelve = fields.has("h") ? number("h", 12) % 12 : fields.has("K") ? number("K", 0) : null;
  if (twelve === null) return fields.has("half") ? number("half", 0) * 12 : 0;
  if (fields.has("h") && (number("h", 12) < 1 || number("h", 12) > 12)) return null;
  return twelve > 11 ? null : twelve + number("half", 0) * 12;
}
