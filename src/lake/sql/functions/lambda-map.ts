/** Higher-order functions over maps (Spark 4.2 `higherOrderFunctions.scala`). */
import { engineType } from "../../engine/engine-type.ts";
import {
  arrayType,
  type DataType,
  formatTypeSql,
  mapType,
  structField,
  structType,
} from "../../schema/data-type.ts";
import type { MapValue, StructValue, Value } from "../../schema/value.ts";
import type { CallExpression, LambdaExpression } from "../plan/expression.ts";
import { mismatch } from "../types/mismatch.ts";
import { callScript, entry } from "./builder.ts";
import type { EmitContext, FunctionDef } from "./definition.ts";
import { joinMaps, mapOfEntries } from "./js/map.ts";
import {
  asPredicate,
  bindAt,
  entryParameters,
  overStruct,
  printLambda,
  requireCount,
} from "./lambda-arguments.ts";
import { refuseMapKey } from "./map.ts";
import { widerWithoutText } from "./tightest-type.ts";

const KEY_VALUE = ["key", "value"];

/** Name and body of a lambda printed over one entry of the map. */
function overEntry(call: CallExpression, context: EmitContext): { names: string; body: string } {
  return printLambda(overStruct(call.args[1] as LambdaExpression, KEY_VALUE), context);
}

/** A map of a list of `struct(k, v)` whose keys are known to differ. */
function fromDistinctEntries(list: string, type: DataType): string {
  return `CAST(map_from_entries(${list}) AS ${engineType(type)})`;
}

const MAP_FILTER = entry(
  "map_filter",
  {
    summary: "The entries a lambda holds for.",
    example: "map_filter(map(1, 0, 2, 2), (k, v) -> k > v)",
  },
  ([map], call, context) => {
    const { names, body } = overEntry(call, context);
    return fromDistinctEntries(
      `list_filter(map_entries(${map}), lambda ${names}: ${body})`,
      call.type,
    );
  },
  (args, context) => {
    requireCount(args, 2, 2, context);
    const lambda = bindAt(args, 1, entryParameters(args, 0, context), context);
    return {
      type: args[0]!.type,
      nullable: args[0]!.nullable,
      args: [args[0]!, asPredicate(lambda, 1, context)],
    };
  },
);

const TRANSFORM_VALUES = entry(
  "transform_values",
  {
    summary: "A map with each value through a lambda.",
    example: "transform_values(map(1, 1), (k, v) -> v + 1)",
  },
  ([map], call, context) => {
    const { names, body } = overEntry(call, context);
    const pair = `struct_pack(k := ${names}.key, v := ${body})`;
    return fromDistinctEntries(
      `list_transform(map_entries(${map}), lambda ${names}: ${pair})`,
      call.type,
    );
  },
  (args, context) => {
    requireCount(args, 2, 2, context);
    const [key, value] = entryParameters(args, 0, context);
    const lambda = bindAt(args, 1, [key, value], context);
    return {
      type: mapType(key.type, lambda.type, lambda.nullable),
      nullable: args[0]!.nullable,
      args: [args[0]!, lambda],
    };
  },
);

const TRANSFORM_KEYS = entry(
  "transform_keys",
  {
    summary: "A map with each key through a lambda.",
    example: "transform_keys(map(1, 1), (k, v) -> k + 1)",
  },
  ([map], call, context) => {
    const { names, body } = overEntry(call, context);
    const pair = `struct_pack(k := ${body}, v := ${names}.value)`;
    return callScript(context, [`list_transform(map_entries(${map}), lambda ${names}: ${pair})`], {
      name: "transform_keys",
      parameters: [pairsOf(call.type)],
      returnType: call.type,
      call: ([pairs]) => mapOfEntries((pairs as readonly StructValue[]).map(pairOf)),
    });
  },
  (args, context) => {
    requireCount(args, 2, 2, context);
    const [key, value] = entryParameters(args, 0, context);
    const lambda = bindAt(args, 1, [key, value], context);
    refuseMapKey(lambda.type, context);
    return {
      type: mapType(lambda.type, value.type, value.nullable),
      nullable: args[0]!.nullable,
      args: [args[0]!, lambda],
    };
  },
);

function pairOf(pair: StructValue): [Value, Value] {
  return [pair.values[0]!, pair.values[1]!];
}

function pairsOf(type: DataType): DataType {
  if (type.kind !== "map") throw new Error("no map");
  return arrayType(structType([structField("k", type.key), structField("v", type.value)]));
}

const MAP_ZIP_WITH = entry(
  "map_zip_with",
  {
    summary: "The values of a key in two maps through a lambda.",
    example: "map_zip_with(map(1, 'a'), map(1, 'b'), (k, x, y) -> concat(x, y))",
  },
  ([a, b], call, context) => {
    const lambda = overStruct(call.args[2] as LambdaExpression, ["k", "x", "y"]);
    const joined = callScript(context, [a!, b!], {
      name: "map_zip",
      parameters: [call.args[0]!.type, call.args[1]!.type],
      returnType: arrayType(lambda.parameters[0]!.type),
      call: ([left, right]) => joinMaps(left as MapValue, right as MapValue),
    });
    const { names, body } = printLambda(lambda, context);
    const pair = `struct_pack(k := ${names}.k, v := ${body})`;
    return fromDistinctEntries(`list_transform(${joined}, lambda ${names}: ${pair})`, call.type);
  },
  (args, context) => {
    requireCount(args, 3, 3, context);
    const [keyA, valueA] = entryParameters(args, 0, context);
    const [keyB, valueB] = entryParameters(args, 1, context);
    const key = widerWithoutText(keyA.type, keyB.type);
    if (!key) {
      throw mismatch(
        "MAP_ZIP_WITH_DIFF_TYPES",
        `\`map_zip_with\` needs maps of one key type, not ${formatTypeSql(keyA.type)} and ` +
          formatTypeSql(keyB.type),
        context.span,
      );
    }
    const maps = [valueA, valueB].map((value, i) =>
      context.cast(args[i]!, mapType(key, value.type, value.nullable)),
    );
    const parameters = [
      { type: key, nullable: false },
      { type: valueA.type, nullable: true },
      { type: valueB.type, nullable: true },
    ];
    const lambda = bindAt(args, 2, parameters, context);
    return {
      type: mapType(key, lambda.type, lambda.nullable),
      nullable: args[0]!.nullable || args[1]!.nullable,
      args: [...maps, lambda],
    };
  },
);

export const MAP_LAMBDAS: readonly FunctionDef[] = [
  MAP_FILTER,
  TRANSFORM_VALUES,
  TRANSFORM_KEYS,
  MAP_ZIP_WITH,
];
