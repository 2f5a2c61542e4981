/** Members of a request's JSON body, each checked as it is read; INVALID_PARAMETER_VALUE names it. */
import { SovereignError } from "../../core/errors.ts";
import { isJsonObject, parseJson } from "../../core/json/index.ts";

/** A JSON object that came from a client. */
export type Message = Readonly<Record<string, unknown>>;

const MAX_DEPTH = 32;

/** Reads a body; an empty one is an empty object. */
export function readMessage(text: string, what = "the body"): Message {
  return requireObject(text.trim() === "" ? {} : readJson(text, what), what);
}

/** JSON of a client. */
export function readJson(text: string, what: string): unknown {
  try {
    return parseJson(text, { source: what, maxDepth: MAX_DEPTH });
  } catch (cause) {
    throw refuse(`${what} is no JSON: ${(cause as Error).message}`, cause);
  }
}

export function requireObject(value: unknown, what: string): Message {
  if (isJsonObject(value as never)) return value as Message;
  throw refuse(`${what} must be a JSON object`);
}

export function requireText(message: Message, name: string): string {
  const text = readText(message, name);
  if (text !== undefined && text !== "") return text;
  throw refuse(`\`${name}\` is missing`);
}

export function readText(message: Message, name: string): string | undefined {
  const value = message[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value === "string") return value;
  throw refuse(`\`${name}\` must be a text`);
}

export function readNumber(message: Message, name: string): number | undefined {
  const value = message[name];
  if (value === undefined || value === null) return undefined;
  // A query string gives texts, and so do clients that print numbers as protobuf does.
  const number = typeof value === "string" && value.trim() !== "" ? Number(value) : value;
  if (typeof number === "number" && Number.isFinite(number)) return number;
  throw refuse(`\`${name}\` must be a number`);
}

export function readCount(message: Message, name: string, most: number): number | undefined {
  const value = readNumber(message, name);
  if (value === undefined || (Number.isInteger(value) && value >= 1 && value <= most)) return value;
  throw refuse(`\`${name}\` must be a whole number from 1 to ${most}`);
}

export function readTexts(message: Message, name: string): string[] | undefined {
  const value = message[name];
  if (value === undefined || value === null) return undefined;
  if (Array.isArray(value) && value.every((item) => typeof item === "string")) return value;
  throw refuse(`\`${name}\` must be a list of texts`);
}

/** One of some words, whatever its letter case. */
export function readChoice<T extends string>(
  message: Message,
  name: string,
  choices: readonly T[],
): T | undefined {
  const word = readText(message, name)?.toUpperCase();
  if (word === undefined || word === "") return undefined;
  const found = choices.find((choice) => choice === word);
  if (found !== undefined) return found;
  throw refuse(`\`${name}\` must be one of ${choices.join(", ")}`);
}

/** NOT_IMPLEMENTED when a member asks for something. */
export function refuseMembers(message: Message, names: readonly string[]): void {
  for (const name of names) {
    const value = message[name];
    const isEmpty = value == null || value === "" || (Array.isArray(value) && value.length === 0);
    if (!isEmpty) {
      throw new SovereignError("NOT_IMPLEMENTED", `\`${name}\` is not built`, {
        hint: "leave it out",
      });
    }
  }
}

export function refuse(message: string, cause?: unknown): SovereignError {
  return new SovereignError("INVALID_PARAMETER_VALUE", message, {
    hint: "see the REST API of Databricks Vector Search",
    cause,
  });
}
