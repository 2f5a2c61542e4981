/** Whole-number constants: what LIMIT, range() and ordinals need before the query runs. */
import type { BoundExpression } from "../plan/expression.ts";
import { variableValue } from "./variable.ts";

/** The value of a constant whole-number expression; `"null"` for SQL NULL, null when unknown. */
export function foldInteger(expression: BoundExpression): bigint | "null" | null {
  switch (expression.kind) {
    case "literal":
      if (expression.value === null) return "null";
      if (typeof expression.value === "bigint" && expression.type.kind === "long") {
        return expression.value;
      }
      return typeof expression.value === "number" && Number.isInteger(expression.value)
        ? BigInt(expression.value)
        : null;
    case "cast": {
      const { kind } = expression.type;
      return kind === "int" || kind === "long" ? foldInteger(expression.operand) : null;
    }
    case "call": {
      const variable = variableValue(expression);
      if (variable) return foldInteger(variable);
      const values = expression.args.map(foldInteger);
      if (values.some((v) => v === null)) return null;
      if (values.includes("null")) return "null";
      return apply(expression.fn.name, values as bigint[]);
    }
    default:
      return null;
  }
}

function apply(name: string, args: readonly bigint[]): bigint | null {
  const [a, b] = args;
  if (a === undefined) return null;
  if (b === undefined) return name === "negative" ? -a : null;
  switch (name) {
    case "+":
      return a + b;
    case "-":
      return a - b;
    case "*":
      return a * b;
    default:
      return null;
  }
}
