/**
 * Joins tokens to the groups that sqlparse 0.6 would make of them, as far as MLflow looks: the top
 * level of one statement, where a clause is a `comparison` group of an identifier, an operator and
 * a value, and whatever else is left over is named in the refusal. Nested groups are text only.
 *
 * The passes run one after the other over the whole list, each linear; their order decides (an
 * alias swallows a comparison: `a = 1 b` is one clause that nobody understands).
 */
import type { Token, TokenKind } from "./lexer.ts";

export type GroupKind =
  | "commentGroup"
  | "brackets"
  | "parenthesis"
  | "block"
  | "function"
  | "where"
  | "identifier"
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
  "operation",
  "assignment",
  "clause",
  "identifierList",
]);
const VALUES = ["integer", "float", "string", "symbol", "name", "placeholder"];
const NUMBERS = new Set<string>(["integer", "float", "hex"]);
const OPERANDS = new Set<string>([...VALUES, "brackets", "parenthesis", "function", "identifier"]);
OPERANDS.add("operation");
const COMPARABLE = new Set<string>([...OPERANDS].filter((kind) => kind !== "brackets"));
const ALIASED = new Set<string>(["parenthesis", "function", "identifier", "operation", "clause"]);
const LISTED = new Set<string>([...VALUES, "function", "block", "identifier", "clause"]);
for (const kind of ["identifierList", "operation", "keyword", "comment", "wildcard"] as const) {
  LISTED.add(kind);
}
const KEYWORD_KINDS = new Set<string>(["keyword", "statement", "order"]);

/** Whether the node is white space. */
export function isSpace(node: Node): boolean {
  return node.kind === "space" || node.kind === "newline";
}

/** Whether the node is the keyword `word` (upper case) and nothing more. */
export function isKeyword(node: Node | undefined, word: string): boolean {
  return node?.kind === "keyword" && node.text.toUpperCase() === word;
}

/** Thrown beyond 10,000 tokens or 100 nested brackets. */
export class TooComplex extends Error {}

/** The top level of one statement. Throws `TooComplex`. */
export function groupTokens(tokens: readonly Token[]): Node[] {
  let nodes: Node[] = tokens.map(({ kind, text }) => ({ kind, text, parts: [], depth: 0 }));
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
  nodes = joinAround(nodes, OPERATION);
  nodes = joinAround(nodes, COMPARISON);
  nodes = joinAround(nodes, AS);
  nodes = groupAliased(nodes);
  nodes = joinAround(nodes, ASSIGNMENT);
  nodes = alignComments(nodes);
  return joinAround(nodes, LIST);
}

function group(kind: GroupKind, parts: readonly Node[]): Node {
  return {
    kind,
    // Not `join`: long chains are added to again and again.
    text: parts.reduce((text, part) => text + part.text, ""),
    parts: kind === "clause" ? parts : [],
    depth: parts.reduce((depth, part) => Math.max(depth, part.depth), 0),
  };
}

function isPunct(text: string): (node: Node) => boolean {
  return (node) => node.kind === "punct" && node.text === text;
}

function isWord(...words: string[]): (node: Node) => boolean {
  return (node) => words.some((word) => isKeyword(node, word));
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

type Test = (node: Node) => boolean;

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
    const next = nextIndex(nodes, index);
    const callable = node.kind === "name" || node.kind === "builtin" || node.kind === "placeholder";
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

/** A token in the middle that joins its neighbours: `a . b`, `x = 1`. */
interface Joint {
  readonly kind: GroupKind;
  readonly middle: Test;
  readonly before: Test;
  readonly after: (node: Node | undefined) => boolean;
  /** Whether the node after the middle is joined as well. Default true. */
  readonly takesNext?: (node: Node | undefined) => boolean;
}

const always = () => true;
const exists = (node: Node | undefined) => node !== undefined;
const isIn = (kinds: Set<string>) => (node: Node | undefined) =>
  node !== undefined && kinds.has(node.kind);

const PERIOD: Joint = {
  kind: "identifier",
  middle: (node) =>
    (node.kind === "punct" && node.text === ".") ||
    (node.kind === "operator" && (node.text === "->" || node.text === "->>")),
  before: isIn(new Set(["brackets", "identifier", "name", "symbol"])),
  after: always,
  takesNext: isIn(new Set(["brackets", "function", "name", "symbol", "wildcard", "string"])),
};
const ARRAY: Joint = {
  kind: "identifier",
  middle: (node) => node.kind === "brackets",
  before: isIn(new Set(["brackets", "identifier", "function", "name", "symbol"])),
  after: always,
  takesNext: () => false,
};
const TYPECAST: Joint = {
  kind: "identifier",
  middle: isPunct("::"),
  before: always,
  after: exists,
};
const OPERATION: Joint = {
  kind: "operation",
  middle: (node) => node.kind === "operator" || node.kind === "wildcard",
  before: isIn(OPERANDS),
  after: isIn(OPERANDS),
};
const isComparable = (node: Node | undefined) =>
  isIn(COMPARABLE)(node) || (node !== undefined && isKeyword(node, "NULL"));
const COMPARISON: Joint = {
  kind: "clause",
  middle: (node) => node.kind === "comparison",
  before: isComparable,
  after: isComparable,
};
const AS: Joint = {
  kind: "identifier",
  middle: isWord("AS"),
  before: (node) => isKeyword(node, "NULL") || !KEYWORD_KINDS.has(node.kind),
  after: (node) => node !== undefined && node.kind !== "statement",
};
const ASSIGNMENT: Joint = {
  kind: "assignment",
  middle: (node) => node.kind === "other" && node.text === ":=",
  before: (node) => node.kind !== "keyword",
  after: (node) => node !== undefined && node.kind !== "keyword",
};
const LIST: Joint = {
  kind: "identifierList",
  middle: isPunct(","),
  before: isIn(LISTED),
  after: isIn(LISTED),
};

function joinAround(nodes: readonly Node[], joint: Joint): Node[] {
  const out: Node[] = [];
  // The last node that is not white space; after a join it is the one swallowed last, and `at` is
  // the place of the group: so `a = b = c` becomes the clause `(a = b) = c`.
  let previous: Node | null = null;
  let at = -1;
  for (let index = 0; index < nodes.length; index++) {
    const node = nodes[index]!;
    if (isSpace(node)) {
      out.push(node);
      continue;
    }
    const next = nextIndex(nodes, index);
    if (
      joint.middle(node) &&
      previous !== null &&
      joint.before(previous) &&
      joint.after(nodes[next])
    ) {
      const takesNext = (joint.takesNext ?? always)(nodes[next]);
      const end = takesNext ? next : index;
      const parts = [...out.splice(at), ...nodes.slice(index, end + 1)];
      const joined = group(joint.kind, parts);
      out.push(joined);
      previous = takesNext ? nodes[next]! : joined;
      index = end;
    } else {
      out.push(node);
      previous = node;
    }
    at = out.length - 1;
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

function groupAliased(nodes: readonly Node[]): Node[] {
  const out: Node[] = [];
  for (let index = 0; index < nodes.length; index++) {
    const node = nodes[index]!;
    const next = nextIndex(nodes, index);
    const named = ALIASED.has(node.kind) || NUMBERS.has(node.kind);
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

function nextIndex(nodes: readonly Node[], index: number): number {
  let next = index + 1;
  while (next < nodes.length && isSpace(nodes[next]!)) next++;
  return next;
}

function previousIndex(nodes: readonly Node[], index: number): number {
  let previous = index - 1;
  while (previous >= 0 && isSpace(nodes[previous]!)) previous--;
  return previous;
}
