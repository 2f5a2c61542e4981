/** Completion at the SQL prompt: keywords, catalogs, schemas and tables. */
import { listedTables } from "../../lake/catalog/index.ts";
import type { Lake } from "../../lake/index.ts";
import { quoteName } from "./table-name.ts";

const KEYWORDS = (
  "SELECT FROM WHERE GROUP BY ORDER HAVING LIMIT JOIN LEFT RIGHT FULL OUTER INNER CROSS ON USING " +
  "UNION ALL EXCEPT INTERSECT WITH AS DISTINCT CASE WHEN THEN ELSE END AND OR NOT IN BETWEEN LIKE " +
  "IS NULL CAST INSERT INTO OVERWRITE VALUES UPDATE SET DELETE MERGE MATCHED CREATE TABLE VIEW " +
  "SCHEMA CATALOG DROP ALTER REPLACE EXISTS IF DESCRIBE HISTORY DETAIL EXTENDED SHOW TABLES SCHEMAS " +
  "CATALOGS COLUMNS USE EXPLAIN VERSION TIMESTAMP OF QUALIFY OVER PARTITION PARTITIONED DELTA COPY"
).split(" ");

/** Candidates for the word the line ends with, and that word. */
export function completeSql(line: string, lake: Lake): [string[], string] {
  const word = /(?:`[^`]*(?:`|$)|[\w.])*$/.exec(line)?.[0] ?? "";
  if (word === "") return [[], word];
  const lower = word.toLowerCase();
  const keywords = word === lower ? KEYWORDS.map((name) => name.toLowerCase()) : KEYWORDS;
  const names = [...keywords, ...listNames(lake)];
  return [names.filter((name) => name.toLowerCase().startsWith(lower)), word];
}

function listNames(lake: Lake): string[] {
  const { catalog } = lake;
  const paths = catalog.listCatalogs().flatMap(({ name }) => {
    const prefix = name === "main" ? [] : [name];
    return catalog.listSchemas(name).flatMap((schema) => {
      const path = [...prefix, schema.name];
      const isDefault = path.length === 1 && schema.name === "default";
      const tables = listedTables(catalog, name, schema.name).map((table) => table.name);
      return [path, ...tables.map((table) => (isDefault ? [table] : [...path, table]))];
    });
  });
  return paths.map((parts) => parts.map(quoteIfNeeded).join("."));
}

function quoteIfNeeded(part: string): string {
  return /^[a-z_]\w*$/i.test(part) ? part : quoteName(part);
}
