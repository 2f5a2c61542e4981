/**
 * Datetime patterns of Java's `DateTimeFormatter` as Spark 4.2 allows them (`DateTimeFormatter
 * Helper`): compiling and formatting. Reading text by a pattern is in `java-datetime-read.ts`.
 * Zone UTC, locale en-US.
 */
import { runtimeError } from "../builder.ts";
import { type CivilTime, civilFromMicros, daysFromCivil } from "./civil.ts";

export type PatternPart =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "field"; readonly letter: string; readonly count: number }
  | { readonly kind: "optional"; readonly parts: readonly PatternPart[] };

const WEEK_BASED = "YWwuF";
const UNSUPPORTED = "ABcenNp";
const KNOWN = "GyMLdDHhKkmsSaEQqXxZzVO";
const LONGEST: Readonly<Record<string, number>> = {
  ...{ y: 6, M: 4, L: 4, E: 4, Q: 4, q: 4, G: 4, a: 1, S: 9, D: 3, z: 4, X: 5, x: 5, Z: 5 },
};

export const MONTHS = [
  ...["January", "February", "March", "April", "May", "June", "July", "August", "September"],
  ...["October", "November", "December"],
];
export const WEEKDAYS = [
  ...["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"],
];

const cache = new Map<string, readonly PatternPart[]>();

/** The parts of a pattern; raises for letters Spark refuses. */
export function compilePattern(pattern: string): readonly PatternPart[] {
  const known = cache.get(pattern);
  if (known) return known;
  const parts = parse(pattern);
  if (cache.size < 500) cache.set(pattern, parts);
  return parts;
}

function parse(pattern: string): PatternPart[] {
  const stack: PatternPart[][] = [[]];
  for (let i = 0; i < pattern.length; i++) {
    const ch = pattern[i]!;
    const top = stack.at(-1)!;
    if (ch === "'") {
      if (pattern[i + 1] === "'") {
        top.push({ kind: "text", text: "'" });
        i++;
        continue;
      }
      let text = "";
      for (i++; ; i++) {
        if (i >= pattern.length) throw unrecognised(pattern);
        if (pattern[i] !== "'") text += pattern[i];
        else if (pattern[i + 1] === "'") text += pattern[i++];
        else break;
      }
      top.push({ kind: "text", text });
    } else if (ch === "[") {
      stack.push([]);
    } else if (ch === "]") {
      if (stack.length === 1) throw unrecognised(pattern);
      stack.pop();
      stack.at(-1)!.push({ kind: "optional", parts: top });
    } else if (/[A-Za-z]/.test(ch)) {
      let count = 1;
      while (pattern[i + 1] === ch) {
        count++;
        i++;
      }
      checkField(ch, count, pattern);
      top.push({ kind: "field", letter: ch, count });
    } else if ("{}#".includes(ch)) {
      throw unrecognised(pattern);
    } else {
      top.push({ kind: "text", text: ch });
    }
  }
  // Java closes optional sections left open.
  while (stack.length > 1) {
    const parts = stack.pop()!;
    stack.at(-1)!.push({ kind: "optional", parts });
  }
  return stack[0]!;
}

function checkField(letter: string, count: number, pattern: string): void {
  if (WEEK_BASED.includes(letter) || UNSUPPORTED.includes(letter)) throw unrecognised(pattern);
  if (!KNOWN.includes(letter)) throw unrecognised(pattern);
  const longest = LONGEST[letter] ?? 2;
  if (count > longest || (letter === "V" && count !== 2)) throw unrecognised(pattern);
  if (letter === "O" && count !== 1) throw unrecognised(pattern);
}

function unrecognised(pattern: string): Error {
  return runtimeError(
    "INCONSISTENT_BEHAVIOR_CROSS_VERSION.DATETIME_PATTERN_RECOGNITION",
    "42K0B",
    `the datetime pattern '${pattern}' is not recognised`,
  );
}

/** Text of a timestamp (microseconds, UTC) by a pattern. */
export function formatDatetime(micros: bigint, pattern: string): string {
  const time = civilFromMicros(micros);
  const parts = compilePattern(pattern);
  // Without an era Spark reads `y` as Java's `u`, which has a year 0 and years before it.
  const shownYear = hasEra(parts) && time.year <= 0 ? 1 - time.year : time.year;
  return formatParts(parts, { ...time, shownYear });
}

function hasEra(parts: readonly PatternPart[]): boolean {
  return parts.some((part) => {
    if (part.kind === "optional") return hasEra(part.parts);
    return part.kind === "field" && part.letter === "G";
  });
}

type ShownTime = CivilTime & { readonly shownYear: number };

function formatParts(parts: readonly PatternPart[], time: ShownTime): string {
  return parts
    .map((part) => {
      if (part.kind === "text") return part.text;
      return part.kind === "optional" ? formatParts(part.parts, time) : formatField(part, time);
    })
    .join("");
}

const pad = (value: number, width: number): string => String(value).padStart(width, "0");

function formatField(
  { letter, count }: { letter: string; count: number },
  time: ShownTime,
): string {
  const { year, month, day, hour } = time;
  switch (letter) {
    case "G":
      if (count === 4) return year > 0 ? "Anno Domini" : "Before Christ";
      return year > 0 ? "AD" : "BC";
    case "y": {
      const size = Math.abs(time.shownYear);
      if (count === 2) return pad(size % 100, 2);
      const text = pad(size, count);
      if (time.shownYear < 0) return `-${text}`;
      return count >= 4 && text.length > count ? `+${text}` : text;
    }
    case "M":
    case "L":
      if (count <= 2) return pad(month, count);
      return count === 3 ? MONTHS[month - 1]!.slice(0, 3) : MONTHS[month - 1]!;
    case "d":
      return pad(day, count);
    case "D":
      return pad(daysFromCivil(year, month, day) - daysFromCivil(year, 1, 1) + 1, count);
    case "E": {
      const name = WEEKDAYS[weekdayIndex(daysFromCivil(year, month, day))]!;
      return count === 4 ? name : name.slice(0, 3);
    }
    case "Q":
    case "q": {
      const quarter = Math.floor((month - 1) / 3) + 1;
      if (count <= 2) return pad(quarter, count);
      return count === 3 ? `Q${quarter}` : `${["1st", "2nd", "3rd", "4th"][quarter - 1]} quarter`;
    }
    case "a":
      return hour < 12 ? "AM" : "PM";
    case "H":
      return pad(hour, count);
    case "k":
      return pad(hour === 0 ? 24 : hour, count);
    case "K":
      return pad(hour % 12, count);
    case "h":
      return pad(hour % 12 === 0 ? 12 : hour % 12, count);
    case "m":
      return pad(time.minute, count);
    case "s":
      return pad(time.second, count);
    case "S":
      return pad(time.micros, 6).padEnd(9, "0").slice(0, count);
    default:
      return formatZone(letter, count);
  }
}

/** The zone UTC in each of its spellings. */
function formatZone(letter: string, count: number): string {
  switch (letter) {
    case "X":
      return "Z";
    case "x":
      return ["+00", "+0000", "+00:00", "+0000", "+00:00"][count - 1]!;
    case "Z":
      return count <= 3 ? "+0000" : count === 4 ? "GMT" : "Z";
    case "z":
      return count === 4 ? "Coordinated Universal Time" : "UTC";
    case "O":
      return "GMT";
    default:
      return "UTC";
  }
}

/** 0 for Monday. */
export function weekdayIndex(days: number): number {
  return (((days + 3) % 7) + 7) % 7;
}
