/** `range(end)`, `range(start, end[, step[, numPartitions]])` as a table function. */
import { LONG } from "../../schema/data-type.ts";
import type { Span } from "../ast.ts";
import { notImplemented, SqlError } from "../error.ts";
import type { BoundExpression } from "../plan/expression.ts";
import type { RangePlan } from "../plan/plan.ts";
import type { BindContext } from "./context.ts";
import { foldInteger } from "./fold.ts";

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

function wholeNumber(arg: BoundExpression): bigint {
  const value = foldInteger(arg);
  if (value === "null") {
    throw new SqlError("an argument of range is NULL", {
      errorClass: "UNEXPECTED_INPUT_TYPE",
      sqlState: "42K09",
      span: arg.span,
      hint: "write a whole number",
    });
  }
  if (value === null) throw notImplemented("a computed argument of range", arg.span);
  return value;
}
