/**
 * Aggregates over gathered values: percentiles, variances, correlation and covariance. The engine
 * collects a list per group; the formulas are Spark's (`CentralMomentAgg`, `Covariance`,
 * `percentiles.scala`) in its order of operations. Skewness, kurtosis and the regression sums are
 * absent: their last digits depend on how Spark happens to split the rows.
 */
import { arrayType, type DataType, DOUBLE, LONG } from "../../schema/data-type.ts";
import type { Value } from "../../schema/value.ts";
import { notImplemented } from "../error.ts";
import type { BoundExpression, CallExpression } from "../plan/expression.ts";
import { mismatch } from "../types/mismatch.ts";
import { arrayOf, as, INTERVALS, NUM, oneOf } from "./accept.ts";
import { aggregate, defineAggregate } from "./aggregate-call.ts";
import { callScript, literalValue } from "./builder.ts";
import type { EmitContext, FunctionDef, ResolveContext } from "./definition.ts";
import * as stats from "./js/statistics.ts";

const DBL = as(DOUBLE);
const LIST = arrayType(DOUBLE, false);

/** Gathers doubles and computes over them. */
function overList(
  call: CallExpression,
  context: EmitContext,
  sql: string,
  compute: (values: readonly number[]) => Value,
): string {
  const list = aggregate("list", [sql], { call, context }, { where: `${sql} IS NOT NULL` });
  return callScript(context, [list], {
    name: call.fn.name + (call.data === undefined ? "" : ` ${JSON.stringify(call.data)}`),
    parameters: [LIST],
    returnType: call.type,
    call: ([values]) => compute(values as readonly number[]),
  });
}

/** A statistic of pairs, given as `f(y, x)` or `f(x, y)`; rows with a NULL do not count. */
function pairs(name: string, compute: (a: number[], b: number[]) => number | null): FunctionDef {
  return defineAggregate(
    name,
    [DBL, DBL],
    DOUBLE,
    (args, call, context) => {
      const pair = `[${args[0]}, ${args[1]}]`;
      const where = `${args[0]} IS NOT NULL AND ${args[1]} IS NOT NULL`;
      const list = aggregate("list", [pair], { call, context }, { where });
      return callScript(context, [list], {
        name,
        parameters: [arrayType(LIST, false)],
        returnType: DOUBLE,
        call: ([rows]) => {
          const table = rows as readonly (readonly number[])[];
          return compute(
            table.map((r) => r[0]!),
            table.map((r) => r[1]!),
          );
        },
      });
    },
    { summary: `${name} of pairs of numbers.` },
  );
}

/** One percentage gives a double, several give an array. */
export function percentileType(share: DataType | undefined): DataType {
  return share?.kind === "array" ? LIST : DOUBLE;
}

/** Constant percentages are from 0 to 1. */
export function checkShares(share: BoundExpression, context: ResolveContext): void {
  const values = readShare(share);
  if (!values || values.every((value) => value >= 0 && value <= 1)) return;
  throw mismatch("VALUE_OUT_OF_RANGE", "a percentage is from 0.0 to 1.0", context.span);
}

/** The percentages of a constant or an array of constants. */
export function shares(share: BoundExpression): number[] {
  const value = share.kind === "cast" ? readShare(share.operand) : readShare(share);
  if (value === null) throw notImplemented("a computed percentage", share.span);
  return value;
}

function readShare(expression: BoundExpression): number[] | null {
  if (expression.kind === "call" && expression.fn.name === "array") {
    const parts = expression.args.map(readShare);
    return parts.some((p) => p === null) ? null : parts.flatMap((p) => p!);
  }
  if (expression.kind === "cast") return readShare(expression.operand);
  const value = literalValue(expression);
  if (expression.type.kind === "decimal" && typeof value === "bigint") {
    return [Number(value) / 10 ** expression.type.scale];
  }
  return typeof value === "number" || typeof value === "bigint" ? [Number(value)] : null;
}

function refuseIntervals(args: readonly BoundExpression[], context: ResolveContext): void {
  const { kind } = args[0]!.type;
  if (kind === "interval_dt" || kind === "interval_ym") {
    throw notImplemented(`${context.calledAs} of intervals`, context.span);
  }
}

const PERCENTILE = defineAggregate(
  "percentile",
  [oneOf(NUM, INTERVALS), oneOf(DBL, arrayOf(DBL)), NUM],
  (args) => percentileType(args[1]?.type),
  (args, call, context) => {
    if (call.args[2] && literalValue(call.args[2]) !== 1 && literalValue(call.args[2]) !== 1n) {
      throw notImplemented("percentile with frequencies", call.span);
    }
    const wanted = shares(call.args[1]!);
    const compute = (values: readonly number[]): Value => {
      const found = stats.percentiles(values, wanted);
      return found === null ? null : call.type.kind === "array" ? found : found[0]!;
    };
    const keyed = { ...call, data: wanted };
    return overList(keyed, context, `CAST(${args[0]} AS DOUBLE)`, compute);
  },
  {
    optional: 1,
    defaults: (args) =>
      args.length === 2
        ? [{ kind: "literal", value: 1, type: { kind: "int" }, nullable: false }]
        : [],
    check: (args, context) => {
      refuseIntervals(args, context);
      checkShares(args[1]!, context);
    },
    summary: "Exact percentiles, interpolated.",
  },
);

const MEDIAN = defineAggregate(
  "median",
  [oneOf(NUM, INTERVALS)],
  DOUBLE,
  (args, call, context) =>
    overList(call, context, `CAST(${args[0]} AS DOUBLE)`, (values) => {
      const found = stats.percentiles(values, [0.5]);
      return found === null ? null : found[0]!;
    }),
  { summary: "The middle value, interpolated.", check: refuseIntervals },
);

/** Variances and deviations by Welford's updates; NULL for too few values. */
function spread(name: string, less: 0 | 1, root: boolean, aliases: string[]): FunctionDef {
  return defineAggregate(
    name,
    [DBL],
    DOUBLE,
    (args, call, context) => {
      const isMerged = call.window === undefined;
      return overList({ ...call, data: isMerged }, context, args[0]!, (values) => {
        const variance = stats.variance(values, less, isMerged);
        return variance !== null && root ? Math.sqrt(variance) : variance;
      });
    },
    { aliases, showsAlias: true, summary: `${name} of numbers.` },
  );
}

const REGR_COUNT = defineAggregate(
  "regr_count",
  [DBL, DBL],
  LONG,
  (a, call, context) => {
    const pair = `CASE WHEN ${a[0]} IS NOT NULL AND ${a[1]} IS NOT NULL THEN [${a[0]}, ${a[1]}] END`;
    return aggregate("count", [pair], { call, context });
  },
  { nullable: false, summary: "How many pairs have no NULL." },
);

export const STATISTICS: readonly FunctionDef[] = [
  PERCENTILE,
  MEDIAN,
  pairs("corr", stats.correlation),
  pairs("covar_pop", (a, b) => stats.covariance(a, b, 0)),
  pairs("covar_samp", (a, b) => stats.covariance(a, b, 1)),
  REGR_COUNT,
  spread("var_samp", 1, false, ["variance"]),
  spread("var_pop", 0, false, []),
  spread("stddev_samp", 1, true, ["stddev", "std"]),
  spread("stddev_pop", 0, true, []),
];
