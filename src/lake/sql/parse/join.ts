/**
 * Joins (reference: Spark 4.2 `relation`, `joinRelation`): left to right, each with its kind and
 * ON or USING, or NATURAL. PIVOT and UNPIVOT may stand anywhere in the chain.
 */
import type { Expression, Identifier, JoinKind, Relation } from "../ast.ts";
import type { Cursor } from "./cursor.ts";
import { parseExpression } from "./expression.ts";
import { parseIdentifier } from "./name.ts";
import { parsePivot, parseUnpivot, startsPivot } from "./pivot.ts";
import { parseRelationPrimary } from "./relation.ts";

/** What a join adds to its left side. */
export interface JoinTail {
  join: JoinKind;
  natural: boolean;
  lateral: boolean;
  right: Relation;
  on?: Expression;
  using?: Identifier[];
}

const JOIN_WORDS = new Set([
  ...["JOIN", "INNER", "CROSS", "LEFT", "RIGHT", "FULL", "SEMI", "ANTI", "NATURAL"],
]);

/** A relation with its joins. */
export function parseRelation(c: Cursor): Relation {
  const start = c.start;
  const lateral = takeLateral(c);
  let left = parseRelationPrimary(c, lateral);
  while (true) {
    if (startsJoin(c)) {
      const tail = parseJoinTail(c);
      left = { kind: "join", left, ...tail, span: c.spanFrom(start) };
    } else if (startsPivot(c, "PIVOT")) {
      const pivot = parsePivot(c);
      left = { kind: "pivot", input: left, pivot, span: c.spanFrom(start) };
    } else if (startsPivot(c, "UNPIVOT")) {
      const unpivot = parseUnpivot(c);
      left = { kind: "unpivot", input: left, unpivot, span: c.spanFrom(start) };
    } else {
      return left;
    }
  }
}

function takeLateral(c: Cursor): boolean {
  return !c.isWord("VIEW", 1) && c.takeWords("LATERAL");
}

/** Whether a join comes next; its first words can never be an alias. */
export function startsJoin(c: Cursor): boolean {
  return c.isAnyWord(JOIN_WORDS);
}

/** `[NATURAL] [kind] JOIN [LATERAL] right [ON …|USING (…)]`. */
export function parseJoinTail(c: Cursor): JoinTail {
  const natural = c.takeWords("NATURAL");
  const join = parseJoinKind(c);
  c.expectWords("JOIN");
  const lateral = takeLateral(c);
  const right = parseRelationPrimary(c, lateral);
  const tail: JoinTail = { join, natural, lateral, right };
  if (natural) return tail;
  if (c.takeWords("ON")) tail.on = parseExpression(c);
  else if (c.takeWords("USING")) {
    tail.using = c.parenthesized(() => parseIdentifier(c, "a column"));
  }
  return tail;
}

function parseJoinKind(c: Cursor): JoinKind {
  const word = c.takeAny("INNER", "CROSS", "LEFT", "RIGHT", "FULL", "SEMI", "ANTI");
  switch (word) {
    case "CROSS":
      return "cross";
    case "SEMI":
      return "left_semi";
    case "ANTI":
      return "left_anti";
    case "LEFT":
      if (c.takeWords("SEMI")) return "left_semi";
      if (c.takeWords("ANTI")) return "left_anti";
      c.takeWords("OUTER");
      return "left";
    case "RIGHT":
    case "FULL":
      c.takeWords("OUTER");
      return word === "RIGHT" ? "right" : "full";
    default:
      return "inner";
  }
}

/** Comma-separated relations as one chain of cross joins. */
export function joinAll(relations: readonly Relation[]): Relation {
  return relations.reduce((left, right): Relation => {
    const lateral = (right.kind === "subquery" || right.kind === "table_function") && right.lateral;
    const span = { start: left.span.start, end: right.span.end };
    return { kind: "join", left, right, join: "cross", natural: false, lateral, span };
  });
}
