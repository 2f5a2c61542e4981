/**
 * Joins tokens to the groups that sqlparse 0.6 would make of them, as far as MLflow looks: the top
 * level of one statement, where a clause is a `comparison` group of an identifier, an operator and
 * a value, and whatever else is left over is named in the refusal. Nested groups are text only.
 *
 * The passes run one after the other over the whole list, each linear; their order decides (an
 * alias swallows a comparison: `a = 1 b` is one clause that nobody understands).
 */
import {
  ARRAY,
  AS,
  ASSIGNMENT,
  COMPARISON,
  joinAround,
  LIST,
  OPERATION,
  PERIOD,
  TYPECAST,
} from "./joints.ts";
import type { Token } from "./lexer.ts";
import {
  type GroupKind,
  group,
  isKeyword,
  isPunct,
  isSpace,
  isWord,
  type Node,
  nextIndex,
  type Test,
  toNode,
} from "./nodes.ts";

// sqlparse's own limits against denial of service.
const MAX_TOKENS = 10_000;
const MAX_DEPTH = 100;

const GROUPS = new Set<string>([
  "commentGroup",
  "brackets",
  "parenthesis",
  "block",
  "function",
  "where",
  "identifier",
  "typedLiteral",
  "operation",
  "assignment",
  "clause",
  "identifierList",
]);
const NUMBERS = new Set<string>(["integer", "float", "hex"]);
const ALIASED = new Set<string>(["parenthesis", "function", "identifier", "operation", "clause"]);

/** Thrown beyond 10,000 tokens or 100 nested brackets. */
export class TooComplex extends Error {}

/** The top level of one statement. Throws `TooComplex`. */
export function groupTokens(tokens: readonly Token[]): Node[] {
  let nodes: Node[] = tokens.map(toNode);
  nodes = groupComments(nodes);
  if (nodes.length > MAX_TOKENS) throw new TooComplex();
  nodes = matchPairs(nodes, "brackets", isPunct("["), isPunct("]"));
  nodes = matchPairs(nodes, "parenthesis", isPunct("("), isPunct(")"));
  nodes = matchPairs(nodes, "block", isWord("CASE"), isWord("END"));
  nodes = matchPairs(nodes, "block", isWord("IF"), isWord("END IF"));
  nodes = matchPairs(nodes, "block", isWord("FOR", "FOREACH"), isWord("END LOOP"));
  nodes = matchPairs(nodes, "block", isWord("BEGIN"), isWord("END"));
  nodes = groupFunctions(nodes);
  nodes = groupWhere(nodes);
  nodes = joinAround(nodes, PERIOD);
  nodes = joinAround(nodes, ARRAY);
  nodes = nodes.map((node) => (isNameLike(node) ? group("identifier", [node]) : node));
  nodes = groupOrder(nodes);
  nodes = joinAround(nodes, TYPECAST);
  nodes = groupTypedLiterals(nodes);
  nodes = joinAround(nodes, OPERATION);
  nodes = joinAround(nodes, COMPARISON);
  nodes = joinAround(nodes, AS);
  nodes = groupAliased(nodes);
  nodes = joinAround(nodes, ASSIGNMENT);
  nodes = alignComments(nodes);
  return joinAround(nodes, LIST);
}

function isNameLike(node: Node): boolean {
  return node.kind === "name" || node.kind === "symbol";
}

// A run of comments and line ends, when something follows it.
function groupComments(nodes: readonly Node[]): Node[] {
  const out: Node[] = [];
  for (let index = 0; index < nodes.length; index++) {
    if (nodes[index]!.kind !== "comment") {
      out.push(nodes[index]!);
      continue;
    }
    let end = index;
    while (nodes[end]?.kind === "comment" || nodes[end]?.kind === "newline") end++;
    if (end === nodes.length) return out.concat(nodes.slice(index));
    out.push(group("commentGroup", nodes.slice(index, end)));
    index = end - 1;
  }
  return out;
}

