/**
 * The change data feed is not written yet, so the property that asks for it is refused where it is
 * set: a table that took it would refuse its first UPDATE. Tables that other engines made with it
 * can be read and appended to (`delta/features.ts`).
 */
import type { Span } from "../../sql/ast.ts";
import { notImplemented } from "../../sql/error.ts";

const KEYS = new Set(["delta.enablechangedatafeed", "delta.enablechangedatacapture"]);

interface Setting {
  key: string;
  value: string;
  span?: Span;
}

/** Throws NOT_IMPLEMENTED when the properties turn the change data feed on. */
export function refuseChangeFeed(properties: readonly Setting[]): void {
  const found = properties.find(
    ({ key, value }) => KEYS.has(key.toLowerCase()) && value.toLowerCase() === "true",
  );
  if (!found) return;
  throw notImplemented(
    `\`${found.key}\` (the Delta table feature \`changeDataFeed\`)`,
    found.span,
    "leave it out; SELECT … VERSION AS OF and `sovereign lake diff` show what changed",
  );
}
