/**
 * Column definitions and constraints (reference: Spark 4.2 `colDefinition`,
 * `tableConstraintDefinition`). Expressions of CHECK, DEFAULT and GENERATED keep their source
 * text, which Delta stores. Constraints written on a column come back as table constraints.
 */
import type { ColumnDefinition, Identifier, TableConstraint } from "../ast.ts";
import type { Cursor } from "./cursor.ts";
import { parseExpression } from "./expression.ts";
import { parseStringLiteral } from "./literal.ts";
import { parseIdentifier, parseName } from "./name.ts";
import { textSince } from "./table-reference.ts";
import { parseTypeWithText } from "./type.ts";

/** `( column | constraint, … )`. */
export function parseTableElements(c: Cursor): {
  columns: ColumnDefinition[];
  constraints: TableConstraint[];
} {
  const columns: ColumnDefinition[] = [];
  const constraints: TableConstraint[] = [];
  c.parenthesized(() => {
    if (startsConstraint(c)) constraints.push(parseConstraint(c));
    else columns.push(parseColumnDefinition(c, constraints));
  });
  return { columns, constraints };
}

function startsConstraint(c: Cursor): boolean {
  const named = c.isWord("CONSTRAINT");
  const ahead = named ? 2 : 0;
  if (c.isWord("PRIMARY", ahead) || c.isWord("FOREIGN", ahead)) return c.isWord("KEY", ahead + 1);
  if (c.isWord("UNIQUE", ahead) || c.isWord("CHECK", ahead)) {
    return named || c.isSymbol("(", ahead + 1);
  }
  return false;
}

/** A constraint that stands for itself, with its name if it has one. */
export function parseConstraint(c: Cursor): TableConstraint {
  const start = c.start;
  const name = c.takeWords("CONSTRAINT") ? parseIdentifier(c, "a constraint") : undefined;
  const constraint = parseConstraintBody(c, start, name);
  if (!constraint) throw c.fail("CHECK, PRIMARY KEY, FOREIGN KEY or UNIQUE");
  return constraint;
}

function parseConstraintBody(
  c: Cursor,
  start: number,
  name?: Identifier,
): TableConstraint | undefined {
  const named = name ? { name } : {};
  if (c.takeWords("CHECK")) {
    c.expectSymbol("(");
    const from = c.start;
    const expression = parseExpression(c);
    const text = textSince(c, from);
    c.expectSymbol(")");
    skipCharacteristics(c);
    return { ...named, kind: "check", expression, text, span: c.spanFrom(start) };
  }
  const kind = parseKeyConstraint(c);
  if (!kind) return undefined;
  skipCharacteristics(c);
  return { ...named, kind, text: textSince(c, start), span: c.spanFrom(start) };
}

function parseKeyConstraint(c: Cursor): TableConstraint["kind"] | undefined {
  const columns = () => c.parenthesized(() => parseIdentifier(c, "a column"));
  if (c.takeWords("PRIMARY", "KEY")) {
    if (c.isSymbol("(")) columns();
    return "primary_key";
  }
  if (c.takeWords("UNIQUE")) {
    if (c.isSymbol("(")) columns();
    return "unique";
  }
  if (c.takeWords("FOREIGN", "KEY")) {
    columns();
    if (!c.isWord("REFERENCES")) throw c.fail("`REFERENCES`");
  }
  if (!c.takeWords("REFERENCES")) return undefined;
  parseName(c, "a table");
  if (c.isSymbol("(")) columns();
  return "foreign_key";
}

function skipCharacteristics(c: Cursor): void {
  while (true) {
    if (c.takeAny("ENFORCED", "RELY", "NORELY")) continue;
    if (!c.takeWords("NOT", "ENFORCED")) return;
  }
}

/** `name type [NOT NULL] [DEFAULT …] [GENERATED …] [COMMENT '…'] [constraints]`. */
export function parseColumnDefinition(
  c: Cursor,
  constraints: TableConstraint[],
  positioned = false,
): ColumnDefinition {
  const start = c.start;
  const name = positioned ? parseName(c, "a column") : singlePart(parseIdentifier(c, "a column"));
  const { type, raw } = parseTypeWithText(c);
  const column: ColumnDefinition = { name, type, notNull: false, span: { start, end: start } };
  if (raw !== undefined) column.charVarchar = raw;
  const seen = new Set<string>();
  while (true) {
    const from = c.start;
    const clause = parseColumnClause(c, column, constraints, positioned);
    if (!clause) break;
    if (seen.has(clause) && clause !== "constraint") {
      throw c.refuse(
        "CREATE_TABLE_COLUMN_DESCRIPTOR_DUPLICATE",
        `${clause} of the column \`${name.parts.at(-1)!.name}\` stands twice`,
        c.spanFrom(from),
        "keep one of them",
      );
    }
    seen.add(clause);
  }
  column.span = c.spanFrom(start);
  return column;
}

