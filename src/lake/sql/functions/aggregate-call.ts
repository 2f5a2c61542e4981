/**
 * Prints an engine aggregate or window function with everything its call carries: DISTINCT, ORDER
 * BY, IGNORE NULLS, FILTER, OVER. Compound aggregates print several of them.
 */

import type { DataType } from "../../schema/data-type.ts";
import { printKey, printSortKeys } from "../emit/sort-key.ts";
import type {
  BoundExpression,
  BoundFrameBound,
  BoundWindow,
  CallExpression,
} from "../plan/expression.ts";
import type { Accept } from "./accept.ts";
import { define, type EmitFunction, type EntryOptions } from "./builder.ts";
import type { EmitContext, FunctionDef } from "./definition.ts";

export interface AggregateParts {
  /** Rows to leave out, as an engine condition on those that stay. */
  where?: string;
  /** Print the call's WITHIN GROUP order inside the parentheses. */
  ordered?: boolean;
  /** Leave the frame out: ranking functions and lag/lead have none. */
  frameless?: boolean;
  ignoreNulls?: boolean;
}

/** Engine aggregates that depend on the order of rows; the binder writes it into the call. */
const FOLLOWS_INPUT = new Set(["list", "first", "last"]);

/** `name(DISTINCT args ORDER BY …) FILTER (…) OVER (…)`. */
export function aggregate(
  name: string,
  args: readonly string[],
  { call, context }: { call: CallExpression; context: EmitContext },
  parts: AggregateParts = {},
): string {
  const distinct = call.distinct ? "DISTINCT " : "";
  const ordered = call.orderBy && (parts.ordered || FOLLOWS_INPUT.has(name));
  const order = ordered ? ` ORDER BY ${printSortKeys(call.orderBy!, context.emit)}` : "";
  const nulls = parts.ignoreNulls ? " IGNORE NULLS" : "";
  const conditions = [
    ...(call.filter ? [context.emit(call.filter)] : []),
    ...(parts.where ? [parts.where] : []),
  ];
  const filter = conditions.length > 0 ? ` FILTER (WHERE ${conditions.join(" AND ")})` : "";
  const over = call.window ? ` OVER (${windowSql(call.window, context, parts)})` : "";
  return `${name}(${distinct}${args.join(", ")}${order}${nulls})${filter}${over}`;
}

function windowSql(window: BoundWindow, context: EmitContext, parts: AggregateParts): string {
  const clauses: string[] = [];
  if (window.partitionBy.length > 0) {
    clauses.push(
      `PARTITION BY ${window.partitionBy.map((e) => printKey(e, context.emit)).join(", ")}`,
    );
  }
  if (window.orderBy.length > 0)
    clauses.push(`ORDER BY ${printSortKeys(window.orderBy, context.emit)}`);
  if (window.frame && !parts.frameless) {
    const { unit, start, end } = window.frame;
    const bounds = `${frameBound(start, context)} AND ${frameBound(end, context)}`;
    clauses.push(`${unit.toUpperCase()} BETWEEN ${bounds}`);
  }
  return clauses.join(" ");
}

function frameBound(bound: BoundFrameBound, context: EmitContext): string {
  const word = bound.kind.replaceAll("_", " ").toUpperCase();
  return bound.value ? `${context.emit(bound.value)} ${word}` : word;
}

/** An aggregate entry. */
export function defineAggregate(
  name: string,
  parameters: readonly Accept[],
  type: DataType | ((args: readonly BoundExpression[]) => DataType),
  emit: EmitFunction,
  options: EntryOptions = {},
): FunctionDef {
  return define(name, parameters, type, emit, {
    kind: "aggregate",
    allowsDistinct: true,
    nullable: true,
    ...options,
  });
}
