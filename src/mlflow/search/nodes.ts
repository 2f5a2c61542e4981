/** The tokens and groups of a statement, and what can be said of one of them. */
import type { Token, TokenKind } from "./lexer.ts";

export type GroupKind =
  | "commentGroup"
  | "brackets"
  | "parenthesis"
  | "block"
  | "function"
  | "where"
  | "identifier"
  | "typedLiteral"
  | "operation"
  | "assignment"
  | "clause"
  | "identifierList";

/** A token or a group. Only clauses (`x = 1`) keep their parts. */
export interface Node {
  readonly kind: TokenKind | GroupKind;
  readonly text: string;
  readonly parts: readonly Node[];
  /** How deep brackets are nested in it. */
  readonly depth: number;
}

/** A question about a node. */
export type Test = (node: Node) => boolean;

/** Whether the node is white space. */
export function isSpace(node: Node): boolean {
  return node.kind === "space" || node.kind === "newline";
}

/** Whether the node is the keyword `word` (upper case) and nothing more. */
export function isKeyword(node: Node | undefined, word: string): boolean {
  return node?.kind === "keyword" && node.text.toUpperCase() === word;
}

/** The index of the next node that is not white space. */
export function nextIndex(nodes: readonly Node[], index: number): number {
  let next = index + 1;
  while (next < nodes.length && isSpace(nodes[next]!)) next++;
  return next;
}

/** A token as a node. */
export function toNode({ kind, text }: Token): Node {
  return { kind, text, parts: [], depth: 0 };
}

/** Several nodes as one. */
export function group(kind: GroupKind, parts: readonly Node[]): Node {
  return {
    kind,
    // Not `join`: long chains are added to again and again.
    text: parts.reduce((text, part) => text + part.text, ""),
    parts: kind === "clause" ? parts : [],
    depth: parts.reduce((depth, part) => Math.max(depth, part.depth), 0),
  };
}

/** Asks for a punctuation mark. */
export function isPunct(text: string): Test {
  return (node) => node.kind === "punct" && node.text === text;
}

/** Asks for one of several keywords (upper case). */
export function isWord(...words: string[]): Test {
  return (node) => words.some((word) => isKeyword(node, word));
}
