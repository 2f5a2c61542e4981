/** Percent-encoded text (Spark 4.2 `urlExpressions.scala`, Java's `URLEncoder`), always UTF-8. */
import { STRING } from "../../schema/data-type.ts";
import { STR } from "./accept.ts";
import { define, runtimeError, script } from "./builder.ts";
import type { FunctionDef } from "./definition.ts";

/** Letters, digits and `.-*_` stay; a blank becomes `+`. */
function encodeUrl(text: string): string {
  let out = "";
  for (const byte of Buffer.from(text)) {
    const ch = String.fromCharCode(byte);
    if (/[A-Za-z0-9.*_-]/.test(ch)) out += ch;
    else if (ch === " ") out += "+";
    else out += `%${byte.toString(16).toUpperCase().padStart(2, "0")}`;
  }
  return out;
}

/** The text, or null where a `%` has no two hexadecimal digits after it. */
function decodeUrl(text: string): string | null {
  if (/%(?![0-9a-fA-F]{2})/.test(text)) return null;
  return text
    .replaceAll("+", " ")
    .replace(/(?:%[0-9a-fA-F]{2})+/g, (run) =>
      new TextDecoder("utf-8", { ignoreBOM: true }).decode(
        Buffer.from(run.replaceAll("%", ""), "hex"),
      ),
    );
}

function decoding(name: "url_decode" | "try_url_decode"): FunctionDef {
  return define(
    name,
    [STR],
    STRING,
    script(name, ([text]) => {
      const decoded = decodeUrl(text as string);
      if (decoded !== null || name === "try_url_decode") return decoded;
      throw runtimeError("CANNOT_DECODE_URL", "22546", `'${text}' is not percent-encoded text`);
    }),
    { nullable: true, summary: "Text of percent-encoded text.", example: `${name}('a%20b')` },
  );
}

export const URLS: readonly FunctionDef[] = [
  define(
    "url_encode",
    [STR],
    STRING,
    script("url_encode", ([text]) => encodeUrl(text as string)),
    { summary: "Text percent-encoded as in a form.", example: "url_encode('a b')" },
  ),
  decoding("url_decode"),
  decoding("try_url_decode"),
];
