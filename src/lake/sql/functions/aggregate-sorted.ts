/**
 * Aggregates of sorted values: `percentile_cont` and `percentile_disc` WITHIN GROUP, `mode`
 * (Spark 4.2 `percentiles.scala`, `Mode.scala`). The engine gathers a list per group.
 */
import { arrayType, BOOLEAN, type DataType, DOUBLE, VOID } from "../../schema/data-type.ts";
import type { Value } from "../../schema/value.ts";
import { prettyName } from "../emit/pretty-name.ts";
import { notImplemented, SqlError } from "../error.ts";
import type { BoundExpression, CallExpression } from "../plan/expression.ts";
import { implicitCast } from "../types/coercion.ts";
import { isAtomic, isNumeric } from "../types/type-rules.ts";
import { arrayOf, as, oneOf } from "./accept.ts";
import { aggregate, defineAggregate } from "./aggregate-call.ts";
import { checkShares, percentileType, shares } from "./aggregate-statistics.ts";
import { callScript, castArgument, entry, literalValue, runtimeError } from "./builder.ts";
import type { EmitContext, FunctionDef } from "./definition.ts";
import { identityOf } from "./js/array.ts";
import { compareValues } from "./js/compare.ts";
import * as stats from "./js/statistics.ts";

const DBL = as(DOUBLE);

/** The sort key of WITHIN GROUP, as a double. */
function sortedValue(call: CallExpression): { key: BoundExpression; descending: boolean } {
  const [sort, ...others] = call.orderBy ?? [];
  if (!sort || others.length > 0) {
    throw new SqlError(`${call.fn.name} needs WITHIN GROUP (ORDER BY …) with one key`, {
      errorClass: "INVALID_WITHIN_GROUP_EXPRESSION.WITHIN_GROUP_MISSING",
      sqlState: "42K0K",
      span: call.span,
      hint: "write for example percentile_cont(0.5) WITHIN GROUP (ORDER BY x)",
    });
  }
  const { type } = sort.expression;
  if (!isNumeric(type) && type.kind !== "string" && type.kind !== "void") {
    throw notImplemented(`${call.fn.name} of ${type.kind}`, call.span);
  }
  return { key: implicitCast(sort.expression, DOUBLE), descending: sort.direction === "desc" };
}

function percentile(name: "percentile_cont" | "percentile_disc"): FunctionDef {
  return defineAggregate(
    name,
    [oneOf(DBL, arrayOf(DBL))],
    (args) => percentileType(args[0]!.type),
    (_args, call, context) => {
      const { key, descending } = sortedValue(call);
      const wanted = shares(call.args[0]!);
      const { orderBy: _, ...plain } = call;
      const sql = context.emit(key);
      const list = aggregate(
        "list",
        [sql],
        { call: plain, context },
        { where: `${sql} IS NOT NULL` },
      );
      const method = name === "percentile_cont" ? stats.percentiles : stats.discretePercentiles;
      return callScript(context, [list], {
        name: `${name} ${descending ? "descending " : ""}${JSON.stringify(wanted)}`,
        parameters: [arrayType(DOUBLE, false)],
        returnType: call.type,
        call: ([values]) => {
          const found = method(values as readonly number[], wanted, descending);
          return found === null ? null : call.type.kind === "array" ? found : found[0]!;
        },
      });
    },
    {
      allowsDistinct: false,
      check: (args, context) => checkShares(args[0]!, context),
      pretty: (a, call) => {
        const [key] = call.orderBy ?? [];
        const text = key ? prettyName(key.expression) : "";
        const direction = key?.direction === "desc" ? " DESC" : "";
        return `${name}(${a[0]}) WITHIN GROUP (ORDER BY ${text}${direction})`;
      },
      summary: `A percentile, ${name === "percentile_cont" ? "interpolated" : "one of the values"}.`,
    },
  );
}

/** How ties are settled; Spark leaves plain `mode(x)` to its hash table. */
type Tie = "refuse" | "least" | "greatest";

const MODE = entry(
  "mode",
  {
    kind: "aggregate",
    arity: [0, 2],
    summary: "The most frequent value.",
    pretty: (a) =>
      a[1] === "true" ? `mode() WITHIN GROUP (ORDER BY ${a[0]} DESC)` : `mode(${a[0]})`,
  },
  (args, call, context) => emitMode(args, call, context),
  (args, context) => {
    const [value, deterministic] = args;
    // WITHIN GROUP is bound after the arguments: its type would come too late.
    if (!value) throw notImplemented("mode() WITHIN GROUP", context.span, "use mode(x, true)");
    if (!isAtomic(value.type) && value.type.kind !== "void") {
      throw notImplemented(`mode of ${value.type.kind}`, context.span);
    }
    const flag = deterministic ? [castArgument(deterministic, 1, as(BOOLEAN), context)] : [];
    if (flag[0] && typeof literalValue(flag[0]) !== "boolean") {
      throw notImplemented("mode with a computed flag", context.span);
    }
    return { type: value.type, nullable: true, args: [value, ...flag] };
  },
);

function emitMode(args: readonly string[], call: CallExpression, context: EmitContext): string {
  const { type } = call.args[0]!;
  if (type.kind === VOID.kind) return "NULL";
  const tie: Tie = call.args[1] && literalValue(call.args[1]) === true ? "least" : "refuse";
  const list = aggregate(
    "list",
    [args[0]!],
    { call, context },
    { where: `${args[0]} IS NOT NULL` },
  );
  return callScript(context, [list], {
    name: `mode ${tie}`,
    parameters: [arrayType(type, false)],
    returnType: type,
    call: ([values]) => mostFrequent(values as readonly Value[], type, tie),
  });
}

function mostFrequent(values: readonly Value[], type: DataType, tie: Tie): Value {
  const counts = new Map<string, { value: Value; count: number }>();
  let most = 0;
  for (const value of values) {
    const key = identityOf(value);
    const found = counts.get(key) ?? { value, count: 0 };
    found.count++;
    most = Math.max(most, found.count);
    counts.set(key, found);
  }
  const top = [...counts.values()].filter((c) => c.count === most).map((c) => c.value);
  if (top.length > 1 && tie === "refuse") {
    throw runtimeError(
      "UNSUPPORTED_FEATURE",
      "0A000",
      "mode of several equally frequent values, which Spark settles by chance",
    );
  }
  return top.sort((a, b) => compareValues(a, b, type))[0] ?? null;
}

export const SORTED: readonly FunctionDef[] = [
  percentile("percentile_cont"),
  percentile("percentile_disc"),
  MODE,
];
