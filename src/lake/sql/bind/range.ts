/** `range(end)`, `range(start, end[, step[, numPartitions]])` as a table function. */
import { formatTypeSql, LONG } from "../../schema/data-type.ts";
import type { Span } from "../ast.ts";
import { SqlError } from "../error.ts";
import type { BoundExpression } from "../plan/expression.ts";
import type { RangePlan } from "../plan/plan.ts";
import { someExpression } from "../plan/transform.ts";
import type { BindContext } from "./context.ts";
import { foldInteger } from "./fold.ts";
import { isVariableReference } from "./variable.ts";

/** Binds `range`; its one column is `id`. */
export function bindRange(
  args: readonly BoundExpression[],
  span: Span,
  context: BindContext,
): RangePlan {
  if (args.length < 1 || args.length > 4) {
    throw new SqlError(`\`range\` takes 1 to 4 arguments, not ${args.length}`, {
      errorClass: "WRONG_NUM_ARGS.WITHOUT_SUGGESTION",
      sqlState: "42605",
      span,
      hint: "write range(end) or range(start, end, step)",
    });
  }
  const values = args.map((arg) => wholeNumber(arg));
  const [first, second] = values;
  const start = second === undefined ? 0n : first!;
  const end = second ?? first!;
  const step = values[2] ?? 1n;
  if (step === 0n) {
    throw new SqlError("the step of range cannot be 0", {
      errorClass: "FAILED_FUNCTION_CALL",
      sqlState: "38000",
      span,
      hint: "write a step other than 0",
    });
  }
  const output = [
    { id: context.allocate(), name: "id", type: LONG, nullable: false, qualifier: [] },
  ];
  return { kind: "range", start, end, step, output };
}

/** What Spark casts to BIGINT here. */
const NUMBERS: ReadonlySet<string> = new Set([
  ...["byte", "short", "int", "long", "float", "double", "decimal", "string", "void"],
]);

function wholeNumber(arg: BoundExpression): bigint {
  if (someExpression(arg, isVariableReference)) {
    throw new SqlError("an argument of `range` is a variable, not a constant", {
      errorClass: "NON_FOLDABLE_ARGUMENT",
      sqlState: "42K08",
      span: arg.span,
      hint: "write a whole number",
    });
  }
  if (!NUMBERS.has(arg.type.kind)) {
    throw new SqlError(`an argument of \`range\` is ${formatTypeSql(arg.type)}, not BIGINT`, {
      errorClass: "UNEXPECTED_INPUT_TYPE",
      sqlState: "42K09",
      span: arg.span,
      hint: "write a whole number",
    });
  }
  const value = foldInteger(arg);
  if (value === "null") {
    throw new SqlError("an argument of range is NULL", {
      errorClass: "UNEXPECTED_INPUT_TYPE",
      sqlState: "42K09",
      span: arg.span,
      hint: "write a whole number",
    });
  }
  if (value === null) {
    throw new SqlError("an argument of `range` is no constant whole number", {
      errorClass: "NON_FOLDABLE_ARGUMENT",
      sqlState: "42K08",
      span: arg.span,
      hint: "write numbers, parameters, or functions of them; use sequence() for computed bounds",
    });
  }
  return value;
}
