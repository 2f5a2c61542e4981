/** PARTITIONED BY: column names, typed columns, or transforms such as `years(ts)`. */
import type { TableOptions } from "../ast.ts";
import type { Cursor } from "./cursor.ts";
import { parseStringLiteral } from "./literal.ts";
import { isName, parseIdentifier, parseName } from "./name.ts";
import { parsePrimary } from "./primary.ts";
import { textSince } from "./table-reference.ts";
import { parseType } from "./type.ts";

type Partition = TableOptions["partitionedBy"][number];

/** `(a, b INT, bucket(4, c))`. */
export function parsePartitioning(c: Cursor): Partition[] {
  const partitions = c.parenthesized(() => parsePartition(c));
  const typed = partitions.filter((partition) => partition.type).length;
  if (typed > 0 && typed < partitions.length) {
    throw c.refuse(
      "PARSE_SYNTAX_ERROR",
      "PARTITIONED BY mixes columns with and without a type",
      partitions[0]!.name.span,
      "name columns of the table only, or give every one a type",
    );
  }
  return partitions;
}

function parsePartition(c: Cursor): Partition {
  if (isName(c) && c.isSymbol("(", 1)) return parseTransform(c);
  if (isName(c) && c.isSymbol(".", 1)) {
    const { parts, span } = parseName(c);
    const name = { name: parts.map((p) => p.name).join("."), quoted: false, span };
    return { name };
  }
  const name = parseIdentifier(c, "a column");
  if (c.isSymbol(",") || c.isSymbol(")")) return { name };
  const type = parseType(c);
  c.takeNotNull();
  if (c.takeWords("COMMENT")) parseStringLiteral(c);
  return { name, type };
}

/** A transform of one column among its arguments; the others are constants. */
function parseTransform(c: Cursor): Partition {
  const start = c.start;
  const transformName = parseIdentifier(c);
  let column = transformName;
  c.parenthesized(() => {
    const argument = parsePrimary(c);
    if (argument.kind === "column") column = argument.name.parts.at(-1)!;
    else if (argument.kind !== "literal" && argument.kind !== "interval") {
      throw c.fail("a column or a constant");
    }
  });
  return { name: column, transform: textSince(c, start) };
}