function singlePart(part: Identifier): ColumnDefinition["name"] {
  return { parts: [part], span: part.span };
}

/** Reads one clause into the column; its name, or undefined when none comes next. */
function parseColumnClause(
  c: Cursor,
  column: ColumnDefinition,
  constraints: TableConstraint[],
  positioned: boolean,
): string | undefined {
  if (c.takeNotNull()) {
    column.notNull = true;
    return "NOT NULL";
  }
  if (c.takeWords("DEFAULT")) {
    column.default = parseExpressionWithText(c);
    return "DEFAULT";
  }
  if (c.takeWords("COMMENT")) {
    column.comment = parseStringLiteral(c).value;
    return "COMMENT";
  }
  if (positioned) return parsePositionInto(c, column);
  if (c.takeWords("GENERATED")) {
    parseGenerated(c, column);
    return "GENERATED";
  }
  const start = c.start;
  const isNamed = c.isWord("CONSTRAINT");
  const name = c.takeWords("CONSTRAINT") ? parseIdentifier(c, "a constraint") : undefined;
  const constraint = parseConstraintBody(c, start, name);
  if (!constraint && isNamed) throw c.fail("CHECK, PRIMARY KEY, REFERENCES or UNIQUE");
  if (constraint) constraints.push(constraint);
  return constraint ? "constraint" : undefined;
}

function parsePositionInto(c: Cursor, column: ColumnDefinition): string | undefined {
  const position = parsePosition(c);
  if (!position) return undefined;
  column.position = position;
  return "FIRST or AFTER";
}

/** `FIRST` or `AFTER column`, if it comes next. */
export function parsePosition(c: Cursor): ColumnDefinition["position"] {
  if (c.takeWords("FIRST")) return { kind: "first" };
  if (!c.takeWords("AFTER")) return undefined;
  return { kind: "after", column: parseIdentifier(c, "a column") };
}

/** An expression with its source text. */
export function parseExpressionWithText(c: Cursor): NonNullable<ColumnDefinition["default"]> {
  const start = c.start;
  const expression = parseExpression(c);
  return { expression, text: textSince(c, start) };
}

function parseGenerated(c: Cursor, column: ColumnDefinition): void {
  const byDefault = c.takeWords("BY", "DEFAULT");
  if (!byDefault) c.expectWords("ALWAYS");
  c.expectWords("AS");
  if (!byDefault && c.takeSymbol("(")) {
    column.generated = parseExpressionWithText(c);
    c.expectSymbol(")");
    return;
  }
  c.expectWords("IDENTITY");
  column.identity = { always: !byDefault };
  if (column.type.kind !== "long" && column.type.kind !== "int") {
    const message = "an identity column must be BIGINT";
    const hint = "give the column the type BIGINT";
    throw c.refuse("IDENTITY_COLUMNS_UNSUPPORTED_DATA_TYPE", message, column.name.span, hint);
  }
  if (c.takeSymbol("(")) parseIdentityOptions(c, column.identity);
}

function parseIdentityOptions(
  c: Cursor,
  identity: NonNullable<ColumnDefinition["identity"]>,
): void {
  while (!c.takeSymbol(")")) {
    const key = c.isWords("START", "WITH") ? "start" : "step";
    if (key === "step" && !c.isWords("INCREMENT", "BY"))
      throw c.fail("START WITH, INCREMENT BY or `)`");
    c.advance();
    c.advance();
    if (identity[key] !== undefined) throw c.fail("`)`");
    const start = c.start;
    identity[key] = parseSignedInteger(c);
    if (key === "step" && /^-?0+$/.test(identity[key])) {
      const message = "the step of an identity column cannot be 0";
      const hint = "for example INCREMENT BY 1";
      throw c.refuse("IDENTITY_COLUMNS_ILLEGAL_STEP", message, c.spanFrom(start), hint);
    }
  }
}

function parseSignedInteger(c: Cursor): string {
  const sign = c.takeSymbol("-") ? "-" : "";
  const { kind, value, suffix } = c.peek();
  if (kind !== "number" || !/^\d+$/.test(value) || (suffix !== "" && suffix !== "L")) {
    throw c.fail("a whole number");
  }
  c.advance();
  return sign + value;
}
