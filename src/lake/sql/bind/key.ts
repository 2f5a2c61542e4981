/**
 * Canonical text of a bound expression: two expressions with the same key compute the same value
 * in the same row. Used to match GROUP BY expressions and to compute an aggregate only once.
 * Spans, names as written and nullability do not take part.
 */
import { formatType } from "../../schema/data-type.ts";
import { MapValue, StructValue, type Value, VariantValue } from "../../schema/value.ts";
import type { BoundExpression, BoundWindow, CallExpression, SortKey } from "../plan/expression.ts";

function valueKey(value: Value): string {
  if (value === null) return "null";
  if (typeof value === "bigint") return `${value}n`;
  if (typeof value === "number") return Object.is(value, -0) ? "-0" : String(value);
  if (typeof value === "string") return JSON.stringify(value);
  if (typeof value === "boolean") return String(value);
  if (value instanceof Uint8Array) return `x${Buffer.from(value).toString("hex")}`;
  if (value instanceof MapValue) {
    return `m{${value.entries.map(([k, v]) => `${valueKey(k)}:${valueKey(v)}`).join()}}`;
  }
  if (value instanceof StructValue) return `s{${value.values.map(valueKey).join()}}`;
  if (value instanceof VariantValue) return `v${valueKey(value.metadata)}${valueKey(value.value)}`;
  return `[${value.map(valueKey).join()}]`;
}

function sortKeys(keys: readonly SortKey[]): string {
  return keys.map((k) => `${expressionKey(k.expression)} ${k.direction} ${k.nulls}`).join();
}

function windowKey(window: BoundWindow): string {
  const { frame } = window;
  const bound = (b: { kind: string; value?: BoundExpression }) =>
    b.value ? `${b.kind}:${expressionKey(b.value)}` : b.kind;
  return [
    window.partitionBy.map(expressionKey).join(),
    sortKeys(window.orderBy),
    frame ? `${frame.unit} ${bound(frame.start)} ${bound(frame.end)}` : "",
  ].join("|");
}

function callKey(call: CallExpression): string {
  const marks = [
    call.distinct ? "distinct" : "",
    call.filter ? `filter ${expressionKey(call.filter)}` : "",
    call.orderBy ? `order ${sortKeys(call.orderBy)}` : "",
    call.ignoreNulls ? "ignore nulls" : "",
    call.window ? `over ${windowKey(call.window)}` : "",
    call.data === undefined ? "" : dataKey(call.data),
  ].join(";");
  return `${call.fn.name}(${call.args.map(expressionKey).join()})${marks}:${formatType(call.type)}`;
}

function dataKey(data: unknown): string {
  return JSON.stringify(data, (_, v: unknown) => (typeof v === "bigint" ? `${v}n` : v)) ?? "";
}

/** The key of an expression. */
export function expressionKey(expression: BoundExpression): string {
  switch (expression.kind) {
    case "literal":
      return `${valueKey(expression.value)}:${formatType(expression.type)}`;
    case "attribute":
      return `#${expression.attribute.id}`;
    case "call":
      return callKey(expression);
    case "cast": {
      const { operand, mode, type } = expression;
      return `cast(${expressionKey(operand)} ${mode} ${formatType(type)})`;
    }
    case "case": {
      const branches = expression.branches.map(
        (b) => `${expressionKey(b.when)}?${expressionKey(b.then)}`,
      );
      const otherwise = expression.otherwise ? expressionKey(expression.otherwise) : "";
      return `case(${branches.join()};${otherwise})`;
    }
    case "lambda": {
      const names = expression.parameters.map((p) => `#${p.id}`).join();
      return `(${names})->${expressionKey(expression.body)}`;
    }
    case "field":
      return `${expressionKey(expression.operand)}.${expression.index}`;
    case "subquery":
      return `subquery:${subqueryId(expression.plan)}(${expression.operands.map(expressionKey).join()})`;
  }
}

const subqueryIds = new WeakMap<object, number>();
let nextSubqueryId = 1;

/** Subqueries are equal only when they are the same plan. */
function subqueryId(plan: object): number {
  let id = subqueryIds.get(plan);
  if (id === undefined) {
    id = nextSubqueryId++;
    subqueryIds.set(plan, id);
  }
  return id;
}
