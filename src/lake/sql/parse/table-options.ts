/**
 * The clauses behind a table's columns (reference: Spark 4.2 `createTableClauses`). Clauses of
 * Hive and bucketing are read and noted in `unsupported`, for the binder to refuse by name.
 */
import type { MultipartName, TableOptions } from "../ast.ts";
import type { Cursor } from "./cursor.ts";
import { parseInteger, parseStringLiteral } from "./literal.ts";
import { isName, parseIdentifier, parseName } from "./name.ts";
import { parsePartitioning } from "./partitioning.ts";
import { parseOptionProperties, parseProperties } from "./property.ts";

/** Options with nothing said. */
export function noOptions(): TableOptions {
  return { partitionedBy: [], clusterBy: "none", properties: [], options: [], unsupported: [] };
}

/** USING and every further clause, each at most once. */
export function parseTableOptions(c: Cursor): TableOptions {
  const options = noOptions();
  const seen = new Set<string>();
  while (true) {
    const start = c.start;
    const clause = parseClause(c, options);
    if (!clause) break;
    if (seen.has(clause)) {
      const message = `the clause ${clause} stands twice`;
      throw c.refuse("DUPLICATE_CLAUSES", message, c.spanFrom(start), "keep one of them");
    }
    seen.add(clause);
  }
  refuseClustering(c, seen);
  return options;
}

function refuseClustering(c: Cursor, seen: ReadonlySet<string>): void {
  const [other, errorClass] = seen.has("PARTITIONED BY")
    ? ["PARTITIONED BY", "SPECIFY_CLUSTER_BY_WITH_PARTITIONED_BY_IS_NOT_ALLOWED"]
    : ["CLUSTERED BY", "SPECIFY_CLUSTER_BY_WITH_BUCKETING_IS_NOT_ALLOWED"];
  if (!seen.has("CLUSTER BY") || !seen.has(other!)) return;
  const { end } = c.spanFrom(c.start);
  const message = `CLUSTER BY and ${other} do not go together`;
  throw c.refuse(errorClass!, message, { start: end - 1, end }, "keep one of them");
}

function parseClause(c: Cursor, options: TableOptions): string | undefined {
  if (c.isWord("USING") && isName(c, 1)) {
    c.advance();
    options.using = parseName(c)
      .parts.map((part) => part.name.toLowerCase())
      .join(".");
    return "USING";
  }
  if (c.takeWords("OPTIONS")) {
    options.options = parseOptionProperties(c);
    return "OPTIONS";
  }
  if (c.takeWords("PARTITIONED", "BY")) {
    options.partitionedBy = parsePartitioning(c);
    return "PARTITIONED BY";
  }
  if (c.takeWords("CLUSTER", "BY")) {
    options.clusterBy = parseClusterBy(c);
    return "CLUSTER BY";
  }
  if (c.takeWords("LOCATION")) {
    options.location = parseStringLiteral(c).value;
    return "LOCATION";
  }
  if (c.takeWords("COMMENT")) {
    options.comment = parseStringLiteral(c).value;
    return "COMMENT";
  }
  if (c.takeWords("TBLPROPERTIES")) {
    options.properties = parseProperties(c);
    return "TBLPROPERTIES";
  }
  return parseForeignClause(c, options);
}

/** `(a, b.c)`, AUTO or NONE behind CLUSTER BY. */
export function parseClusterBy(c: Cursor): MultipartName[] | "auto" | "none" {
  if (c.takeWords("AUTO")) return "auto";
  if (c.takeWords("NONE")) return "none";
  return c.parenthesized(() => parseName(c, "a column"));
}

function parseForeignClause(c: Cursor, options: TableOptions): string | undefined {
  const start = c.start;
  const keyword = readForeignClause(c);
  if (keyword) options.unsupported.push({ keyword, span: c.spanFrom(start) });
  return keyword;
}

function readForeignClause(c: Cursor): string | undefined {
  const names = () => c.parenthesized(() => parseIdentifier(c, "a column"));
  if (c.takeWords("CLUSTERED", "BY")) {
    names();
    if (c.takeWords("SORTED", "BY")) {
      c.parenthesized(() => {
        parseIdentifier(c, "a column");
        c.takeAny("ASC", "DESC");
      });
    }
    c.expectWords("INTO");
    parseInteger(c, "a number of buckets");
    c.expectWords("BUCKETS");
    return "CLUSTERED BY";
  }
  if (c.takeWords("SKEWED", "BY")) {
    names();
    c.expectWords("ON");
    skipParentheses(c);
    c.takeWords("STORED", "AS", "DIRECTORIES");
    return "SKEWED BY";
  }
  if (c.takeWords("DEFAULT", "COLLATION")) {
    parseIdentifier(c, "a collation");
    return "DEFAULT COLLATION";
  }
  if (c.takeWords("ROW", "FORMAT")) return readRowFormat(c);
  if (c.isWord("STORED")) return readFileFormat(c);
  return undefined;
}

function skipParentheses(c: Cursor): void {
  if (!c.isSymbol("(")) throw c.fail("`(`");
  const close = c.matching(c.index);
  c.moveTo(close);
  c.expectSymbol(")");
}

function readRowFormat(c: Cursor): string {
  if (c.takeWords("SERDE")) {
    parseStringLiteral(c);
    if (c.takeWords("WITH", "SERDEPROPERTIES")) parseProperties(c);
    return "ROW FORMAT";
  }
  c.expectWords("DELIMITED");
  const clauses = [
    ["FIELDS", "TERMINATED", "BY"],
    ["ESCAPED", "BY"],
    ["COLLECTION", "ITEMS", "TERMINATED", "BY"],
    ["MAP", "KEYS", "TERMINATED", "BY"],
    ["LINES", "TERMINATED", "BY"],
    ["NULL", "DEFINED", "AS"],
  ];
  for (const words of clauses) if (c.takeWords(...words)) parseStringLiteral(c);
  return "ROW FORMAT";
}

function readFileFormat(c: Cursor): string {
  c.expectWords("STORED");
  if (c.takeWords("BY")) {
    parseStringLiteral(c);
    if (c.takeWords("WITH", "SERDEPROPERTIES")) parseProperties(c);
    return "STORED BY";
  }
  c.expectWords("AS");
  if (c.takeWords("INPUTFORMAT")) {
    parseStringLiteral(c);
    c.expectWords("OUTPUTFORMAT");
    parseStringLiteral(c);
  } else {
    parseIdentifier(c, "a file format");
  }
  return "STORED AS";
}
