/**
 * ALTER TABLE (references: Spark 4.2 `statement`, Delta `alterTable*`). Actions on partitions,
 * SerDes and several columns at once come back as `unsupported` with their words.
 */
import type { AlterAction, Statement, TableConstraint } from "../ast.ts";
import {
  parseColumnDefinition,
  parseConstraint,
  parseExpressionWithText,
  parsePosition,
} from "./column.ts";
import type { Cursor } from "./cursor.ts";
import { parseStringLiteral } from "./literal.ts";
import { isName, parseIdentifier, parseName } from "./name.ts";
import { parseProperties, parsePropertyKeys } from "./property.ts";
import { parseClusterBy } from "./table-options.ts";
import {
  parsePartitionSpec,
  parseTable,
  takeIfExists,
  takeIfNotExists,
} from "./table-reference.ts";
import { parseTypeWithText } from "./type.ts";

type AlterColumn = Extract<AlterAction, { kind: "alter_column" }>;

/** From behind ALTER TABLE on. */
export function parseAlterTable(c: Cursor, start: number): Statement {
  const table = parseTable(c);
  const hasPartition = parsePartitionSpec(c) !== undefined;
  const action = hasPartition ? parsePartitionAction(c) : parseAction(c);
  return { kind: "alter_table", table, action, span: c.spanFrom(start) };
}

function unsupported(keyword: string): AlterAction {
  return { kind: "unsupported", keyword };
}

function parsePartitionAction(c: Cursor): AlterAction {
  if (c.takeWords("RENAME", "TO")) {
    if (!parsePartitionSpec(c)) throw c.fail("PARTITION (…)");
    return unsupported("PARTITION … RENAME TO");
  }
  if (c.isWord("CHANGE") || c.isWord("REPLACE") || c.isWord("SET")) {
    const action = parseAction(c);
    return unsupported(`PARTITION … ${action.kind === "unsupported" ? action.keyword : "change"}`);
  }
  throw c.fail("RENAME TO, SET or CHANGE");
}

function parseAction(c: Cursor): AlterAction {
  const { word } = c.peek();
  switch (word) {
    case "ADD":
      return parseAdd(c);
    case "DROP":
      return parseDrop(c);
    case "RENAME":
      return parseRename(c);
    case "ALTER":
    case "CHANGE":
      return parseAlterColumns(c);
    case "SET":
      return parseSet(c);
    case "UNSET": {
      c.expectWords("UNSET", "TBLPROPERTIES");
      const ifExists = takeIfExists(c);
      return { kind: "unset_properties", keys: parsePropertyKeys(c), ifExists };
    }
    case "CLUSTER":
      c.expectWords("CLUSTER", "BY");
      return { kind: "cluster_by", columns: parseClusterBy(c) };
    case "REPLACE":
      c.expectWords("REPLACE", "COLUMNS");
      c.parenthesized(() => parseColumnDefinition(c, [], true));
      return unsupported("REPLACE COLUMNS");
    case "RECOVER":
      c.expectWords("RECOVER", "PARTITIONS");
      return unsupported("RECOVER PARTITIONS");
    case "DEFAULT":
      c.expectWords("DEFAULT", "COLLATION");
      parseIdentifier(c, "a collation");
      return unsupported("DEFAULT COLLATION");
    default:
      throw c.fail("ADD, ALTER, DROP, RENAME, SET, UNSET or CLUSTER BY");
  }
}

function parseAdd(c: Cursor): AlterAction {
  c.advance();
  const isColumns = c.isWord("COLUMN") || c.isWord("COLUMNS");
  if (isColumns) {
    c.advance();
    const column = () => parseColumnDefinition(c, [], true);
    const columns = c.isSymbol("(") ? c.parenthesized(column) : c.commaList(column);
    return { kind: "add_columns", columns };
  }
  const ifNotExists = takeIfNotExists(c);
  if (c.isWord("PARTITION")) {
    while (parsePartitionSpec(c)) if (c.takeWords("LOCATION")) parseStringLiteral(c);
    return unsupported("ADD PARTITION");
  }
  if (ifNotExists) throw c.fail("`PARTITION`");
  const constraint: TableConstraint = parseConstraint(c);
  return { kind: "add_constraint", constraint };
}

