/**
 * The checksum of `_last_checkpoint` (Delta protocol, "JSON checksum"): MD5 of the document as
 * sorted `path=value` pairs, names and strings URL-encoded, the top-level `checksum` left out. For
 * example `{"b":{"y":null},"a":10}` is `"a"=10,"b"+"y"=null`.
 */
import { createHash } from "node:crypto";
import { isJsonObject, printJson } from "../../../core/json/index.ts";

/** The canonical form of a document. */
export function canonicalJson(document: Readonly<Record<string, unknown>>): string {
  const pairs: [path: string, value: string][] = [];
  for (const [key, value] of Object.entries(document)) {
    if (key !== "checksum") collect(pairs, encodeString(key), value);
  }
  pairs.sort(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  return pairs.map(([path, value]) => `${path}=${value}`).join(",");
}

/** 32 hexadecimal digits of MD5 over the canonical form. */
export function jsonChecksum(document: Readonly<Record<string, unknown>>): string {
  return createHash("md5").update(canonicalJson(document), "utf8").digest("hex");
}

function collect(pairs: [string, string][], path: string, value: unknown): void {
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) collect(pairs, `${path}+${index}`, item);
  } else if (isJsonObject(value)) {
    for (const [key, member] of Object.entries(value)) {
      if (member !== undefined) collect(pairs, `${path}+${encodeString(key)}`, member);
    }
  } else {
    pairs.push([path, typeof value === "string" ? encodeString(value) : printJson(value)]);
  }
}

/** Everything but the unreserved characters of RFC 3986 is percent-encoded. */
function encodeString(text: string): string {
  const encoded = encodeURIComponent(text).replaceAll(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `"${encoded}"`;
}
