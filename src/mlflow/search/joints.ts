/**
 * Groups around a token in the middle: `a . b`, `x = 1`, `a AS b`, `a, b`. Which neighbours may be
 * joined is sqlparse's choice (its `grouping.py`); `groups.ts` says in which order it happens.
 */
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
} from "./nodes.ts";

const VALUES = ["integer", "float", "string", "symbol", "name", "placeholder"];
const OPERANDS = new Set<string>([...VALUES, "brackets", "parenthesis", "function", "identifier"]);
for (const kind of ["operation", "typedLiteral"] as const) OPERANDS.add(kind);
const COMPARABLE = new Set<string>([...OPERANDS].filter((kind) => kind !== "brackets"));
const LISTED = new Set<string>([...VALUES, "function", "block", "identifier", "clause"]);
for (const kind of ["identifierList", "operation", "keyword", "wildcard"] as const) {
  LISTED.add(kind);
}
const KEYWORD_KINDS = new Set<string>(["keyword", "statement", "order"]);

/** A token in the middle that joins its neighbours: `a . b`, `x = 1`. */
export interface Joint {
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

/** `metrics.loss`, `a->b`; a dot with nothing fit behind it ends the name. */
export const PERIOD: Joint = {
  kind: "identifier",
  middle: (node) =>
    (node.kind === "punct" && node.text === ".") ||
    (node.kind === "operator" && (node.text === "->" || node.text === "->>")),
  before: isIn(new Set(["brackets", "identifier", "name", "symbol"])),
  after: always,
  takesNext: isIn(new Set(["brackets", "function", "name", "symbol", "wildcard", "string"])),
};
/** `a[0]`. */
export const ARRAY: Joint = {
  kind: "identifier",
  middle: (node) => node.kind === "brackets",
  before: isIn(new Set(["brackets", "identifier", "function", "name", "symbol"])),
  after: always,
  takesNext: () => false,
};
/** `a::int`. */
export const TYPECAST: Joint = {
  kind: "identifier",
  middle: isPunct("::"),
  before: always,
  after: exists,
};
/** `a - b`: no identifier, so no clause can begin with it. */
export const OPERATION: Joint = {
  kind: "operation",
  middle: (node) => node.kind === "operator" || node.kind === "wildcard",
  before: isIn(OPERANDS),
  after: isIn(OPERANDS),
};
const isComparable = (node: Node | undefined) =>
  isIn(COMPARABLE)(node) || (node !== undefined && isKeyword(node, "NULL"));
/** `x = 1`. */
export const COMPARISON: Joint = {
  kind: "clause",
  middle: (node) => node.kind === "comparison",
  before: isComparable,
  after: isComparable,
};
/** `a AS b`. */
export const AS: Joint = {
  kind: "identifier",
  middle: isWord("AS"),
  before: (node) => isKeyword(node, "NULL") || !KEYWORD_KINDS.has(node.kind),
  after: (node) => node !== undefined && node.kind !== "statement",
};
/** `a := b`. */
export const ASSIGNMENT: Joint = {
  kind: "assignment",
  middle: (node) => node.kind === "other" && node.text === ":=",
  before: (node) => node.kind !== "keyword",
  after: (node) => node !== undefined && node.kind !== "keyword",
};
/** `a, b`. */
export const LIST: Joint = {
  kind: "identifierList",
  middle: isPunct(","),
  before: isIn(LISTED),
  after: isIn(LISTED),
};

/** Joins every middle of `joint` with its neighbours, from left to right. */
export function joinAround(nodes: readonly Node[], joint: Joint): Node[] {
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
