/** Where managed tables live: `<lake root>/<catalog>/<schema>/<table>`, parts made safe names. */
import { isAbsolute, join, relative, sep } from "node:path";
import type { TableIdentifier } from "./types.ts";

/**
 * A name as a folder name: lower case, since names compare without case, and `~` with two or more
 * hex digits for whatever a file system or an URI might read differently.
 */
export function folderName(name: string): string {
  const escaped = name
    .toLowerCase()
    .replace(/[^\p{L}\p{N}_\-.]/gu, (character) => `~${character.codePointAt(0)!.toString(16)}`);
  return escaped.replace(/^\.+/, (dots) => "~2e".repeat(dots.length));
}

/** Default folder of a schema. */
export function schemaFolder(lakeRoot: string, catalog: string, schema: string): string {
  return join(lakeRoot, folderName(catalog), folderName(schema));
}

/** Default folder of a managed table in a schema whose folder is `schemaLocation`. */
export function tableFolder(schemaLocation: string, id: TableIdentifier): string {
  return join(schemaLocation, folderName(id.name));
}

/** A location as stored: relative when it lies below the lake root, so that a project may move. */
export function toStoredLocation(lakeRoot: string, location: string): string {
  const path = relative(lakeRoot, location);
  const isBelow = path !== "" && path !== ".." && !path.startsWith(`..${sep}`) && !isAbsolute(path);
  return isBelow ? path : location;
}

/** The absolute folder of a stored location. */
export function fromStoredLocation(lakeRoot: string, stored: string): string {
  return isAbsolute(stored) ? stored : join(lakeRoot, stored);
}
