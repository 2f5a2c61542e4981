/**
 * Page tokens: where a page ended, as URL-safe base64 of JSON. Opaque to clients; MLflow's own hold
 * an offset, ours the sort keys of the last row, so a deep page costs what the first one does.
 */
import { invalidParameter, type MlflowError } from "../wire/error.ts";
import { type PythonValue, pythonBytes, pythonRepr } from "../wire/python-text.ts";

/** A value that rows are ordered by; whole numbers come as text. */
export type KeyValue = string | number | null;

/** The place behind a row: its arm (see `page.ts`) and the keys it was ordered by there. */
export interface PagePlace {
  readonly order: string;
  readonly arm: number;
  readonly keys: readonly KeyValue[];
}

/** The token of a place. */
export function encodePageToken({ order, arm, keys }: PagePlace): string {
  return Buffer.from(JSON.stringify({ order, arm, keys })).toString("base64url");
}

/**
 * The place a token stands for; null for no token. Errors: 400 in MLflow's words for a token that
 * is not ours or belongs to another order.
 */
export function decodePageToken(token: string | null | undefined, order: string): PagePlace | null {
  if (!token) return null;
  const place = parsePlace(token);
  if (place !== null && place.order === order) return place;
  throw refuseToken(token);
}

function parsePlace(token: string): PagePlace | null {
  const value = parseOrNull(Buffer.from(token, "base64url").toString());
  if (typeof value !== "object" || value === null) return null;
  const { order, arm, keys } = value as Record<string, unknown>;
  const isPlace =
    typeof order === "string" &&
    typeof arm === "number" &&
    Number.isInteger(arm) &&
    Array.isArray(keys) &&
    keys.every((key) => key === null || typeof key === "string" || typeof key === "number");
  return isPlace ? { order, arm, keys } : null;
}

function parseOrNull(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** The 400 for a token that nobody here gave out, told as MLflow tells it. */
export function refuseToken(token: string): MlflowError {
  // As Python's b64decode: other characters are passed over, the rest must be whole quartets.
  const letters = token.replace(/[^A-Za-z0-9+/=]/g, "");
  const digits = letters.replace(/=.*$/, "");
  const padding = letters.length - digits.length;
  if (digits.length % 4 === 1 || (digits.length % 4 > 0 && padding < 4 - (digits.length % 4))) {
    return invalidParameter("Invalid page token, could not base64-decode");
  }
  const bytes = Buffer.from(digits, "base64");
  const value = parseOrNull(bytes.toString());
  if (value === null) {
    return invalidParameter(`Invalid page token, decoded value=${pythonBytes(bytes)}`);
  }
  return invalidParameter(`Invalid page token, parsed value=${pythonRepr(value as PythonValue)}`);
}
