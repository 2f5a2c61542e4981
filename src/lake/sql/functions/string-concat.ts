/** `concat` and `||` (Spark 4.2 `Concat`): strings, binaries or arrays; NULL wins. */
import { arrayType, BINARY, type DataType, STRING } from "../../schema/data-type.ts";
import type { BoundExpression } from "../plan/expression.ts";
import { mismatch } from "../types/mismatch.ts";
import { commonType, isAtomic } from "../types/type-rules.ts";
import { entry } from "./builder.ts";

export const CONCAT = entry(
  "concat",
  { summary: "Strings, binaries or arrays one after another.", example: "concat('a', 'b')" },
  (args, call) => {
    if (args.length === 0) return "''";
    if (call.args.length === 1) return args[0]!;
    if (call.type.kind === "array") {
      // The engine's list operators take NULL for an empty list.
      const isNull = args.map((arg) => `${arg} IS NULL`).join(" OR ");
      return `CASE WHEN ${isNull} THEN NULL ELSE list_concat(${args.join(", ")}) END`;
    }
    return `(${args.join(" || ")})`;
  },
  (args, context) => {
    const type = concatType(args);
    if (!type) {
      throw mismatch("DATA_DIFF_TYPES", "concat needs strings, binaries or arrays", context.span);
    }
    return {
      type,
      nullable: args.some((a) => a.nullable),
      args: args.map((a) => context.cast(a, type)),
    };
  },
);

function concatType(args: readonly BoundExpression[]): DataType | null {
  const types = args.map((a) => a.type);
  if (types.some((t) => t.kind === "array")) {
    const common = types.every((t) => t.kind === "array") ? commonType(types) : null;
    return common?.kind === "array" ? arrayType(common.element, common.containsNull) : null;
  }
  if (types.length > 0 && types.every((t) => t.kind === "binary")) return BINARY;
  return types.every((t) => isAtomic(t) || t.kind === "void") ? STRING : null;
}
