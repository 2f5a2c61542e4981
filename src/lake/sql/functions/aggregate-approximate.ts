/**
 * Approximate aggregates whose answer Spark fixes: `approx_count_distinct` (HyperLogLog++, Spark
 * 4.2 `HyperLogLogPlusPlus.scala`) and `percentile_approx` (`QuantileSummaries.scala`).
 *
 * Both are exact copies where the algorithm has one answer. Two ranges are refused at run time:
 * counts that need the paper's bias tables, and percentiles of so many rows that Spark's summary
 * depends on how the rows were split.
 */
import { arrayType, type DataType, DOUBLE, INT, LONG } from "../../schema/data-type.ts";
import type { Value } from "../../schema/value.ts";
import { notImplemented, SqlError } from "../error.ts";
import type { BoundExpression } from "../plan/expression.ts";
import { someExpression } from "../plan/transform.ts";
import { mismatch } from "../types/mismatch.ts";
import { isDatetime, isInterval, isNumeric } from "../types/type-rules.ts";
import { type Accept, ANY, arrayOf, as, INTEGRAL, oneOf } from "./accept.ts";
import { aggregate, defineAggregate } from "./aggregate-call.ts";
import { checkShares, shares } from "./aggregate-statistics.ts";
import { callScript, literalValue, runtimeError } from "./builder.ts";
import type { FunctionDef, ResolveContext } from "./definition.ts";
import { compareValues } from "./js/compare.ts";
import { estimateDistinct, indexBits, registerOf } from "./js/hyperloglog.ts";
import { hashXxHash64 } from "./js/spark-hash.ts";

// ---------------------------------------------------------------- approx_count_distinct

const DEFAULT_DEVIATION = 0.05;

/** The relative deviation, which Spark takes as a literal of type DOUBLE or DECIMAL only. */
function deviationOf(arg: BoundExpression | undefined, context: ResolveContext): number {
  if (!arg) return DEFAULT_DEVIATION;
  const value = arg.kind === "literal" ? arg.value : null;
  if (arg.type.kind === "double" && typeof value === "number") return value;
  if (arg.type.kind === "decimal" && typeof value === "bigint") {
    return Number(value) / 10 ** arg.type.scale;
  }
  throw new SqlError("the second argument should be a double literal", {
    errorClass: "_LEGACY_ERROR_TEMP_1104",
    sqlState: "42K0E",
    span: arg.span ?? context.span,
    hint: "write the deviation as a number, for example 0.05",
  });
}

function bitsOf(arg: BoundExpression | undefined, context: ResolveContext): number {
  const bits = indexBits(deviationOf(arg, context));
  if (bits >= 4 && bits <= 18) return bits;
  if (bits > 18) throw notImplemented("a deviation this small", context.span);
  throw new SqlError("approx_count_distinct needs a deviation of at most 0.39", {
    errorClass: "FAILED_FUNCTION_CALL",
    sqlState: "38000",
    span: context.span,
    hint: "give a smaller deviation, for example 0.05",
  });
}

/** The groups hold each register's values once, so their lists stay short. */
const APPROX_COUNT_DISTINCT = defineAggregate(
  "approx_count_distinct",
  [ANY, ANY],
  LONG,
  (args, call, context) => {
    const { type } = call.args[0]!;
    const bits = call.data as number;
    const register = callScript(context, [args[0]!], {
      name: `hyperloglog register of ${bits} bits`,
      parameters: [type],
      returnType: INT,
      call: ([value]) => registerOf(hashXxHash64([value!], [type]), bits),
    });
    const where = `${args[0]} IS NOT NULL`;
    const distinct = { call: { ...call, distinct: true }, context };
    const list = aggregate("list", [register], distinct, { where });
    return callScript(context, [list], {
      name: `hyperloglog of ${bits} bits`,
      parameters: [arrayType(INT, false)],
      returnType: LONG,
      handlesNull: true,
      call: ([registers]) => {
        const count = estimateDistinct((registers ?? []) as readonly number[], bits);
        if (count !== null) return BigInt(count);
        throw runtimeError(
          "UNSUPPORTED_FEATURE",
          "0A000",
          "approx_count_distinct of this many values is not supported yet; use count(DISTINCT …)",
        );
      },
    });
  },
  {
    optional: 1,
    nullable: false,
    pretty: (a) => `approx_count_distinct(${a[0]})`,
    data: (args, context) => bitsOf(args[1], context),
    check: ([value], context) => {
      if (containsMap(value!.type)) {
        throw notImplemented("approx_count_distinct of maps", context.span);
      }
    },
    summary: "Roughly how many different values there are.",
    example: "approx_count_distinct(id)",
  },
);

function containsMap(type: DataType): boolean {
  if (type.kind === "array") return containsMap(type.element);
  if (type.kind === "struct") return type.fields.some((field) => containsMap(field.type));
  return type.kind === "map" || type.kind === "variant";
}

// ---------------------------------------------------------------- percentile_approx

const ORDINARY: Accept = {
  describe: "a NUMERIC, DATE, TIMESTAMP or INTERVAL",
  takes: (t) => isNumeric(t) || isDatetime(t) || isInterval(t),
  target: (t) => {
    if (ORDINARY.takes(t)) return t;
    return t.kind === "void" || t.kind === "string" ? DOUBLE : null;
  },
};

