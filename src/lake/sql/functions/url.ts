/**
 * URLs (Spark 4.2 `urlExpressions.scala`): percent-encoded text as Java's `URLEncoder` writes it,
 * always UTF-8, and the parts of a URL as `java.net.URI` finds them.
 */
import { STRING } from "../../schema/data-type.ts";
import { exact, STR } from "./accept.ts";
import { define, runtimeError, script } from "./builder.ts";
import type { FunctionDef } from "./definition.ts";
import { readUri, type UriParts } from "./js/java-uri.ts";

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

const PARTS: Readonly<Record<string, (uri: UriParts) => string | null>> = {
  HOST: (uri) => uri.host,
  PATH: (uri) => uri.path,
  QUERY: (uri) => uri.query,
  REF: (uri) => uri.fragment,
  PROTOCOL: (uri) => uri.scheme,
  FILE: (uri) => (uri.query === null ? uri.path : `${uri.path}?${uri.query}`),
  AUTHORITY: (uri) => uri.authority,
  USERINFO: (uri) => uri.userInfo,
};

/** Spark puts the key into a regular expression as it is. */
function queryValue(query: string | null, key: string): string | null {
  if (!/^[\w.%~:@/ -]*$/.test(key)) {
    const message = `the query key '${key}', which Spark reads as a pattern, is not supported yet`;
    throw runtimeError("UNSUPPORTED_FEATURE", "0A000", message);
  }
  return query === null ? null : (new RegExp(`(?:&|^)${key}=([^&]*)`).exec(query)?.[1] ?? null);
}

function parsing(name: "parse_url" | "try_parse_url"): FunctionDef {
  const text = exact(STR);
  return define(
    name,
    [text, text, text],
    STRING,
    script(name, ([url, part, key]) => {
      const uri = readUri(url as string);
      if (!uri && name === "try_parse_url") return null;
      if (!uri) throw runtimeError("INVALID_URL", "22P02", `'${url}' is not a URL`);
      if (key === undefined)
        return Object.hasOwn(PARTS, part as string) ? PARTS[part as string]!(uri) : null;
      return part === "QUERY" ? queryValue(uri.query, key as string) : null;
    }),
    {
      optional: 1,
      nullable: true,
      summary: "A part of a URL: HOST, PATH, QUERY, REF, PROTOCOL, FILE, AUTHORITY or USERINFO.",
      example: `${name}('https://a.org/b?c=d', 'QUERY', 'c')`,
    },
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
  parsing("parse_url"),
  parsing("try_parse_url"),
];
