/**
 * Escapes of Spark string literals (reference: `SparkParserUtils.unescapeSQLString`). An escape
 * nobody defines stands for its character, except `\%` and `\_`, which LIKE wants to see whole.
 */

const SIMPLE_ESCAPES: Readonly<Record<string, string>> = {
  "0": "\u0000",
  b: "\b",
  n: "\n",
  r: "\r",
  t: "\t",
  Z: "\u001a",
  "%": "\\%",
  _: "\\_",
};

const OCTAL = /^[01][0-7][0-7]/;

/** Text between the quotes with its escapes resolved; `quote` is doubled inside the literal. */
export function unescapeString(body: string, quote: string): string {
  const text = body.includes(quote) ? halveQuotes(body, quote) : body;
  // Java writes half a surrogate pair, which no text can hold, as a question mark.
  return text.includes("\\") ? resolveEscapes(text).replace(/\p{Surrogate}/gu, "?") : text;
}

/** Turns a doubled quote into one, leaving a quote that follows a backslash alone. */
function halveQuotes(body: string, quote: string): string {
  let out = "";
  for (let i = 0; i < body.length; i++) {
    const ch = body[i]!;
    out += ch;
    if (ch === "\\") out += body[++i] ?? "";
    else if (ch === quote) i++;
  }
  return out;
}

function resolveEscapes(text: string): string {
  const parts: string[] = [];
  let from = 0;
  for (let at = text.indexOf("\\"); at >= 0; at = text.indexOf("\\", from)) {
    parts.push(text.slice(from, at));
    const { value, length } = readEscape(text, at + 1);
    parts.push(value);
    from = at + 1 + length;
  }
  parts.push(text.slice(from));
  return parts.join("");
}

/** One escape whose first character after the backslash stands at `at`. */
function readEscape(text: string, at: number): { value: string; length: number } {
  const ch = text[at];
  if (ch === undefined) return { value: "\\", length: 0 };
  if (ch === "u") {
    const hex = text.slice(at + 1, at + 5);
    if (/^[0-9a-fA-F]{4}$/.test(hex)) {
      return { value: String.fromCharCode(Number.parseInt(hex, 16)), length: 5 };
    }
  }
  if (ch === "U") {
    const hex = text.slice(at + 1, at + 9);
    const code = /^[0-9a-fA-F]{8}$/.test(hex) ? Number.parseInt(hex, 16) : -1;
    if (code >= 0 && code <= 0x10ffff) return { value: String.fromCodePoint(code), length: 9 };
  }
  const octal = OCTAL.exec(text.slice(at, at + 3));
  if (octal) return { value: String.fromCharCode(Number.parseInt(octal[0], 8)), length: 3 };
  return { value: SIMPLE_ESCAPES[ch] ?? ch, length: 1 };
}
