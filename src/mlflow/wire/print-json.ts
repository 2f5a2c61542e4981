/**
 * Answers as MLflow prints them: doubles that JSON lacks as the strings `"NaN"`, `"Infinity"`,
 * `"-Infinity"`, 64-bit integers as numbers however long.
 */

/** A double for an answer: JSON's number, or the word protobuf has for it. */
export function wireDouble(value: number): number | "NaN" | "Infinity" | "-Infinity" {
  if (Number.isFinite(value)) return value;
  if (Number.isNaN(value)) return "NaN";
  return value > 0 ? "Infinity" : "-Infinity";
}

/** An answer that is JSON text already: the long lists, which SQLite prints. */
export class PrintedAnswer {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

/** An object of values that are JSON texts already; those that are null are left out. */
export function printFields(fields: Readonly<Record<string, string | null>>): string {
  let text = "";
  for (const name in fields) {
    const value = fields[name] ?? null;
    if (value !== null) text += `${text === "" ? "" : ","}"${name}":${value}`;
  }
  return `{${text}}`;
}

/** A float of 32 bits for an answer, in the fewest digits that tell it from others. */
export function wireFloat(value: number): ReturnType<typeof wireDouble> {
  const float = Math.fround(value);
  if (!Number.isFinite(float)) return wireDouble(float);
  for (let digits = 1; digits < 9; digits++) {
    const short = Number(float.toPrecision(digits));
    if (Math.fround(short) === float) return short;
  }
  return float;
}

/** The JSON text of an answer; undefined fields are left out. */
export function printAnswer(value: unknown): string {
  if (value instanceof PrintedAnswer) return value.text;
  try {
    return JSON.stringify(value);
  } catch (error) {
    // JSON.stringify refuses bigints, which only rare 64-bit steps and timestamps are.
    if (!(error instanceof TypeError)) throw error;
    return printSlowly(value);
  }
}

function printSlowly(value: unknown): string {
  if (typeof value === "bigint") return value.toString();
  if (Array.isArray(value)) return `[${value.map((item) => printSlowly(item ?? null)).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const entries = Object.entries(value).filter(([, item]) => item !== undefined);
  return `{${entries.map(([key, item]) => `${JSON.stringify(key)}:${printSlowly(item)}`).join(",")}}`;
}
