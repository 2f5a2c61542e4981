/**
 * The text by which Spark names an unnamed column (Spark 4.2 `toPrettySQL`): implicit casts are
 * hidden, string literals bare, operators in parentheses.
 */
import { type DataType, formatTypeSql } from "../../schema/data-type.ts";
import { formatValue } from "../../schema/format-value.ts";
import type {
  BoundExpression,
  BoundFrameBound,
  BoundWindow,
  CallExpression,
  LambdaExpression,
  LiteralExpression,
  SortKey,
  SubqueryExpression,
} from "../plan/expression.ts";
import { outerNames, rewriteExpression } from "../plan/transform.ts";

/** Spark's name of the column that holds the expression. */
export function prettyName(expression: BoundExpression): string {
  switch (expression.kind) {
    case "literal":
      return literalText(expression);
    case "attribute":
      return expression.outer
        ? `outer(${[...expression.attribute.qualifier, expression.attribute.name].join(".")})`
        : expression.attribute.name;
    case "cast":
      if (expression.implicit || isNested(expression.type)) return prettyName(expression.operand);
      return `${expression.mode === "try" ? "TRY_CAST" : "CAST"}(${prettyName(
        expression.operand,
      )} AS ${formatTypeSql(expression.type)})`;
    case "case": {
      const branches = expression.branches.map(
        (b) => ` WHEN ${prettyName(b.when)} THEN ${prettyName(b.then)}`,
      );
      const otherwise = expression.otherwise ? ` ELSE ${prettyName(expression.otherwise)}` : "";
      return `CASE${branches.join("")}${otherwise} END`;
    }
    case "lambda": {
      const parameters = expression.parameters.map(() => LAMBDA_VARIABLE);
      return `lambdafunction(${[lambdaBodyText(expression), ...parameters].join(", ")})`;
    }
    case "subquery":
      return subqueryText(expression);
    case "field": {
      const { operand, index } = expression;
      const type = operand.type.kind === "array" ? operand.type.element : operand.type;
      const name = type.kind === "struct" ? type.fields[index]!.name : String(index);
      return `${prettyName(operand)}.${name}`;
    }
    default:
      return callText(expression);
  }
}

/** Spark hides casts to arrays, maps and structs even where the user wrote them. */
function isNested(type: DataType): boolean {
  return type.kind === "array" || type.kind === "map" || type.kind === "struct";
}

const LAMBDA_VARIABLE = "namedlambdavariable()";

function lambdaBodyText({ body, parameters }: LambdaExpression): string {
  const own = new Set(parameters.map((p) => p.id));
  const named = rewriteExpression(body, (node) =>
    node.kind === "attribute" && own.has(node.attribute.id)
      ? { ...node, attribute: { ...node.attribute, name: LAMBDA_VARIABLE } }
      : node,
  );
  return prettyName(named);
}

/** A subquery shows the columns it takes from the query around it. */
function subqueryText(expression: SubqueryExpression): string {
  const { form, operands, plan } = expression;
  const outer = outerNames(plan).join(", ");
  if (form === "scalar") return `scalarsubquery(${outer})`;
  if (form === "exists") return `exists(${outer})`;
  const left = operands.map(prettyName).join(", ");
  const value = operands.length > 1 ? `named_struct(${left})` : left;
  return `(${value} IN (listquery(${outer})))`;
}

function literalText(literal: LiteralExpression): string {
  const { value, type } = literal;
  if (value === null) return "NULL";
  if (value instanceof Uint8Array) return `X'${Buffer.from(value).toString("hex").toUpperCase()}'`;
  const text = formatValue(value, type)!;
  switch (type.kind) {
    case "date":
      return `DATE '${text}'`;
    case "timestamp":
      return `TIMESTAMP '${text}'`;
    case "timestamp_ntz":
      return `TIMESTAMP_NTZ '${text}'`;
    default:
      return text;
  }
}

function callText(call: CallExpression): string {
  const args = call.args.map(prettyName);
  const shown = call.distinct && args.length > 0 ? [`DISTINCT ${args[0]}`, ...args.slice(1)] : args;
  let text = call.fn.pretty?.(shown, call) ?? `${call.fn.name}(${shown.join(", ")})`;
  if (call.filter) text += ` FILTER (WHERE ${prettyName(call.filter)})`;
  if (call.ignoreNulls && call.fn.name === "nth_value") text += " ignore nulls";
  return call.window ? `${text} OVER (${windowText(call.window, call)})` : text;
}

function windowText(window: BoundWindow, call: CallExpression): string {
  const parts: string[] = [];
  if (window.partitionBy.length > 0) {
    parts.push(`PARTITION BY ${window.partitionBy.map(prettyName).join(", ")}`);
  }
  if (window.orderBy.length > 0) parts.push(`ORDER BY ${window.orderBy.map(sortText).join(", ")}`);
  parts.push(frameText(window, call));
  return parts.join(" ");
}

/** `x ASC NULLS FIRST`. */
export function sortText(key: SortKey): string {
  const nulls = key.nulls === "first" ? "NULLS FIRST" : "NULLS LAST";
  return `${prettyName(key.expression)} ${key.direction.toUpperCase()} ${nulls}`;
}

function frameText(window: BoundWindow, call: CallExpression): string {
  const running = "BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW";
  if (isOffset(call)) {
    const offset = call.args[1] ? prettyName(call.args[1]) : "1";
    const at = call.fn.name === "lag" ? negateText(offset) : offset;
    return `ROWS BETWEEN ${at} FOLLOWING AND ${at} FOLLOWING`;
  }
  if (call.fn.kind === "window" && call.fn.requiresOrder) {
    return `${call.fn.name === "cume_dist" ? "RANGE" : "ROWS"} ${running}`;
  }
  const { frame } = window;
  if (frame) {
    const bounds = `${boundText(frame.start)} AND ${boundText(frame.end)}`;
    return `${frame.unit.toUpperCase()} BETWEEN ${bounds}`;
  }
  if (window.orderBy.length > 0) return `RANGE ${running}`;
  return "ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING";
}

function isOffset(call: CallExpression): boolean {
  return call.fn.name === "lag" || call.fn.name === "lead";
}

function negateText(text: string): string {
  return text.startsWith("-") ? text.slice(1) : `-${text}`;
}

function boundText(bound: BoundFrameBound): string {
  if (bound.kind === "current_row") return "CURRENT ROW";
  if (bound.kind === "unbounded_preceding") return "UNBOUNDED PRECEDING";
  if (bound.kind === "unbounded_following") return "UNBOUNDED FOLLOWING";
  const value = bound.value ? prettyName(bound.value) : "";
  return bound.kind === "preceding" ? `${value} PRECEDING` : `${value} FOLLOWING`;
}
