/** `array[index]` (from 0, out of bounds raises) and `map[key]` (a missing key gives NULL). */
import { formatTypeSql, INT } from "../../schema/data-type.ts";
import type { CallExpression } from "../plan/expression.ts";
import { mismatch } from "../types/mismatch.ts";
import { isIntegral } from "../types/type-rules.ts";
import { entry, letIn } from "./builder.ts";
import type { EmitContext, FunctionDef } from "./definition.ts";

function emitSubscript(
  args: readonly string[],
  call: CallExpression,
  context: EmitContext,
): string {
  const [container, key] = call.args as [CallExpression, CallExpression];
  if (container.type.kind === "map") return mapValue(args[0]!, args[1]!);
  return letIn(context, { sql: args[0]!, expression: container }, (array) =>
    letIn(context, { sql: args[1]!, expression: key }, (index) => {
      const message =
        `'[INVALID_ARRAY_INDEX|22003] the index ' || ${index} || ' is out of bounds: the array has ' ` +
        `|| len(${array}) || ' elements; use \`get()\` to tolerate it'`;
      return (
        `CASE WHEN ${index} < 0 OR ${index} >= len(${array}) THEN error(${message}) ` +
        `ELSE ${array}[${index} + 1] END`
      );
    }),
  );
}

/** The value of a key; NULL where the map has none. */
export function mapValue(map: string, key: string): string {
  return `map_extract_value(${map}, ${key})`;
}

export const SUBSCRIPT: readonly FunctionDef[] = [
  entry(
    "[]",
    { kind: "operator", pretty: (a) => `${a[0]}[${a[1]}]` },
    emitSubscript,
    (args, context) => {
      const [container, key] = args as [CallExpression, CallExpression];
      const { type } = container;
      if (type.kind === "array") {
        if (!isIntegral(key.type) && key.type.kind !== "void" && key.type.kind !== "string") {
          throw mismatch("UNEXPECTED_INPUT_TYPE", "an array index is a whole number", context.span);
        }
        const index = key.type.kind === "long" ? key : context.cast(key, INT);
        return { type: type.element, nullable: true, args: [container, index] };
      }
      if (type.kind === "map") {
        return { type: type.value, nullable: true, args: [container, context.cast(key, type.key)] };
      }
      throw mismatch(
        "UNEXPECTED_INPUT_TYPE",
        `only arrays and maps have elements, not ${formatTypeSql(type)}`,
        context.span,
      );
    },
  ),
];