function parseDrop(c: Cursor): AlterAction {
  c.advance();
  if (c.takeAny("COLUMN", "COLUMNS")) {
    const ifExists = takeIfExists(c);
    const name = () => parseName(c, "a column");
    const columns = c.isSymbol("(") ? c.parenthesized(name) : c.commaList(name);
    return { kind: "drop_columns", columns, ifExists };
  }
  if (c.takeWords("CONSTRAINT")) {
    const ifExists = takeIfExists(c);
    const name = parseIdentifier(c, "a constraint");
    c.takeAny("RESTRICT", "CASCADE");
    return { kind: "drop_constraint", name, ifExists };
  }
  if (c.takeWords("FEATURE")) {
    const isString = c.peek().kind === "string";
    const feature = isString ? parseStringLiteral(c).value : parseIdentifier(c, "a feature").name;
    return { kind: "drop_feature", feature, truncateHistory: c.takeWords("TRUNCATE", "HISTORY") };
  }
  takeIfExists(c);
  if (!c.isWord("PARTITION")) throw c.fail("COLUMN, CONSTRAINT, FEATURE or PARTITION");
  c.commaList(() => parsePartitionSpec(c));
  c.takeWords("PURGE");
  return unsupported("DROP PARTITION");
}

function parseRename(c: Cursor): AlterAction {
  c.advance();
  if (c.takeWords("COLUMN")) {
    const from = parseName(c, "a column");
    c.expectWords("TO");
    return { kind: "rename_column", from, to: parseIdentifier(c, "a new name") };
  }
  c.expectWords("TO");
  return { kind: "rename", to: parseName(c, "a new name") };
}

function parseSet(c: Cursor): AlterAction {
  c.advance();
  if (c.takeWords("TBLPROPERTIES"))
    return { kind: "set_properties", properties: parseProperties(c) };
  if (c.takeWords("LOCATION"))
    return { kind: "set_location", location: parseStringLiteral(c).value };
  if (c.takeWords("SERDEPROPERTIES")) {
    parseProperties(c);
    return unsupported("SET SERDEPROPERTIES");
  }
  if (c.takeWords("SERDE")) {
    parseStringLiteral(c);
    if (c.takeWords("WITH", "SERDEPROPERTIES")) parseProperties(c);
    return unsupported("SET SERDE");
  }
  throw c.fail("TBLPROPERTIES or LOCATION");
}

/** Several columns in one statement are read and not built. */
function parseAlterColumns(c: Cursor): AlterAction {
  const isChange = c.advance().word === "CHANGE";
  if (c.isWord("COLUMN") && isName(c, 1)) c.advance();
  const first = parseAlterColumn(c, isChange);
  if (!c.isSymbol(",")) return first;
  while (c.takeSymbol(",")) parseAlterColumn(c, false);
  return unsupported("ALTER COLUMN with several columns");
}

function parseAlterColumn(c: Cursor, isChange: boolean): AlterAction {
  const column = parseName(c, "a column");
  const change = parseColumnChange(c);
  if (change) return { kind: "alter_column", column, change };
  if (!isChange || !isName(c)) {
    throw c.fail("TYPE, COMMENT, SET, DROP, FIRST or AFTER");
  }
  parseColumnDefinition(c, [], true);
  return unsupported("CHANGE COLUMN with a name and a type");
}

function parseColumnChange(c: Cursor): AlterColumn["change"] | undefined {
  if (c.isWord("TYPE") && isName(c, 1)) {
    c.advance();
    const { type, raw } = parseTypeWithText(c);
    return { kind: "type", type, ...(raw === undefined ? {} : { charVarchar: raw }) };
  }
  if (c.takeWords("COMMENT")) return { kind: "comment", comment: parseStringLiteral(c).value };
  if (c.takeWords("SYNC", "IDENTITY")) return { kind: "sync_identity" };
  const position = parsePosition(c);
  if (position) return { kind: "position", position };
  const verb = c.takeAny("SET", "DROP");
  if (!verb) return undefined;
  if (c.takeWords("DEFAULT")) {
    return verb === "DROP"
      ? { kind: "drop_default" }
      : { kind: "set_default", ...parseExpressionWithText(c) };
  }
  if (!c.takeNot()) throw c.fail("NOT NULL or DEFAULT");
  c.expectWords("NULL");
  return { kind: verb === "SET" ? "set_not_null" : "drop_not_null" };
}
