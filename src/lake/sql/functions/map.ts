/**
 * Maps (Spark 4.2 `complexTypeCreator.scala`, `collectionOperations.scala`): made, measured, taken
 * apart. Higher-order functions over maps are in `lambda-map.ts`.
 */
import { engineType } from "../../engine/engine-type.ts";
import {
  arrayType,
  BOOLEAN,
  type DataType,
  formatTypeSql,
  type MapType,
  mapType,
  STRING,
  structField,
  structType,
  VOID,
} from "../../schema/data-type.ts";
import type { MapValue, Value } from "../../schema/value.ts";
import type { BoundExpression } from "../plan/expression.ts";
import { typedLiteral } from "../types/literal.ts";
import { mismatch } from "../types/mismatch.ts";
import { commonType } from "../types/type-rules.ts";
import { type Accept, ARR, exact, MAP_ANY, STR } from "./accept.ts";
import { define, type EmitFunction, entry, script, wrongArity } from "./builder.ts";
import type { FunctionDef, ResolveContext } from "./definition.ts";
import { identityOf } from "./js/array.ts";
import { buildMap, concatMaps, mapFromArrays, mapFromEntries } from "./js/map.ts";
import { splitJava } from "./regexp.ts";
import { mixesText, widerWithoutText } from "./tightest-type.ts";

/** A map; NULL alone counts as a map of nothing. */
const MAP: Accept = {
  ...MAP_ANY,
  target: (t) => (t.kind === "void" ? mapType(VOID, VOID) : MAP_ANY.target(t)),
};

function asMap(type: DataType): MapType {
  if (type.kind !== "map") throw new Error(`not a map: ${type.kind}`);
  return type;
}

/** INVALID_MAP_KEY_TYPE for keys that hold a map. */
export function refuseMapKey(type: DataType, context: ResolveContext): void {
  if (!holdsMap(type)) return;
  throw mismatch("INVALID_MAP_KEY_TYPE", "the key of a map cannot hold a map", context.span);
}

function holdsMap(type: DataType): boolean {
  if (type.kind === "array") return holdsMap(type.element);
  if (type.kind === "struct") return type.fields.some((f) => holdsMap(f.type));
  return type.kind === "map" || type.kind === "variant";
}

/** Keys the engine compares as Spark does; it tells -0.0 from 0.0. */
function isPlainKey(type: DataType): boolean {
  return !["float", "double", "array", "struct", "void"].includes(type.kind);
}

const emitMap: EmitFunction = (args, call, context) => {
  const { key } = asMap(call.type);
  const keys = args.filter((_, i) => i % 2 === 0);
  const values = args.filter((_, i) => i % 2 === 1);
  if (isPlainKey(key) || args.length === 0) {
    return `CAST(MAP([${keys.join(", ")}], [${values.join(", ")}]) AS ${engineType(call.type)})`;
  }
  const build = script(
    "map",
    (flat) => buildMap(keys.map((_, i) => [flat[2 * i]!, flat[2 * i + 1]!])),
    { onNull: true },
  );
  return build(args, call, context);
};

function commonOf(
  args: readonly BoundExpression[],
  subclass: string,
  context: ResolveContext,
): DataType {
  const type = args.length === 0 ? VOID : commonType(args.map((a) => a.type));
  if (type) return type;
  const types = args.map((a) => formatTypeSql(a.type)).join(", ");
  throw mismatch(
    subclass,
    `\`map\` needs keys, and values, of one type, not ${types}`,
    context.span,
  );
}

const CREATE = entry(
  "map",
  { summary: "A map of keys and values in turn.", example: "map('a', 1, 'b', 2)" },
  emitMap,
  (args, context) => {
    if (args.length % 2 === 1) {
      throw wrongArity(context.calledAs, "2n (n > 0)", args.length, context.span);
    }
    const keys = args.filter((_, i) => i % 2 === 0);
    const values = args.filter((_, i) => i % 2 === 1);
    const key = commonOf(keys, "CREATE_MAP_KEY_DIFF_TYPES", context);
    const value = commonOf(values, "CREATE_MAP_VALUE_DIFF_TYPES", context);
    refuseMapKey(key, context);
    return {
      type: mapType(
        key,
        value,
        values.some((v) => v.nullable),
      ),
      nullable: false,
      args: args.map((arg, i) => context.cast(arg, i % 2 === 0 ? key : value)),
    };
  },
);

const FROM_ENTRIES = entry(
  "map_from_entries",
  {
    summary: "A map of an array of pairs.",
    example: "map_from_entries(array(struct(1, 'a'), struct(2, 'b')))",
  },
  script("map_from_entries", ([pairs]) => mapFromEntries(pairs as readonly Value[])),
  (args, context) => {
    if (args.length !== 1) throw wrongArity(context.calledAs, "1", args.length, context.span);
    const { type, nullable } = args[0]!;
    if (
      type.kind !== "array" ||
      type.element.kind !== "struct" ||
      type.element.fields.length !== 2
    ) {
      throw mismatch(
        "UNEXPECTED_INPUT_TYPE",
        `\`map_from_entries\` takes an array of pairs, not ${formatTypeSql(type)}`,
        context.span,
      );
    }
    const [key, value] = type.element.fields;
    refuseMapKey(key!.type, context);
    return {
      type: mapType(key!.type, value!.type, value!.nullable),
      nullable: nullable || type.containsNull,
      args,
    };
  },
);

