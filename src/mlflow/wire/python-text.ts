/**
 * Values as Python prints them. MLflow's messages quote what it was given with `repr`, and clients
 * and tests compare those messages.
 */

/** A value that can stand in a message. */
export type PythonValue =
  | string
  | number
  | bigint
  | boolean
  | null
  | readonly PythonValue[]
  | { readonly [key: string]: PythonValue };

/** `repr(value)`: `'it'`, `"it's"`, `['a', 1]`, `{'a': None}`, `True`. */
export function pythonRepr(value: PythonValue): string {
  if (value === null) return "None";
  if (typeof value === "string") return reprText(value);
  if (typeof value === "boolean") return value ? "True" : "False";
  if (typeof value === "number") return reprNumber(value);
  if (typeof value === "bigint") return value.toString();
  if (isList(value)) return `[${value.map(pythonRepr).join(", ")}]`;
  const entries = Object.entries(value).map(
    ([key, item]) => `${reprText(key)}: ${pythonRepr(item)}`,
  );
  return `{${entries.join(", ")}}`;
}

/** `repr` of a tuple: `()`, `('a',)`, `('a', 1)`. */
export function pythonTuple(values: readonly PythonValue[]): string {
  const inner = values.map(pythonRepr).join(", ");
  return values.length === 1 ? `(${inner},)` : `(${inner})`;
}

/** `repr` of a set of strings. MLflow's comes in random order; ours is sorted. */
export function pythonSet(values: Iterable<string>): string {
  return `{${[...values].sort().map(reprText).join(", ")}}`;
}

/** `repr` of bytes: `b'a\xff'`. */
export function pythonBytes(bytes: Uint8Array): string {
  const quote = bytes.includes(0x27) && !bytes.includes(0x22) ? '"' : "'";
  let text = "";
  for (const byte of bytes) {
    const char = String.fromCharCode(byte);
    if (char === quote || char === "\\") text += `\\${char}`;
    else if (ESCAPES.has(char)) text += ESCAPES.get(char);
    else if (byte < 0x20 || byte > 0x7e) text += `\\x${byte.toString(16).padStart(2, "0")}`;
    else text += char;
  }
  return `b${quote}${text}${quote}`;
}

const ESCAPES = new Map([
  ["\n", "\\n"],
  ["\r", "\\r"],
  ["\t", "\\t"],
]);

// Python prints a character unless it is a control, an unassigned one or a space other than " ".
const UNPRINTABLE = /[\p{C}\p{Z}]/u;

function reprText(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  let inner = "";
  for (const char of text) {
    if (char === quote || char === "\\") inner += `\\${char}`;
    else if (ESCAPES.has(char)) inner += ESCAPES.get(char);
    else if (char !== " " && UNPRINTABLE.test(char)) inner += escapeCodePoint(char);
    else inner += char;
  }
  return quote + inner + quote;
}

function escapeCodePoint(char: string): string {
  const code = char.codePointAt(0) ?? 0;
  const hex = code.toString(16);
  if (code <= 0xff) return `\\x${hex.padStart(2, "0")}`;
  return code <= 0xffff ? `\\u${hex.padStart(4, "0")}` : `\\U${hex.padStart(8, "0")}`;
}

function reprNumber(value: number): string {
  if (Number.isNaN(value)) return "nan";
  if (!Number.isFinite(value)) return value > 0 ? "inf" : "-inf";
  return String(value).replace(/e([+-])(\d)$/, "e$10$2");
}

function isList(value: object): value is readonly PythonValue[] {
  return Array.isArray(value);
}
