/** Which types the engine orders exactly as Spark does. */
import type { DataType } from "../../schema/data-type.ts";

/**
 * `no`: Spark refuses it. `unknown`: Spark orders it and the engine orders it differently where a
 * NULL stands inside (Spark puts inner NULLs first).
 */
export function isOrderable(type: DataType): "yes" | "no" | "unknown" {
  switch (type.kind) {
    case "map":
    case "variant":
      return "no";
    case "array":
      return combine(type.containsNull, [type.element]);
    case "struct":
      return combine(
        type.fields.some((f) => f.nullable),
        type.fields.map((f) => f.type),
      );
    default:
      return "yes";
  }
}

function combine(nullsInside: boolean, types: readonly DataType[]): "yes" | "no" | "unknown" {
  const inner = types.map(isOrderable);
  if (inner.includes("no")) return "no";
  return nullsInside || inner.includes("unknown") ? "unknown" : "yes";
}