const CONCAT_MAPS = entry(
  "map_concat",
  { summary: "The entries of several maps.", example: "map_concat(map(1, 'a'), map(2, 'b'))" },
  (args, call, context) =>
    args.length === 0
      ? `CAST(MAP([], []) AS ${engineType(call.type)})`
      : script("map_concat", (maps) => concatMaps(maps as readonly MapValue[]))(
          args,
          call,
          context,
        ),
  (args, context) => {
    const odd = args.find((arg) => arg.type.kind !== "map");
    if (odd) {
      throw mismatch(
        "MAP_CONCAT_DIFF_TYPES",
        `\`map_concat\` takes maps, not ${formatTypeSql(odd.type)}`,
        context.span,
      );
    }
    if (args.length === 0) {
      return { type: mapType(STRING, STRING, false), nullable: false, args };
    }
    const types = args.map((arg) => asMap(arg.type));
    const common = types.some((type) => mixesText(type, types[0]!)) ? null : commonType(types);
    if (common?.kind !== "map") {
      throw mismatch("DATA_DIFF_TYPES", "`map_concat` needs maps of one type", context.span);
    }
    return {
      type: common,
      nullable: args.some((arg) => arg.nullable),
      args: args.map((arg) => context.cast(arg, common)),
    };
  },
);

const CONTAINS_KEY = entry(
  "map_contains_key",
  { summary: "Whether a map has the key.", example: "map_contains_key(map(1, 'a'), 1)" },
  script("map_contains_key", ([map, key]) => {
    const wanted = identityOf(key!);
    return (map as MapValue).entries.some(([k]) => identityOf(k) === wanted);
  }),
  (args, context) => {
    if (args.length !== 2) throw wrongArity(context.calledAs, "2", args.length, context.span);
    const [map, key] = args as [BoundExpression, BoundExpression];
    if (map.type.kind === "map" && key.type.kind === "void") {
      throw mismatch("NULL_TYPE", "the key to look for is NULL", context.span);
    }
    const common = map.type.kind === "map" ? widerWithoutText(map.type.key, key.type) : null;
    if (map.type.kind !== "map" || !common) {
      throw mismatch(
        "MAP_FUNCTION_DIFF_TYPES",
        "`map_contains_key` takes a map and a value of its key type, not " +
          `${formatTypeSql(map.type)} and ${formatTypeSql(key.type)}`,
        context.span,
      );
    }
    const type = mapType(common, map.type.value, map.type.valueContainsNull);
    return {
      type: BOOLEAN,
      nullable: map.nullable || key.nullable,
      args: [context.cast(map, type), context.cast(key, common)],
    };
  },
);

const ENTRIES = define(
  "map_entries",
  [MAP],
  ([map]) => {
    const { key, value, valueContainsNull } = asMap(map!.type);
    const fields = [structField("key", key, false), structField("value", value, valueContainsNull)];
    return arrayType(structType(fields), false);
  },
  (a, call) => `CAST(map_entries(${a[0]}) AS ${engineType(call.type)})`,
  { summary: "The entries of a map as structs.", example: "map_entries(map(1, 'a'))" },
);

const STR_TO_MAP = define(
  "str_to_map",
  [exact(STR), exact(STR), exact(STR)],
  mapType(STRING, STRING),
  script("str_to_map", ([text, pairs, keys]) =>
    buildMap(
      splitJava(text as string, pairs as string, -1).map((pair) => {
        const [key, value] = splitJava(pair, keys as string, 2);
        return [key!, value ?? null];
      }),
    ),
  ),
  {
    optional: 2,
    defaults: (args) => [",", ":"].slice(args.length - 1).map((text) => typedLiteral(text, STRING)),
    summary: "A map from text, split into pairs and each into key and value.",
    example: "str_to_map('a:1,b:2', ',', ':')",
  },
);

export const MAP_FUNCTIONS: readonly FunctionDef[] = [
  CREATE,
  FROM_ENTRIES,
  CONCAT_MAPS,
  CONTAINS_KEY,
  ENTRIES,
  STR_TO_MAP,
  define(
    "map_from_arrays",
    [ARR, ARR],
    ([keys, values]) => {
      const [k, v] = [keys!.type, values!.type];
      if (k.kind !== "array" || v.kind !== "array") throw new Error("no arrays");
      return mapType(k.element, v.element, v.containsNull);
    },
    script("map_from_arrays", ([keys, values]) =>
      mapFromArrays(keys as readonly Value[], values as readonly Value[]),
    ),
    {
      check: ([keys], context) => {
        if (keys!.type.kind === "array") refuseMapKey(keys!.type.element, context);
      },
      summary: "A map of an array of keys and an array of values.",
      example: "map_from_arrays(array(1, 2), array('a', 'b'))",
    },
  ),
  define(
    "map_keys",
    [MAP],
    ([map]) => arrayType(asMap(map!.type).key, false),
    (a) => `map_keys(${a[0]})`,
    { summary: "The keys of a map.", example: "map_keys(map(1, 'a'))" },
  ),
  define(
    "map_values",
    [MAP],
    ([map]) => arrayType(asMap(map!.type).value, asMap(map!.type).valueContainsNull),
    (a) => `map_values(${a[0]})`,
    { summary: "The values of a map.", example: "map_values(map(1, 'a'))" },
  ),
];
