/**
 * Canonical text of a bound expression: two expressions with the same key compute the same value
 * in the same row. Used to match GROUP BY expressions and to compute an aggregate only once.
 * Spans, names as written and nullability do not take part.
 */
import { formatType } from "../../schema/data-type.ts";
import { MapValue, StructValue, type Value, VariantValue } from "../../schema/value.ts";
import type { BoundExpression, BoundWindow, CallExpression, SortKey } from "../plan/expression.ts";
import { outputOf, type Plan } from "../plan/plan.ts";
import { walkPlan } from "../plan/transform.ts";

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
  const keys = call.args.map(expressionKey);
  const flipped = FLIPPED[call.fn.name];
  const turn = flipped !== undefined && keys[0]! > keys[1]!;
  const name = turn ? flipped : call.fn.name;
  if (turn) keys.reverse();
  else if (COMMUTATIVE.has(name)) keys.sort();
  return `${name}(${keys.join()})${marks}:${formatType(call.type)}`;
}

/** Operators whose operands may change places (Spark's canonical form of expressions). */
const COMMUTATIVE = new Set(["+", "*", "and", "or", "=", "<=>", "&", "|", "^"]);

const FLIPPED: Readonly<Record<string, string>> = { "<": ">", ">": "<", "<=": ">=", ">=": "<=" };

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
      return [
        `${expression.form}${expression.nullAs ?? ""}:${planKey(expression.plan)}`,
        ...expression.operands.map(expressionKey),
      ].join("|");
  }
}

/**
 * Text of a subquery's plan with its own column ids numbered from 0, so that the same subquery
 * written twice has one key. Columns around it keep their ids.
 */
function planKey(plan: Plan): string {
  const own = new Map<number, number>();
  walkPlan(plan, (node) => {
    for (const attribute of outputOf(node)) {
      if (!own.has(attribute.id)) own.set(attribute.id, own.size);
    }
  });
  return JSON.stringify(plan, (key, value: unknown) => {
    if (key === "span" || key === "fn") return key === "fn" ? (value as { name: string }).name : 0;
    if (key === "snapshot" || key === "files") return identity(value as object);
    if (key === "id" || key === "cteId") return own.get(value as number) ?? `#${String(value)}`;
    return typeof value === "bigint" ? `${value}n` : value;
  });
}

const identities = new WeakMap<object, number>();
let nextIdentity = 1;

function identity(value: object): number {
  let id = identities.get(value);
  if (id === undefined) {
    id = nextIdentity++;
    identities.set(value, id);
  }
  return id;
}
