/**
 * Window specifications, their frames, and sort items (reference: Spark 4.2 `windowSpec`,
 * `windowFrame`, `sortItem`).
 */
import type { Expression, FrameBound, NamedWindow, SortItem, WindowSpec } from "../ast.ts";
import type { Cursor } from "./cursor.ts";
import { parseExpression } from "./expression.ts";
import { startsWindowClause } from "./keywords.ts";
import { isName, parseIdentifier } from "./name.ts";

/** `expr [ASC|DESC] [NULLS FIRST|LAST]`. */
export function parseSortItem(c: Cursor): SortItem {
  const start = c.start;
  const expression = parseExpression(c);
  const { direction, nulls } = parseDirection(c);
  return { expression, direction, ...(nulls ? { nulls } : {}), span: c.spanFrom(start) };
}

/** What may follow an ordered expression. */
export function parseDirection(c: Cursor): Pick<SortItem, "direction" | "nulls"> {
  const direction = c.takeAny("ASC", "DESC") === "DESC" ? "desc" : "asc";
  if (!c.takeWords("NULLS")) return { direction };
  const word = c.takeAny("FIRST", "LAST");
  if (!word) throw c.fail("FIRST or LAST");
  return { direction, nulls: word === "FIRST" ? "first" : "last" };
}

/** `w`, `(w)` or `(PARTITION BY … ORDER BY … frame)`. */
export function parseWindowSpec(c: Cursor): WindowSpec {
  const start = c.start;
  if (!c.isSymbol("(")) {
    const base = parseIdentifier(c, "a window");
    return { base, partitionBy: [], orderBy: [], span: base.span };
  }
  c.advance();
  if (isName(c) && c.isSymbol(")", 1)) {
    const base = parseIdentifier(c);
    c.advance();
    return { base, partitionBy: [], orderBy: [], span: c.spanFrom(start) };
  }
  const spec: WindowSpec = { partitionBy: [], orderBy: [], span: { start, end: start } };
  if (c.takeWords("CLUSTER", "BY")) {
    spec.partitionBy = c.commaList(() => parseExpression(c));
  } else {
    if (c.takeWords("PARTITION", "BY") || c.takeWords("DISTRIBUTE", "BY")) {
      spec.partitionBy = c.commaList(() => parseExpression(c));
    }
    if (c.takeWords("ORDER", "BY") || c.takeWords("SORT", "BY")) {
      spec.orderBy = c.commaList(() => parseSortItem(c));
    }
  }
  const frame = parseFrame(c);
  if (frame) spec.frame = frame;
  if (!c.takeSymbol(")")) throw c.fail("PARTITION BY, ORDER BY, ROWS, RANGE or `)`");
  spec.span = c.spanFrom(start);
  return spec;
}

/** A frame without BETWEEN ends at the current row. */
function parseFrame(c: Cursor): WindowSpec["frame"] {
  const word = c.takeAny("ROWS", "RANGE");
  if (!word) return undefined;
  const unit = word === "ROWS" ? "rows" : "range";
  if (!c.takeWords("BETWEEN")) {
    return { unit, start: parseBound(c), end: { kind: "current_row" } };
  }
  const start = parseBound(c);
  c.expectWords("AND");
  return { unit, start, end: parseBound(c) };
}

function parseBound(c: Cursor): FrameBound {
  if (c.takeWords("UNBOUNDED")) {
    return { kind: `unbounded_${parseSide(c)}` };
  }
  if (c.takeWords("CURRENT", "ROW")) return { kind: "current_row" };
  const value: Expression = parseExpression(c);
  if (!isConstant(value)) {
    const hint = "write a number or an interval";
    throw c.refuse("_LEGACY_ERROR_TEMP_0064", "a frame bound must be a literal", value.span, hint);
  }
  return { kind: parseSide(c), value };
}

function isConstant(e: Expression): boolean {
  switch (e.kind) {
    case "literal":
    case "interval":
    case "parameter":
      return true;
    case "unary":
    case "cast":
      return isConstant(e.operand);
    case "binary":
      return isConstant(e.left) && isConstant(e.right);
    default:
      return false;
  }
}

function parseSide(c: Cursor): "preceding" | "following" {
  const word = c.takeAny("PRECEDING", "FOLLOWING");
  if (!word) throw c.fail("PRECEDING or FOLLOWING");
  return word === "PRECEDING" ? "preceding" : "following";
}

/** `WINDOW w AS (…), …`, if it comes next. */
export function parseWindowClause(c: Cursor): NamedWindow[] {
  if (!startsWindowClause(c)) return [];
  const { start } = c.advance();
  const windows = c.commaList((): NamedWindow => {
    const name = parseIdentifier(c, "the name of a window");
    c.expectWords("AS");
    return { name, spec: parseWindowSpec(c) };
  });
  for (const [i, { name }] of windows.entries()) {
    if (windows.findIndex((other) => other.name.name === name.name) === i) continue;
    throw c.refuse(
      "INVALID_SQL_SYNTAX.REPETITIVE_WINDOW_DEFINITION",
      `the window \`${name.name}\` is defined twice`,
      c.spanFrom(start),
      "give each window its own name",
    );
  }
  return windows;
}
