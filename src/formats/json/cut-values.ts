/**
 * Sets the large values of a JSON document apart, so that readers of their own take them from the
 * bytes, and parses what is left. The readers see whether what was set apart is well-formed.
 */
import { isUtf8 } from "node:buffer";
import { JsonReader } from "./json-reader.ts";
import { JsonFault, MARK } from "./json-scanner.ts";

/** Which values are set apart: lists and objects at these names. */
export interface Cuts {
  readonly [name: string]: true | Cuts;
}

export interface CutDocument {
  /** The document with null in place of what was set apart. */
  readonly rest: unknown;
  /** A reader of each value, by the path of its names with dots between. */
  readonly cut: ReadonlyMap<string, JsonReader>;
}

/** What a value takes in memory once it is parsed, at most, and what is always allowed. */
const VALUE_BYTES = 200;
const ALLOWED_BYTES = 2_000_000;

/**
 * Goes over the whole document, and throws `JsonFault` where it is none, where one of the names
 * comes twice, and where the rest would take many times the document's bytes.
 */
export function cutValues(bytes: Uint8Array, cuts: Cuts): CutDocument {
  if (!isUtf8(bytes)) throw new JsonFault(0, "it is no UTF-8");
  const reader = new JsonReader(bytes);
  const cut = new Map<string, JsonReader>();
  const rest: Uint8Array[] = [];
  let from = 0;

  const setApart = (path: string): void => {
    const start = reader.at;
    reader.skipBrackets();
    cut.set(path, new JsonReader(bytes, start, reader.at));
    rest.push(bytes.subarray(from, start), NULL);
    from = reader.at;
  };
  const walk = (names: Cuts, prefix: string): void => {
    const seen = new Set<string>();
    const known = Object.keys(names);
    reader.expect(MARK.openObject);
    for (let isFirst = true; reader.hasNext(isFirst, MARK.closeObject); isFirst = false) {
      const name = reader.readName(known);
      const inner = name === null ? null : names[name]!;
      const kind = reader.peek();
      if (name !== null) {
        if (seen.has(name)) throw reader.fault(`the key \`${name}\` is there twice`);
        seen.add(name);
      }
      const path = `${prefix}${name}`;
      if (inner === true && (kind === MARK.openObject || kind === MARK.openList)) setApart(path);
      else if (inner !== null && inner !== true && kind === MARK.openObject) {
        walk(inner, `${path}.`);
      } else reader.skipValue();
    }
  };
  if (reader.peek() === MARK.openObject) walk(cuts, "");
  else reader.skipValue();
  if (reader.peek() >= 0) throw reader.fault("more text behind the value");
  if (reader.skippedCount * VALUE_BYTES > bytes.length * 2 + ALLOWED_BYTES) {
    throw new JsonFault(0, `it has ${reader.skippedCount} values where a few are expected`);
  }
  rest.push(bytes.subarray(from));
  return { rest: JSON.parse(Buffer.concat(rest).toString("utf8")), cut };
}

const NULL = new TextEncoder().encode("null");
