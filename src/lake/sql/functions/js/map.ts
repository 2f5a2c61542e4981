/**
 * Maps over values (Spark 4.2 `ArrayBasedMapBuilder`): keys are neither NULL nor there twice, in
 * the order they come. -0.0 and 0.0 are one key, which most builders write as 0.0.
 */
import { MapValue, StructValue, type Value } from "../../../schema/value.ts";
import { runtimeError } from "../builder.ts";
import { identityOf } from "./array.ts";

type Entry = readonly [Value, Value];

/** A map of entries; fails on a NULL key and on a key that comes twice. */
export function buildMap(entries: readonly Entry[]): MapValue {
  checkKeys(entries);
  return new MapValue(entries.map(([key, value]) => [Object.is(key, -0) ? 0 : key, value]));
}

function checkKeys(entries: readonly Entry[]): void {
  const seen = new Set<string>();
  for (const [key] of entries) {
    if (key === null) throw runtimeError("NULL_MAP_KEY", "2200E", "a map key is NULL");
    const identity = identityOf(key);
    if (seen.has(identity)) {
      throw runtimeError("DUPLICATED_MAP_KEY", "23505", `the map key ${String(key)} comes twice`);
    }
    seen.add(identity);
  }
}

/** The same, with the keys as they are: -0.0 stays. */
export function mapOfEntries(entries: readonly Entry[]): MapValue {
  checkKeys(entries);
  return new MapValue(entries);
}

/** A map of an array of keys and an array of values. */
export function mapFromArrays(keys: readonly Value[], values: readonly Value[]): MapValue {
  if (keys.length !== values.length) {
    throw runtimeError(
      "_LEGACY_ERROR_TEMP_2128",
      "22023",
      "the key array and the value array of a map must have the same length",
    );
  }
  return mapOfEntries(keys.map((key, i) => [key, values[i]!]));
}

/** A map of an array of pairs; NULL when one pair is NULL. */
export function mapFromEntries(pairs: readonly Value[]): MapValue | null {
  if (pairs.includes(null)) return null;
  return buildMap(
    pairs.map((pair) => {
      const [key, value] = (pair as StructValue).values;
      return [key!, value!];
    }),
  );
}

/** The entries of several maps in one. */
export function concatMaps(maps: readonly MapValue[]): MapValue {
  return buildMap(maps.flatMap((map) => map.entries));
}

/** Structs of a key of either map and its value in each; keys of the first map come first. */
export function joinMaps(a: MapValue, b: MapValue): Value {
  const joined = new Map<string, [Value, Value, Value]>();
  for (const [key, value] of a.entries) joined.set(identityOf(key), [key, value, null]);
  for (const [key, value] of b.entries) {
    const known = joined.get(identityOf(key));
    if (known) known[2] = value;
    else joined.set(identityOf(key), [key, null, value]);
  }
  return [...joined.values()].map((parts) => new StructValue(parts));
}