// Pairs such as ( and ); an opener or a closer without its partner stays as it is.
function matchPairs(nodes: readonly Node[], kind: GroupKind, opens: Test, closes: Test): Node[] {
  const out: Node[] = [];
  const openers: number[] = [];
  for (const node of nodes) {
    out.push(node);
    if (opens(node)) openers.push(out.length - 1);
    else if (closes(node)) {
      const start = openers.pop();
      if (start === undefined) continue;
      const pair = group(kind, out.splice(start));
      if (pair.depth >= MAX_DEPTH) throw new TooComplex();
      out.push({ ...pair, depth: pair.depth + 1 });
    }
  }
  return out;
}

function groupFunctions(nodes: readonly Node[]): Node[] {
  const out: Node[] = [];
  for (let index = 0; index < nodes.length; index++) {
    const node = nodes[index]!;
    const callable = node.kind === "name" || node.kind === "builtin" || node.kind === "placeholder";
    const next = callable ? nextIndex(nodes, index) : index;
    if (callable && nodes[next]?.kind === "parenthesis") {
      out.push(group("function", nodes.slice(index, next + 1)));
      index = next;
    } else out.push(node);
  }
  return out;
}

const AFTER_WHERE = isWord(
  ..."ORDER BY,GROUP BY,LIMIT,UNION,UNION ALL,EXCEPT,INTERSECT,HAVING,RETURNING,INTO".split(","),
);

function groupWhere(nodes: readonly Node[]): Node[] {
  const out: Node[] = [];
  for (let index = 0; index < nodes.length; index++) {
    if (!isKeyword(nodes[index], "WHERE")) {
      out.push(nodes[index]!);
      continue;
    }
    let end = index + 1;
    while (end < nodes.length && !AFTER_WHERE(nodes[end]!)) end++;
    out.push(group("where", nodes.slice(index, end)));
    index = end - 1;
  }
  return out;
}

function groupOrder(nodes: readonly Node[]): Node[] {
  const out: Node[] = [];
  for (const node of nodes) {
    const at = node.kind === "order" ? previousIndex(out, out.length) : -1;
    const before = out[at];
    if (before !== undefined && (before.kind === "identifier" || NUMBERS.has(before.kind))) {
      out.push(group("identifier", [...out.splice(at), node]));
    } else out.push(node);
  }
  return out;
}

// `date '2026-01-01'`, unless it begins the statement.
function groupTypedLiterals(nodes: readonly Node[]): Node[] {
  const out: Node[] = [];
  for (let index = 0; index < nodes.length; index++) {
    const node = nodes[index]!;
    const isTyped = node.kind === "builtin" && previousIndex(out, out.length) >= 0;
    const next = isTyped ? nextIndex(nodes, index) : index;
    if (isTyped && nodes[next]?.kind === "string") {
      out.push(group("typedLiteral", nodes.slice(index, next + 1)));
      index = next;
    } else out.push(node);
  }
  return out;
}

function groupAliased(nodes: readonly Node[]): Node[] {
  const out: Node[] = [];
  for (let index = 0; index < nodes.length; index++) {
    const node = nodes[index]!;
    const named = ALIASED.has(node.kind) || NUMBERS.has(node.kind);
    const next = named ? nextIndex(nodes, index) : index;
    if (named && nodes[next]?.kind === "identifier") {
      out.push(group("identifier", nodes.slice(index, next + 1)));
      index = next;
    } else out.push(node);
  }
  return out;
}

// A comment becomes part of the group before it, which may then have a part too many.
function alignComments(nodes: readonly Node[]): Node[] {
  const out: Node[] = [];
  for (const node of nodes) {
    const at = node.kind === "commentGroup" ? previousIndex(out, out.length) : -1;
    const before = out[at];
    if (before === undefined || !GROUPS.has(before.kind)) {
      out.push(node);
      continue;
    }
    const [, ...space] = out.splice(at);
    const text = before.text + space.map((part) => part.text).join("") + node.text;
    out.push({ ...before, text, parts: [...before.parts, ...space, node] });
  }
  return out;
}

function previousIndex(nodes: readonly Node[], index: number): number {
  let previous = index - 1;
  while (previous >= 0 && isSpace(nodes[previous]!)) previous--;
  return previous;
}
