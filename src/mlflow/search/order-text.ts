/**
 * One order_by text, `metrics.`val loss` DESC`: an identifier and perhaps a direction. MLflow takes
 * it apart with sqlparse and then with `shlex`; blanks before or after it are refused.
 */
import { invalidParameter } from "../wire/error.ts";
import { TooComplex } from "./groups.ts";
import { isSpace, type Node } from "./nodes.ts";
import { parseStatement } from "./statement.ts";

/** What is ordered by, quotes included when no direction was given, and which way. */
export interface OrderText {
  readonly name: string;
  readonly ascending: boolean;
}

/** Takes an order_by text apart. Errors: 400. */
export function readOrderText(text: string): OrderText {
  const value = findOrderValue(text);
  const words = value === null ? null : splitShellWords(value.replaceAll("`", '"'));
  if (value === null || words === null || words.length > 2) {
    throw invalidParameter(`Invalid order_by clause '${text}'. Could not be parsed.`);
  }
  if (words.length < 2) return { name: value, ascending: true };
  const direction = words[1]!.toLowerCase();
  if (direction !== "asc" && direction !== "desc") {
    throw invalidParameter(`Invalid ordering key in order_by clause '${text}'.`);
  }
  return { name: words[0]!, ascending: direction === "asc" };
}

function findOrderValue(text: string): string | null {
  let nodes: Node[] | null;
  try {
    nodes = parseStatement(text);
  } catch (error) {
    if (!(error instanceof TooComplex)) throw error;
    throw invalidParameter(`Error on parsing order_by clause '${text}'`);
  }
  if (nodes === null) return null;
  const first = nodes[0]!;
  if (nodes.length === 1 && first.kind === "identifier") return first.text;
  if (first.kind !== "builtin" || first.text !== "timestamp") return null;
  if (nodes.length === 1) return first.text;
  const last = nodes.at(-1)!;
  const isPlain = last.kind === "order" && nodes.slice(1, -1).every(isSpace);
  return isPlain ? `timestamp ${last.text}` : null;
}

/** Words as a POSIX shell splits them; null when a quote or an escape is left open. */
function splitShellWords(text: string): string[] | null {
  const words: string[] = [];
  let word: string | null = null;
  let quote = "";
  for (let at = 0; at < text.length; at++) {
    const char = text.charAt(at);
    if (quote !== "") {
      const escapes = quote === '"' && char === "\\" && /["\\]/.test(text.charAt(at + 1));
      if (char === quote) quote = "";
      else word += escapes ? text.charAt(++at) : char;
    } else if (char === "'" || char === '"') {
      quote = char;
      word ??= "";
    } else if (/[ \t\r\n]/.test(char)) {
      if (word !== null) words.push(word);
      word = null;
    } else if (char === "\\") {
      if (++at === text.length) return null;
      word = (word ?? "") + text.charAt(at);
    } else word = (word ?? "") + char;
  }
  if (quote !== "") return null;
  return word === null ? words : [...words, word];
}
