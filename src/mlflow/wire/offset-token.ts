/** Page tokens that count rows, for short lists: `{"offset": 100}` in base64, as MLflow's. */
import { isJsonObject, parseJson } from "../../core/json/index.ts";
import { invalidParameter, type MlflowError } from "./error.ts";

/** The token of the page that starts after `offset` rows. */
export function encodeOffset(offset: number): string {
  return Buffer.from(JSON.stringify({ offset })).toString("base64");
}

/** The rows before the page of `token`; 0 without one, 400 for what is no token. */
export function decodeOffset(token: string | undefined): number {
  if (token === undefined || token === "") return 0;
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(token) || token.length % 4 !== 0) {
    throw invalidParameter("Invalid page token, could not base64-decode");
  }
  const text = Buffer.from(token, "base64").toString("utf8");
  let value: unknown;
  try {
    value = parseJson(text);
  } catch {
    throw refuse("decoded", text);
  }
  const offset = isJsonObject(value as never) ? (value as { offset?: unknown }).offset : undefined;
  if (typeof offset === "number" && Number.isSafeInteger(offset) && offset > 0) return offset;
  throw refuse("parsed", text);
}

function refuse(how: string, text: string): MlflowError {
  return invalidParameter(`Invalid page token, ${how} value=${text}`);
}
