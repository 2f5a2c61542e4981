/** CREATE TABLE … AS SELECT as SQL text. */
import type { CreateTableOptions } from "./lake-api.ts";
import { quoteIdentifier } from "./sql/parse/name.ts";

/** The statement that makes the table `parts` of the rows of `source`. */
export function createTableText(
  parts: readonly string[],
  source: string,
  { orReplace, partitionedBy = [], comment, properties = {} }: CreateTableOptions,
): string {
  const pairs = Object.entries(properties).map(
    ([name, value]) => `${quoteText(name)} = ${quoteText(value)}`,
  );
  return [
    `CREATE ${orReplace ? "OR REPLACE " : ""}TABLE ${parts.map(quoteIdentifier).join(".")}`,
    partitionedBy.length === 0
      ? ""
      : `PARTITIONED BY (${partitionedBy.map(quoteIdentifier).join(", ")})`,
    comment === undefined ? "" : `COMMENT ${quoteText(comment)}`,
    pairs.length === 0 ? "" : `TBLPROPERTIES (${pairs.join(", ")})`,
    `AS SELECT * FROM ${quoteIdentifier(source)}`,
  ].join(" ");
}

function quoteText(text: string): string {
  return `'${text.replace(/[\\']/g, "\\$&")}'`;
}
