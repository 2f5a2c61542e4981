/** A table named on the command line, as it is written in SQL. */
import { existsSync } from "node:fs";
import { resolve } from "node:path";

import { SovereignError } from "../../core/errors.ts";
import type { TableIdentifier } from "../../lake/catalog/index.ts";
import type { Io } from "../io.ts";

/**
 * `orders`, `silver.orders`, `main.silver.orders`, ``delta.`/path` ``, or the folder of a table,
 * which must hold a `/` (`./orders`, `/data/orders`).
 */
export function quoteTable(word: string, io: Io): string {
  if (/^delta\.`.*`$/i.test(word)) return word;
  if (word.includes("/")) return `delta.${quoteName(resolveTableFolder(word, io))}`;
  const parts = tableNameParts(word);
  if (parts === null || parts.length > 3) {
    throw new SovereignError("INVALID_PARAMETER_VALUE", `\`${word}\` is no table name`, {
      hint: "write `table`, `schema.table`, `catalog.schema.table`, or a folder with a `/` in it",
    });
  }
  return parts.map(quoteName).join(".");
}

/** A name between backquotes. */
export function quoteName(name: string): string {
  return `\`${name.replaceAll("`", "``")}\``;
}

/** A name as one would type it: between backquotes only when it must be. */
export function formatName(name: string): string {
  return /^[a-z_]\w*$/i.test(name) ? name : quoteName(name);
}

/** A text literal of Spark SQL. */
export function quoteText(text: string): string {
  return `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
}

function resolveTableFolder(word: string, io: Io): string {
  const folder = resolve(io.cwd, word);
  if (existsSync(folder)) return folder;
  throw new SovereignError("RESOURCE_DOES_NOT_EXIST", `no folder \`${folder}\``, {
    hint: "a name without `/` is looked up in the catalog: `sovereign lake list`",
  });
}

/** A table as short as it may be typed: `orders` of main.default, `silver.orders` of main. */
export function formatTypedName(id: TableIdentifier): string {
  const { catalog, schema, name } = id;
  const parts =
    catalog !== "main" ? [catalog, schema, name] : schema === "default" ? [name] : [schema, name];
  return parts.map((part) => (/[.`/]/.test(part) ? quoteName(part) : part)).join(".");
}

/** Dotted parts, each bare or between backquotes; null when it is no name. */
export function tableNameParts(word: string): string[] | null {
  const parts: string[] = [];
  const pattern = /(?:`((?:[^`]|``)+)`|([^`.]+))(\.|$)/gy;
  let end = 0;
  for (const match of word.matchAll(pattern)) {
    parts.push(match[1] === undefined ? match[2]! : match[1].replaceAll("``", "`"));
    end = match.index + match[0].length;
  }
  return end === word.length && parts.length > 0 && !word.endsWith(".") ? parts : null;
}
