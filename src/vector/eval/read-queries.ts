/**
 * Judged queries from JSON lines: `{"query": "red apple", "relevant": ["a", "b"]}`, or with gains,
 * `{"query": "…", "relevant": {"a": 2, "b": 1}}`; `"vector": […]` beside or in place of the text.
 */
import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";
import { SovereignError } from "../../core/errors.ts";
import { isJsonObject, parseJson } from "../../core/json/index.ts";
import type { JudgedQuery } from "./evaluate.ts";
import type { Relevance } from "./metrics.ts";

const HINT = 'write lines such as `{"query": "red apple", "relevant": ["a", "b"]}`';

/** What a query asks. */
export interface JudgedText {
  readonly text: string | null;
  readonly vector: readonly number[] | null;
}

/** Reads a file; INVALID_PARAMETER_VALUE names the line. */
export async function readJudgedTexts(
  path: string,
  source: string,
): Promise<JudgedQuery<JudgedText>[]> {
  const queries: JudgedQuery<JudgedText>[] = [];
  const lines = createInterface({ input: createReadStream(path), crlfDelay: Infinity });
  let number = 0;
  for await (const line of lines) {
    number++;
    if (line.trim() === "") continue;
    const where = `\`${source}\`, line ${number}`;
    queries.push(readQuery(parseJson(line, { source: where, hint: HINT }), where));
  }
  return queries;
}

function readQuery(value: unknown, where: string): JudgedQuery<JudgedText> {
  if (!isJsonObject(value as never)) throw refuse(`${where}: this is no object`);
  const { query, text, vector, relevant } = value as Readonly<Record<string, unknown>>;
  const words = query ?? text ?? null;
  if (words !== null && typeof words !== "string") throw refuse(`${where}: its query is no text`);
  const isVector = Array.isArray(vector) && vector.every((item) => typeof item === "number");
  if (vector !== undefined && !isVector) throw refuse(`${where}: its vector is no list of numbers`);
  const numbers = isVector ? (vector as number[]) : null;
  if (words === null && numbers === null) throw refuse(`${where}: there is no query`);
  return { query: { text: words, vector: numbers }, relevance: readRelevance(relevant, where) };
}

function readRelevance(relevant: unknown, where: string): Relevance {
  if (Array.isArray(relevant) && relevant.length > 0 && relevant.every(isId)) {
    return new Map(relevant.map((id) => [String(id), 1]));
  }
  if (isJsonObject(relevant as never)) {
    const gains = Object.entries(relevant as Readonly<Record<string, unknown>>);
    const isSound = gains.every(([, gain]) => typeof gain === "number" && gain >= 0);
    if (gains.length > 0 && isSound) return new Map(gains as [string, number][]);
  }
  throw refuse(`${where}: it does not say which rows are relevant`);
}

function isId(value: unknown): boolean {
  return typeof value === "string" || Number.isSafeInteger(value);
}

function refuse(message: string): SovereignError {
  return new SovereignError("INVALID_PARAMETER_VALUE", message, {
    hint: HINT,
  });
}
