/** Fresh identifiers. */
import { randomUUID } from "node:crypto";

/** Random UUID, version 4, lower case with dashes. */
export function newUuid(): string {
  return randomUUID();
}