const SHARES = oneOf(as(DOUBLE), arrayOf(as(DOUBLE)));
const MOST = 2 ** 31 - 1;

function accuracyOf(args: readonly BoundExpression[], context: ResolveContext): number {
  const arg = args[2]!;
  const at = arg.span ?? context.span;
  const plain = arg.kind === "cast" && arg.implicit ? arg.operand : arg;
  const value = literalValue(plain);
  if (value === null) throw mismatch("UNEXPECTED_NULL", "the accuracy must not be NULL", at);
  if (typeof value !== "number" && typeof value !== "bigint") {
    if (plain.kind === "call" && !readsRow(plain)) {
      throw notImplemented("a computed accuracy", at);
    }
    throw mismatch("NON_FOLDABLE_INPUT", "the accuracy must be a constant", at);
  }
  const accuracy = Number(value);
  if (accuracy > 0 && accuracy <= MOST) return accuracy;
  throw mismatch("VALUE_OUT_OF_RANGE", `the accuracy is from 1 to ${MOST}`, at);
}

function readsRow(expression: BoundExpression): boolean {
  return someExpression(expression, (e) => e.kind === "attribute" || e.kind === "subquery");
}

function checkPercentile(args: readonly BoundExpression[], context: ResolveContext): void {
  const [value, share] = args;
  const at = share!.span ?? context.span;
  if (value!.type.kind === "decimal") {
    // Spark's answer has another scale inside its own projection than above it.
    throw notImplemented("percentile_approx of decimals", context.span, "cast them to DOUBLE");
  }
  const plain = share!.kind === "cast" && share!.implicit ? share!.operand : share!;
  if (literalValue(plain) === null) {
    throw mismatch("UNEXPECTED_NULL", "the percentage must not be NULL", at);
  }
  if (readsRow(share!)) {
    throw mismatch("NON_FOLDABLE_INPUT", "the percentage must be a constant", at);
  }
  checkShares(share!, context);
}

interface PercentileData {
  readonly shares: readonly number[];
  readonly accuracy: number;
}

const PERCENTILE_APPROX = defineAggregate(
  "percentile_approx",
  [ORDINARY, SHARES, INTEGRAL],
  (args) => {
    const { type } = args[0]!;
    return args[1]!.type.kind === "array" ? arrayType(type, false) : type;
  },
  (args, call, context) => {
    const { type } = call.args[0]!;
    const data = call.data as PercentileData;
    const where = `${args[0]} IS NOT NULL`;
    const list = aggregate("list", [args[0]!], { call, context }, { where });
    return callScript(context, [list], {
      name: `percentile_approx ${JSON.stringify(data)}`,
      parameters: [arrayType(type, false)],
      returnType: call.type,
      call: ([values]) => {
        const found = quantiles(values as readonly Value[], type, data);
        return call.type.kind === "array" ? (found.length > 0 ? found : null) : (found[0] ?? null);
      },
    });
  },
  {
    optional: 1,
    aliases: ["approx_percentile"],
    showsAlias: true,
    defaults: (args) =>
      args.length === 2 ? [{ kind: "literal", value: 10_000, type: INT, nullable: false }] : [],
    check: checkPercentile,
    data: (args, context): PercentileData => ({
      shares: shares(args[1]!),
      accuracy: accuracyOf(args, context),
    }),
    summary: "A value at a rank: the least one that so large a share of the values does not pass.",
    example: "percentile_approx(x, 0.5)",
  },
);

/** Up to half of the accuracy Spark's summary keeps every value, so ranks are exact. */
function quantiles(values: readonly Value[], type: DataType, data: PercentileData): Value[] {
  if ((2 / data.accuracy) * values.length >= 1 && values.length > 1) {
    throw runtimeError(
      "UNSUPPORTED_FEATURE",
      "0A000",
      `percentile_approx of ${values.length} values, whose answer depends on how rows are split, ` +
        "is not supported yet; use percentile, or a larger accuracy",
    );
  }
  if (values.length === 0) return [];
  const sorted = [...values].sort((a, b) => compareAsJava(a, b, type));
  const error = 1 / data.accuracy;
  return data.shares.map((share) => {
    let rank = Math.ceil(share * sorted.length);
    if (share <= error) rank = 1;
    else if (share >= 1 - error) rank = sorted.length;
    return throughDouble(sorted[Math.max(rank, 1) - 1]!);
  });
}

/** `Double.compare` puts -0.0 in front of 0.0. */
function compareAsJava(a: Value, b: Value, type: DataType): number {
  if (a === 0 && b === 0) return Number(Object.is(b, -0)) - Number(Object.is(a, -0));
  return compareValues(a, b, type);
}

const LARGEST_LONG = 2n ** 63n - 1n;

/** The summary holds doubles: a large whole number comes back rounded. */
function throughDouble(value: Value): Value {
  if (typeof value !== "bigint") return value;
  const rounded = BigInt(Number(value));
  return rounded > LARGEST_LONG ? LARGEST_LONG : rounded;
}

export const APPROXIMATE: readonly FunctionDef[] = [APPROX_COUNT_DISTINCT, PERCENTILE_APPROX];
