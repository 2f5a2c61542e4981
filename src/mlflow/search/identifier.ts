/** Names and values as MLflow's grammars write them: quotes, backticks, kinds of values. */
import { invalidParameter, type MlflowError } from "../wire/error.ts";
import { pythonSet } from "../wire/python-text.ts";
import type { ClauseValue } from "./ast.ts";
import type { Node } from "./nodes.ts";
import { readTextList } from "./python-literal.ts";

/** `a.b.c` as `["a", "b.c"]`, `a` as `[null, "a"]`. */
export function splitIdentifier(text: string): readonly [string | null, string] {
  const dot = text.indexOf(".");
  return dot < 0 ? [null, text] : [text.slice(0, dot), text.slice(dot + 1)];
}

/** Without the backticks, or the quotes and then the backticks, around it. */
export function trimKey(key: string): string {
  return trimBackticks(isQuoted(key) ? key.slice(1, -1) : key);
}

/** Without the backticks around it. */
export function trimBackticks(text: string): string {
  return isWrapped(text, "`") ? text.slice(1, -1) : text;
}

/** Whether single or double quotes stand around it. */
export function isQuoted(text: string): boolean {
  return isWrapped(text, "'") || isWrapped(text, '"');
}

function isWrapped(text: string, quote: string): boolean {
  return text.length >= 2 && text.startsWith(quote) && text.endsWith(quote);
}

/** Whether the node can hold a quoted text (`'x'`; `"x"` is an identifier to sqlparse). */
export function isTextNode(node: Node): boolean {
  return node.kind === "string" || node.kind === "identifier";
}

/** The text between the quotes, with no escapes resolved. Errors: 400 when there are no quotes. */
export function readQuoted(node: Node): string {
  if (isQuoted(node.text)) return node.text.slice(1, -1);
  throw invalidParameter(
    "Parameter value is either not quoted or unidentified quote " +
      `types used for string value ${node.text}. Use either single or double quotes.`,
  );
}

/** A quoted text, or the refusal that tags, parameters and their like give. */
export function readTextOf(kind: string, node: Node): string {
  if (isTextNode(node)) return readQuoted(node);
  throw invalidParameter(
    `Expected a quoted string value for ${kind} (e.g. 'my-value'). Got value ${node.text}`,
  );
}

/** Whether the node is a decimal number. */
export function isNumber(node: Node): boolean {
  return node.kind === "integer" || node.kind === "float";
}

/** The value of a number node; whole numbers beyond 2^53 keep their digits. */
export function readNumber(node: Node): number | bigint {
  const value = Number(node.text);
  return node.kind === "integer" && !Number.isSafeInteger(value) ? BigInt(node.text) : value;
}

/**
 * Run ids of an IN list. NOTE: MLflow drops every value that is not all lower case (a case-blind
 * MySQL made it so), and lists of dataset names are read by the same function.
 */
export function readRunIds(node: Node): readonly string[] {
  return readTextList(node.text).filter((id) => id === id.toLowerCase() && id !== id.toUpperCase());
}

/** Refuses a list with a comparator that takes one value (MLflow answers 500 there). */
export function checkListUse(comparator: string, value: ClauseValue): void {
  const isList = value !== null && typeof value === "object";
  if (isList && comparator !== "IN" && comparator !== "NOT IN") {
    throw invalidParameter(
      `Invalid comparator '${comparator}' for a list of values. Expected 'IN' or 'NOT IN'.`,
    );
  }
}

/** `Invalid attribute key 'x' specified. Valid keys are '{...}'`. */
export function unknownAttribute(key: string, valid: readonly string[]): MlflowError {
  return invalidParameter(
    `Invalid attribute key '${key}' specified. Valid keys are '${pythonSet(valid)}'`,
  );
}

/** `Invalid comparator 'x' not one of '{...}`; MLflow closes the last quote only in some. */
export function badComparator(
  comparator: string,
  valid: readonly string[],
  quote: "'" | "" = "",
): MlflowError {
  return invalidParameter(
    `Invalid comparator '${comparator}' not one of '${pythonSet(valid)}${quote}`,
  );
}
