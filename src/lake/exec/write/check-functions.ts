/**
 * Checks on rows being written, as functions of the bound plan: each hands its value through or
 * stops the statement with Delta's error. They are made here, not found by name in SQL, and carry
 * `[ERROR_CLASS|SQLSTATE]` in front of the message for `check-error.ts` to read. What they hand
 * through is printed once, so checks may be nested; the outermost is evaluated first.
 */
import { quoteString } from "../../engine/index.ts";
import type { FunctionDef } from "../../sql/functions/definition.ts";
import type { BoundExpression, CallExpression } from "../../sql/plan/expression.ts";

function checkFunction(
  name: string,
  emit: (args: readonly string[], data: unknown) => string,
): FunctionDef {
  return {
    name,
    kind: "scalar",
    summary: "check on a row being written",
    resolve: (args) => ({ type: args[0]!.type, nullable: args[0]!.nullable, args }),
    emit: (args, call) => emit(args, call.data),
    volatile: true,
  };
}

function call(fn: FunctionDef, args: readonly BoundExpression[], data: unknown): CallExpression {
  const [value] = args;
  return {
    kind: "call",
    fn,
    args,
    calledAs: fn.name,
    type: value!.type,
    nullable: value!.nullable,
    data,
  };
}

/** Error text as engine SQL; `||` keeps the engine from folding the call before any row. */
function raise(errorClass: string, sqlState: string, messageSql: string): string {
  return `error(${quoteString(`[${errorClass}|${sqlState}] `)} || ${messageSql})`;
}

const NOT_NULL = checkFunction("check_not_null", ([value, tested], data) => {
  const message = quoteString(`NOT NULL constraint violated for column: ${String(data)}.`);
  const error = raise("DELTA_NOT_NULL_CONSTRAINT_VIOLATED", "23502", message);
  return `CASE WHEN ${tested} IS NULL THEN ${error} ELSE ${value} END`;
});

/** `value`, or an error when `tested`, the value of `column`, is null. */
export function checkNotNull(
  value: BoundExpression,
  tested: BoundExpression,
  column: string,
): BoundExpression {
  return call(NOT_NULL, [value, tested], column);
}

const REPLACED = checkFunction("check_replaced", ([value, condition], data) => {
  const message = quoteString(
    `Written data does not conform to the replaceWhere condition: ${String(data)}`,
  );
  const error = raise("DELTA_REPLACE_WHERE_MISMATCH", "44000", message);
  return `CASE WHEN (${condition}) IS NOT TRUE THEN ${error} ELSE ${value} END`;
});

/** `value`, or an error when the row lies outside of what REPLACE WHERE replaces. */
export function checkReplaced(
  value: BoundExpression,
  condition: BoundExpression,
  text: string,
): BoundExpression {
  return call(REPLACED, [value, condition], text);
}

interface ConstraintData {
  name: string;
  text: string;
  columns: readonly string[];
}

const CONSTRAINT = checkFunction("check_constraint", ([value, condition, ...values], data) => {
  const { name, text, columns } = data as ConstraintData;
  const shown = columns.map(
    (column, i) =>
      `${quoteString(`\n - ${column} : `)} || coalesce(CAST(${values[i]} AS VARCHAR), 'null')`,
  );
  const head = quoteString(`CHECK constraint ${name} (${text}) violated by row with values:`);
  const error = raise(
    "DELTA_VIOLATE_CONSTRAINT_WITH_VALUES",
    "23001",
    [head, ...shown].join(" || "),
  );
  return `CASE WHEN (${condition}) IS NOT TRUE THEN ${error} ELSE ${value} END`;
});

/** `value`, or an error showing `columns` when the condition is not true. */
export function checkConstraint(
  value: BoundExpression,
  condition: BoundExpression,
  shown: readonly { name: string; value: BoundExpression }[],
  constraint: { name: string; text: string },
): BoundExpression {
  const data: ConstraintData = { ...constraint, columns: shown.map((s) => s.name) };
  return call(CONSTRAINT, [value, condition, ...shown.map((s) => s.value)], data);
}

interface LengthData {
  length: number;
  pads: boolean;
}

const LENGTH = checkFunction("check_length", ([value], data) => {
  const { length, pads } = data as LengthData;
  const trimmed = `rtrim(${value}, ' ')`;
  const error = raise(
    "EXCEED_LIMIT_LENGTH",
    "54006",
    quoteString(`Exceeds char/varchar type length limitation: ${length}.`),
  );
  const fitting = pads ? `rpad(${value}, ${length}, ' ')` : value;
  return (
    `CASE WHEN ${value} IS NULL THEN NULL WHEN length(${value}) <= ${length} THEN ${fitting} ` +
    `WHEN length(${trimmed}) <= ${length} THEN rpad(${trimmed}, ${length}, ' ') ELSE ${error} END`
  );
});

/**
 * A string under CHAR(n) or VARCHAR(n): trailing blanks beyond the length are cut, anything else
 * beyond it is an error, and CHAR is padded.
 */
export function checkLength(
  value: BoundExpression,
  length: number,
  pads: boolean,
): BoundExpression {
  return call(LENGTH, [value], { length, pads } satisfies LengthData);
}
