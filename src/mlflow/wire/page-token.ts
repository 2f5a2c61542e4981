/**
 * Page tokens: the place where the next page starts, as URL-safe base64 of a JSON list. To clients
 * they are opaque; what is no token of ours is refused as MLflow refuses what is none of its own.
 */
import { type ExactJson, isJsonObject } from "../../core/json/index.ts";
import { invalidParameter } from "./error.ts";
import type { Int64 } from "./fields.ts";
import { parseBody } from "./python-json.ts";
import { pythonBytes, pythonRepr } from "./python-text.ts";

export type PlaceValue = string | Int64 | null;

/** The token of a place; `kind` keeps tokens of different lists apart. */
export function writePageToken(kind: string, place: readonly PlaceValue[]): string {
  const values = place.map((value) => (typeof value === "bigint" ? { int: `${value}` } : value));
  return Buffer.from(JSON.stringify([kind, ...values])).toString("base64url");
}

/** The place in a token that `writePageToken` made for `kind`; 400 for anything else. */
export function readPageToken(kind: string, token: string, length: number): PlaceValue[] {
  const json = parseBody(Buffer.from(token, "base64url").toString("utf8"));
  const [ours, ...values] = Array.isArray(json) ? json : [];
  if (ours !== kind || values.length !== length) throw refuseToken(token);
  return values.map((value) => {
    if (typeof value === "string" || typeof value === "number" || value === null) return value;
    const digits = isJsonObject(value) ? value.int : undefined;
    if (typeof digits === "string" && /^-?\d{1,19}$/.test(digits)) return BigInt(digits);
    throw refuseToken(token);
  });
}

function refuseToken(token: string) {
  // Python's decoder skips what is not of the alphabet, and insists on the padding.
  const letters = token.replace(/[^A-Za-z0-9+/=]/g, "");
  const isAscii = /^[\0-\x7f]*$/.test(token);
  if (!isAscii || !/^(?:[^=]{4})*(?:[^=]{3}=|[^=]{2}==)?$/.test(letters)) {
    return invalidParameter("Invalid page token, could not base64-decode");
  }
  const bytes = Buffer.from(letters, "base64");
  const json = parseBody(bytes.toString("utf8"));
  if (json === undefined) {
    return invalidParameter(`Invalid page token, decoded value=${pythonBytes(bytes)}`);
  }
  return invalidParameter(`Invalid page token, parsed value=${describe(json)}`);
}

function describe(json: ExactJson): string {
  return pythonRepr(json as Parameters<typeof pythonRepr>[0]);
}
