/**
 * Upkeep of tables (references: Delta `DeltaSqlBase.g4`, Spark 4.2 `statement`): OPTIMIZE, VACUUM,
 * RESTORE, CONVERT, REORG, FSCK, TRUNCATE, ANALYZE, REFRESH, CACHE, MSCK.
 */
import type { MultipartName, Statement } from "../ast.ts";
import { parseColumnDefinition } from "./column.ts";
import type { Cursor } from "./cursor.ts";
import { parseExpression } from "./expression.ts";
import { isName, parseIdentifier, parseName } from "./name.ts";
import { parseOptionProperties } from "./property.ts";
import { parseQuery, startsQuery } from "./query.ts";
import {
  parsePartitionSpec,
  parseTable,
  parseTableOrPath,
  takeFromOrIn,
  takeIfExists,
  textSince,
} from "./table-reference.ts";
import { parseTimeTravel } from "./time-travel.ts";
import { skipUnsupported } from "./unsupported.ts";

/** `OPTIMIZE t [FULL] [WHERE …] [ZORDER BY (…)]`. */
export function parseOptimize(c: Cursor): Statement {
  const start = c.start;
  c.advance();
  const table = parseTableOrPath(c);
  const full = c.takeWords("FULL");
  const where = c.takeWords("WHERE") ? { where: parseExpression(c) } : {};
  const zorder = c.takeWords("ZORDER", "BY") ? parseZorder(c) : [];
  return { kind: "optimize", table, ...where, zorder, full, span: c.spanFrom(start) };
}

function parseZorder(c: Cursor): MultipartName[] {
  const name = () => parseName(c, "a column");
  return c.isSymbol("(") ? c.parenthesized(name) : c.commaList(name);
}

/** `VACUUM t [LITE|FULL] [RETAIN n HOURS] [DRY RUN]`. */
export function parseVacuum(c: Cursor): Statement {
  const start = c.start;
  c.advance();
  const table = parseTableOrPath(c);
  if (c.isWords("USING", "INVENTORY")) return skipUnsupported(c, start, "VACUUM … USING INVENTORY");
  const statement: Extract<Statement, { kind: "vacuum" }> = {
    kind: "vacuum",
    table,
    dryRun: false,
    span: { start, end: start },
  };
  while (true) {
    const mode = c.takeAny("LITE", "FULL");
    if (mode) statement.mode = mode === "LITE" ? "lite" : "full";
    else if (c.takeWords("RETAIN")) {
      const sign = c.takeSymbol("-") ? "-" : "";
      if (c.peek().kind !== "number") throw c.fail("a number of hours");
      statement.retainHours = sign + c.advance().value;
      c.expectWords("HOURS");
    } else if (c.takeWords("DRY", "RUN")) statement.dryRun = true;
    else break;
  }
  statement.span = c.spanFrom(start);
  return statement;
}

/** `RESTORE [TABLE] t [TO] VERSION|TIMESTAMP AS OF …`. */
export function parseRestore(c: Cursor): Statement {
  const start = c.start;
  c.advance();
  if (isName(c, 1) && !c.isWord("TO", 1)) c.takeWords("TABLE");
  const reference = parseTableOrPath(c);
  c.takeWords("TO");
  const timeTravel = parseTimeTravel(c);
  if (!timeTravel) throw c.fail("VERSION AS OF or TIMESTAMP AS OF");
  const table = { ...reference, timeTravel };
  return { kind: "restore", table, span: c.spanFrom(start) };
}

/** ``CONVERT TO DELTA parquet.`path` [NO STATISTICS] [PARTITIONED BY (…)]``. */
export function parseConvert(c: Cursor): Statement {
  const start = c.start;
  c.expectWords("CONVERT", "TO", "DELTA");
  const table = parseTable(c);
  const noStatistics = c.takeWords("NO", "STATISTICS");
  const partitionedBy = c.takeWords("PARTITIONED", "BY")
    ? c.parenthesized(() => parseColumnDefinition(c, []))
    : [];
  return { kind: "convert", table, partitionedBy, noStatistics, span: c.spanFrom(start) };
}

