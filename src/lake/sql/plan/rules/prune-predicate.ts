/**
 * A bound condition as the pruner's predicate over one scan. Conservative: a part the pruner
 * cannot read exactly becomes `unknown`, and only casts that keep every value are looked through.
 */
import type { PruneLiteral, PruneOp, PrunePredicate } from "../../../delta/types.ts";
import type { DataType } from "../../../schema/data-type.ts";
import type { Value } from "../../../schema/value.ts";
import { readDate } from "../../functions/js/read-datetime.ts";
import type { Attribute, BoundExpression, CallExpression } from "../expression.ts";

const UNKNOWN: PrunePredicate = { kind: "unknown" };

const COMPARE: Readonly<Record<string, { op: PruneOp; flipped: PruneOp }>> = {
  "=": { op: "=", flipped: "=" },
  "<=>": { op: "<=>", flipped: "<=>" },
  "<": { op: "<", flipped: ">" },
  "<=": { op: "<=", flipped: ">=" },
  ">": { op: ">", flipped: "<" },
  ">=": { op: ">=", flipped: "<=" },
};

/** The predicate a condition implies for the scan's files; `unknown` where nothing can be said. */
export function toPrunePredicate(
  condition: BoundExpression,
  columns: ReadonlyMap<number, Attribute>,
): PrunePredicate {
  if (condition.kind === "literal") {
    return { kind: "literal", value: condition.value as boolean | null };
  }
  if (condition.kind === "attribute" && condition.type.kind === "boolean") {
    const column = pathOf(condition, columns);
    if (column)
      return { kind: "compare", op: "=", column, value: { kind: "boolean", value: true } };
  }
  if (condition.kind !== "call") return UNKNOWN;
  const { args } = condition;
  const { name } = condition.fn;
  switch (name) {
    case "and":
    case "or":
      return { kind: name, args: args.map((arg) => toPrunePredicate(arg, columns)) };
    case "not":
      return { kind: "not", arg: toPrunePredicate(args[0]!, columns) };
    case "is null":
    case "is not null": {
      const column = pathOf(args[0]!, columns);
      if (!column) return UNKNOWN;
      return { kind: name === "is null" ? "is_null" : "is_not_null", column };
    }
    case "in":
      return inPredicate(condition, columns);
    case "between":
      return between(condition, columns);
    default:
      return comparison(condition, columns);
  }
}

function comparison(call: CallExpression, columns: ReadonlyMap<number, Attribute>): PrunePredicate {
  const operators = COMPARE[call.fn.name];
  if (!operators || call.args.length !== 2) return UNKNOWN;
  const [left, right] = call.args as [BoundExpression, BoundExpression];
  return (
    compare(left, operators.op, right, columns) ??
    compare(right, operators.flipped, left, columns) ??
    UNKNOWN
  );
}

function compare(
  operand: BoundExpression,
  op: PruneOp,
  other: BoundExpression,
  columns: ReadonlyMap<number, Attribute>,
): PrunePredicate | null {
  const column = pathOf(operand, columns);
  const value = column && literalOf(other);
  return value ? { kind: "compare", op, column, value } : null;
}

function between(call: CallExpression, columns: ReadonlyMap<number, Attribute>): PrunePredicate {
  const [operand, low, high] = call.args;
  if (!operand || !low || !high) return UNKNOWN;
  return {
    kind: "and",
    args: [
      compare(operand, ">=", low, columns) ?? UNKNOWN,
      compare(operand, "<=", high, columns) ?? UNKNOWN,
    ],
  };
}

function inPredicate(
  call: CallExpression,
  columns: ReadonlyMap<number, Attribute>,
): PrunePredicate {
  const column = pathOf(call.args[0]!, columns);
  if (!column) return UNKNOWN;
  const values: PruneLiteral[] = [];
  for (const item of call.args.slice(1)) {
    const value = literalOf(item);
    if (!value) return UNKNOWN;
    values.push(value);
  }
  return { kind: "in", column, values };
}

/** The column path of an expression, looking through casts that keep value and order. */
function pathOf(
  expression: BoundExpression,
  columns: ReadonlyMap<number, Attribute>,
): string[] | null {
  switch (expression.kind) {
    case "attribute": {
      const column = columns.get(expression.attribute.id);
      return column && !column.hidden && !expression.outer ? [column.name] : null;
    }
    case "field": {
      const { operand, index } = expression;
      if (operand.type.kind !== "struct") return null;
      const path = pathOf(operand, columns);
      return path && [...path, operand.type.fields[index]!.name];
    }
    case "cast":
      return keepsValues(expression.operand.type, expression.type)
        ? pathOf(expression.operand, columns)
        : null;
    default:
      return null;
  }
}

const INTEGER_WIDTH: Partial<Record<DataType["kind"], number>> = {
  byte: 3,
  short: 5,
  int: 10,
  long: 19,
};

function keepsValues(from: DataType, to: DataType): boolean {
  const width = INTEGER_WIDTH[from.kind];
  if (width !== undefined) {
    const wider = INTEGER_WIDTH[to.kind];
    if (wider !== undefined) return wider >= width;
    return to.kind === "decimal" && to.precision - to.scale >= width;
  }
  if (from.kind === "decimal" && to.kind === "decimal") {
    return to.scale >= from.scale && to.precision - to.scale >= from.precision - from.scale;
  }
  return from.kind === "float" && to.kind === "double";
}

function literalOf(expression: BoundExpression): PruneLiteral | null {
  if (expression.kind === "literal") return toPruneLiteral(expression.value, expression.type);
  if (expression.kind !== "cast") return null;
  const { operand, type } = expression;
  if (operand.kind === "literal" && operand.type.kind === "string" && type.kind === "date") {
    const days = typeof operand.value === "string" ? readDate(operand.value) : null;
    return days === null ? null : { kind: "date", value: days };
  }
  return keepsValues(operand.type, type) ? literalOf(operand) : null;
}

/** A value as statistics know it; null where they know none of its kind. */
export function toPruneLiteral(value: Value, type: DataType): PruneLiteral | null {
  if (value === null) return null;
  switch (type.kind) {
    case "boolean":
      return { kind: "boolean", value: value as boolean };
    case "byte":
    case "short":
    case "int":
      return { kind: "long", value: BigInt(value as number) };
    case "long":
      return { kind: "long", value: value as bigint };
    case "float":
    case "double":
      return Number.isNaN(value) ? null : { kind: "double", value: value as number };
    case "decimal":
      return { kind: "decimal", unscaled: value as bigint, scale: type.scale };
    case "string":
      return { kind: "string", value: value as string };
    case "date":
      return { kind: "date", value: value as number };
    case "timestamp":
    case "timestamp_ntz":
      return { kind: type.kind, value: value as bigint };
    default:
      return null;
  }
}
