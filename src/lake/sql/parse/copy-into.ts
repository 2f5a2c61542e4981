/** Databricks' COPY INTO: files into a table, each file once. */
import type { CopyPath, SelectItem, Statement } from "../ast.ts";
import { notImplemented } from "../error.ts";
import type { Cursor } from "./cursor.ts";
import { parseStringLiteral } from "./literal.ts";
import { parseIdentifier } from "./name.ts";
import { parseProperties } from "./property.ts";
import { parseSelectItem } from "./select.ts";
import { parseAliasedTable, textSince } from "./table-reference.ts";

type Copy = Extract<Statement, { kind: "copy_into" }>;
type Source = Pick<Copy, "path" | "pathSpan" | "items">;

/** `COPY INTO t [(columns)] FROM … FILEFORMAT = … …`. */
export function parseCopyInto(c: Cursor): Statement {
  const start = c.start;
  c.expectWords("COPY", "INTO");
  const table = parseAliasedTable(c);
  const byPosition = c.takeWords("BY", "POSITION");
  const columns = c.isSymbol("(") ? c.parenthesized(() => parseIdentifier(c, "a column")) : [];
  c.expectWords("FROM");
  const source = parseSource(c);
  c.expectWords("FILEFORMAT");
  c.expectSymbol("=");
  const fileFormat = parseIdentifier(c, "a file format such as CSV or JSON").name.toLowerCase();
  const copy: Copy & { span: Statement["span"] } = {
    kind: "copy_into",
    table,
    ...source,
    fileFormat,
    formatOptions: [],
    copyOptions: [],
    columns,
    byPosition,
    span: c.spanFrom(start),
  };
  while (parseClause(c, copy)) copy.span = c.spanFrom(start);
  return copy;
}

function parsePath(c: Cursor): Source {
  const start = c.start;
  const path = parseCopyPath(c);
  const pathSpan = c.spanFrom(start);
  if (c.isWord("WITH")) {
    throw notImplemented("credentials of COPY INTO", { start: c.start, end: c.peek().end });
  }
  return { path, pathSpan };
}

/** A marker may stand wherever its literal may (Spark 4.1): `:landing '/customers'`. */
function parseCopyPath(c: Cursor): CopyPath {
  if (!c.takeSymbol(":")) return parseStringLiteral(c, "a path in quotes").value;
  const parameter = parseIdentifier(c, "the name of a parameter");
  const suffix = c.peek().kind === "string" ? parseStringLiteral(c).value : "";
  return { parameter, suffix };
}

function parseSource(c: Cursor): Source {
  if (!c.takeSymbol("(")) return parsePath(c);
  c.expectWords("SELECT");
  const items: SelectItem[] = c.commaList(() => parseSelectItem(c));
  c.expectWords("FROM");
  const source = parsePath(c);
  c.expectSymbol(")");
  return { ...source, items };
}

function parseClause(c: Cursor, copy: Copy): boolean {
  if (c.takeWords("FILES")) {
    c.expectSymbol("=");
    copy.files = c.parenthesized(() => parseStringLiteral(c, "a file name").value);
  } else if (c.takeWords("PATTERN")) {
    c.expectSymbol("=");
    copy.pattern = parseStringLiteral(c).value;
  } else if (c.takeWords("FORMAT_OPTIONS")) {
    copy.formatOptions = parseProperties(c);
  } else if (c.takeWords("COPY_OPTIONS")) {
    copy.copyOptions = parseProperties(c);
  } else if (c.takeWords("VALIDATE")) {
    copy.validate = parseValidate(c);
  } else {
    return false;
  }
  return true;
}

/** ALL or `n ROWS`, as written. */
function parseValidate(c: Cursor): string {
  const start = c.start;
  if (c.takeWords("ALL")) return "ALL";
  if (c.peek().kind !== "number") return "ALL";
  c.advance();
  c.expectWords("ROWS");
  return textSince(c, start);
}