/** `REORG TABLE t [WHERE …] APPLY (…)`; the inside of APPLY is kept as text. */
export function parseReorg(c: Cursor): Statement {
  const start = c.start;
  c.expectWords("REORG", "TABLE");
  const table = parseTableOrPath(c);
  const where = c.takeWords("WHERE") ? { where: parseExpression(c) } : {};
  c.expectWords("APPLY");
  if (!c.isSymbol("(")) throw c.fail("`(`");
  const close = c.matching(c.index);
  c.advance();
  const from = c.start;
  while (c.index < close) c.advance();
  const apply = textSince(c, from);
  c.expectSymbol(")");
  return { kind: "reorg", table, ...where, apply, span: c.spanFrom(start) };
}

/** `FSCK REPAIR TABLE t [DRY RUN]`. */
export function parseFsck(c: Cursor): Statement {
  const start = c.start;
  c.expectWords("FSCK", "REPAIR", "TABLE");
  const table = parseTableOrPath(c);
  return { kind: "fsck", table, dryRun: c.takeWords("DRY", "RUN"), span: c.spanFrom(start) };
}

/** `TRUNCATE TABLE t [PARTITION (…)]`. */
export function parseTruncate(c: Cursor): Statement {
  const start = c.start;
  c.expectWords("TRUNCATE", "TABLE");
  const table = parseTable(c);
  const partition = parsePartitionSpec(c);
  return { kind: "truncate", table, ...(partition ? { partition } : {}), span: c.spanFrom(start) };
}

/** `ANALYZE TABLE t [PARTITION (…)] COMPUTE STATISTICS [NOSCAN | FOR [ALL] COLUMNS …]`. */
export function parseAnalyze(c: Cursor): Statement {
  const start = c.start;
  c.advance();
  if (c.takeWords("TABLES")) {
    if (takeFromOrIn(c)) parseName(c, "a schema");
    c.expectWords("COMPUTE", "STATISTICS");
    parseNoScan(c);
    return { kind: "analyze", span: c.spanFrom(start) };
  }
  c.expectWords("TABLE");
  const table = parseTable(c);
  parsePartitionSpec(c);
  c.expectWords("COMPUTE", "STATISTICS");
  if (c.takeWords("FOR")) {
    if (c.takeWords("ALL")) c.expectWords("COLUMNS");
    else {
      c.expectWords("COLUMNS");
      c.commaList(() => parseIdentifier(c, "a column"));
    }
  } else parseNoScan(c);
  return { kind: "analyze", table, span: c.spanFrom(start) };
}

function parseNoScan(c: Cursor): void {
  if (isName(c) && !c.takeWords("NOSCAN")) throw c.fail("NOSCAN or FOR COLUMNS");
}

/** `REFRESH TABLE t`. */
export function parseRefresh(c: Cursor): Statement {
  const start = c.start;
  c.advance();
  const isTable = c.isWord("TABLE") && isName(c, 1);
  if (!isTable) return skipUnsupported(c, start, "REFRESH of a path or function");
  c.advance();
  return { kind: "refresh", table: parseTable(c), span: c.spanFrom(start) };
}

/** `CACHE [LAZY] TABLE t [AS query]`; with a query it would define a view, which is not built. */
export function parseCache(c: Cursor): Statement {
  const start = c.start;
  c.advance();
  c.takeWords("LAZY");
  c.expectWords("TABLE");
  const table = parseTable(c);
  if (c.takeWords("OPTIONS")) parseOptionProperties(c);
  if (!c.takeWords("AS") && !startsQuery(c)) {
    return { kind: "cache", table, span: c.spanFrom(start) };
  }
  parseQuery(c);
  return { kind: "unsupported", keyword: "CACHE TABLE … AS", span: c.spanFrom(start) };
}

/** `UNCACHE TABLE [IF EXISTS] t`. */
export function parseUncache(c: Cursor): Statement {
  const start = c.start;
  c.expectWords("UNCACHE", "TABLE");
  takeIfExists(c);
  return { kind: "uncache", table: parseTable(c), span: c.spanFrom(start) };
}

/** `[MSCK] REPAIR TABLE t [ADD|DROP|SYNC PARTITIONS]`. */
export function parseMsck(c: Cursor): Statement {
  const start = c.start;
  c.takeWords("MSCK");
  c.expectWords("REPAIR", "TABLE");
  const table = parseTable(c);
  if (c.takeAny("ADD", "DROP", "SYNC")) c.expectWords("PARTITIONS");
  return { kind: "msck", table, span: c.spanFrom(start) };
}
