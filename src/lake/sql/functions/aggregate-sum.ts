/**
 * Sums and averages (Spark 4.2 `Sum.scala`, `Average.scala`, ANSI): ten more digits for sums of
 * decimals, four more for averages; intervals sum as months or microseconds.
 */
import { engineType } from "../../engine/engine-type.ts";
import { type DataType, DOUBLE, INT, LONG } from "../../schema/data-type.ts";
import type { Value } from "../../schema/value.ts";
import type { BoundExpression, CallExpression } from "../plan/expression.ts";
import { boundedDecimal } from "../types/decimal-rules.ts";
import { isIntegral, isInterval } from "../types/type-rules.ts";
import { INTERVALS, NUM, oneOf } from "./accept.ts";
import { aggregate, defineAggregate } from "./aggregate-call.ts";
import { callScript } from "./builder.ts";
import type { EmitContext, FunctionDef } from "./definition.ts";
import { divideHalfUp } from "./js/read-number.ts";

function sumType(type: DataType): DataType {
  if (type.kind === "decimal") return boundedDecimal(type.precision + 10, type.scale);
  if (isIntegral(type)) return LONG;
  return isInterval(type) ? type : DOUBLE;
}

function averageType(type: DataType): DataType {
  if (type.kind === "interval_ym") return { kind: "interval_ym", from: "year", to: "month" };
  if (type.kind === "interval_dt") return { kind: "interval_dt", from: "day", to: "second" };
  return type.kind === "decimal" ? boundedDecimal(type.precision + 4, type.scale + 4) : DOUBLE;
}

/** Months or microseconds of an interval. */
function intervalUnits(sql: string, type: DataType): string {
  if (type.kind === "interval_dt") return `epoch_us(${sql})`;
  return `(datepart('year', ${sql}) * 12 + datepart('month', ${sql}))`;
}

/** The sum of numbers or of the units of intervals, as a value of `type`. */
function total(
  [sql, type, wanted]: [string, DataType, DataType],
  tolerant: boolean,
  parts: { call: CallExpression; context: EmitContext },
): string {
  const cast = tolerant ? "TRY_CAST" : "CAST";
  const item = isInterval(type)
    ? intervalUnits(sql, type)
    : type.kind === "float"
      ? `CAST(${sql} AS DOUBLE)`
      : sql;
  return `${cast}(${aggregate("sum", [item], parts)} AS ${engineType(wanted)})`;
}

function sum(name: "sum" | "try_sum"): FunctionDef {
  const tolerant = name === "try_sum";
  return defineAggregate(
    name,
    [oneOf(NUM, INTERVALS)],
    (args) => sumType(args[0]!.type),
    (args, call, context) => {
      const { type } = call.args[0]!;
      const parts = { call, context };
      if (type.kind === "interval_dt") {
        return `to_microseconds(${total([args[0]!, type, LONG], tolerant, parts)})`;
      }
      if (type.kind === "interval_ym") {
        return `to_months(${total([args[0]!, type, INT], tolerant, parts)})`;
      }
      return total([args[0]!, type, call.type], tolerant, parts);
    },
    { summary: `The sum${tolerant ? ", NULL where it overflows" : ""}.` },
  );
}

/** The average of a printed argument of `type`, NULLs left out. */
export function emitAverage(
  sql: string,
  type: DataType,
  parts: { call: CallExpression; context: EmitContext },
  tolerant = false,
): string {
  if (type.kind !== "decimal" && !isInterval(type)) {
    return aggregate("avg", [`CAST(${sql} AS DOUBLE)`], parts);
  }
  const result = averageType(type);
  const held = type.kind === "interval_ym" ? INT : isInterval(type) ? LONG : sumType(type);
  const count = aggregate("count", [sql], parts);
  return callScript(parts.context, [total([sql, type, held], tolerant, parts), count], {
    name: "exact average",
    parameters: [held, LONG],
    returnType: result,
    call: ([x, n]) => quotient(BigInt(x as bigint | number), n as bigint, type, result),
  });
}

function quotient(x: bigint, n: bigint, type: DataType, result: DataType): Value {
  if (n === 0n) return null;
  if (result.kind === "interval_ym") return Number(divideHalfUp(x, n));
  if (result.kind !== "decimal" || type.kind !== "decimal") return divideHalfUp(x, n);
  return divideHalfUp(x * 10n ** BigInt(result.scale - type.scale), n);
}

function average(name: "avg" | "try_avg", aliases: string[]): FunctionDef {
  return defineAggregate(
    name,
    [oneOf(NUM, INTERVALS)],
    (args) => averageType(args[0]!.type),
    (args, call, context) =>
      emitAverage(args[0]!, call.args[0]!.type, { call, context }, name === "try_avg"),
    { aliases, showsAlias: true, summary: "The average; four more digits for decimals." },
  );
}

/** A `regr_` average: of one side of the pairs without NULLs. */
function regressed(name: string, side: 0 | 1): FunctionDef {
  return defineAggregate(
    name,
    [NUM, NUM],
    (args: readonly BoundExpression[]) => averageType(args[side]!.type),
    (args, call, context) => {
      const both = `${args[0]} IS NOT NULL AND ${args[1]} IS NOT NULL`;
      const sql = `CASE WHEN ${both} THEN ${args[side]} END`;
      return emitAverage(sql, call.args[side]!.type, { call, context });
    },
    { summary: `The average of the ${side === 0 ? "first" : "second"} of two numbers.` },
  );
}

export const SUMS: readonly FunctionDef[] = [
  sum("sum"),
  sum("try_sum"),
  average("avg", ["mean"]),
  average("try_avg", []),
  regressed("regr_avgy", 0),
  regressed("regr_avgx", 1),
];
