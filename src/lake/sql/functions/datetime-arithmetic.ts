/**
 * `+ - * /` with dates, timestamps and intervals (Spark 4.2 `BinaryArithmeticWithDatetimeResolver`
 * and `intervalExpressions.scala`), session zone UTC. `resolveDatetime` gives null for operands
 * that are plain numbers.
 */
import {
  DATE,
  type DataType,
  DOUBLE,
  formatTypeSql,
  INT,
  TIMESTAMP,
} from "../../schema/data-type.ts";
import type { Value } from "../../schema/value.ts";
import type { BoundExpression, CallExpression } from "../plan/expression.ts";
import { mismatch } from "../types/mismatch.ts";
import { isDatetime, isIntegral, isInterval, isNumeric, widerType } from "../types/type-rules.ts";
import { callScript, runtimeError } from "./builder.ts";
import type { EmitContext, Resolution, ResolveContext } from "./definition.ts";
import { addMonths, floorDivide, MICROS_PER_DAY } from "./js/civil.ts";
import { divideHalfUp } from "./js/read-number.ts";

type Emit = (args: readonly string[], call: CallExpression, context: EmitContext) => string;

interface Plan {
  type: DataType;
  /** Types the operands are cast to, where they change. */
  operands?: readonly (DataType | null)[];
  emit: Emit;
  /** The column name, where Spark rewrites the operator to a function. */
  pretty?: (args: readonly string[]) => string;
}

const DAY: DataType = { kind: "interval_dt", from: "day", to: "day" };
const DAY_SECOND: DataType = { kind: "interval_dt", from: "day", to: "second" };
const YEAR_MONTH: DataType = { kind: "interval_ym", from: "year", to: "month" };

/** The operator over dates, timestamps or intervals; null when no operand is one. */
export function resolveDatetime(
  operator: string,
  args: readonly BoundExpression[],
  context: ResolveContext,
): Resolution | null {
  const [a, b] = [args[0]!.type, args[1]!.type];
  if (![a, b].some((t) => isDatetime(t) || isInterval(t))) return null;
  const plan = planFor(operator, a, b);
  if (!plan) {
    throw mismatch(
      "BINARY_OP_DIFF_TYPES",
      `\`${operator}\` does not take ${formatTypeSql(a)} and ${formatTypeSql(b)}`,
      context.span,
    );
  }
  const cast = args.map((arg, i) => {
    const target = plan.operands?.[i];
    return target ? context.cast(arg, target) : arg;
  });
  return {
    type: plan.type,
    nullable: cast.some((c) => c.nullable),
    args: cast,
    data: { emit: plan.emit, ...(plan.pretty ? { pretty: plan.pretty } : {}) },
  };
}

function planFor(operator: string, a: DataType, b: DataType): Plan | null {
  if (operator === "+") return isInterval(a) && !isInterval(b) ? swap(add(b, a, 1)) : add(a, b, 1);
  if (operator === "-") return subtract(a, b);
  if (operator === "*") {
    if (isInterval(a)) return scale(a, b, "*");
    return isInterval(b) ? swap(scale(b, a, "*")) : null;
  }
  return operator === "/" && isInterval(a) ? scale(a, b, "/") : null;
}

function swap(plan: Plan | null): Plan | null {
  if (!plan) return null;
  return {
    ...plan,
    ...(plan.operands ? { operands: [plan.operands[1] ?? null, plan.operands[0] ?? null] } : {}),
    ...(plan.pretty ? { pretty: (a) => plan.pretty!([a[1]!, a[0]!]) } : {}),
    emit: (args, call, context) =>
      plan.emit([args[1]!, args[0]!], { ...call, args: [call.args[1]!, call.args[0]!] }, context),
  };
}

function add(a: DataType, b: DataType, sign: 1 | -1): Plan | null {
  const operator = sign === 1 ? "+" : "-";
  if (isInterval(a) && isInterval(b)) return addIntervals(a, b, operator);
  if (b.kind === "date" && sign === 1 && isIntegral(a)) return swap(add(b, a, 1));
  if (a.kind === "date") {
    if (b.kind === "int" || b.kind === "short" || b.kind === "byte") {
      const name = sign === 1 ? "date_add" : "date_sub";
      return {
        type: DATE,
        operands: [null, INT],
        pretty: (x) => `${name}(${x.join(", ")})`,
        emit: (x) => `(${x[0]} ${operator} ${x[1]})`,
      };
    }
    if (b.kind === "interval_ym") {
      return { type: DATE, pretty: bare(operator), emit: monthShift(sign) };
    }
    if (b.kind === "interval_dt" && b.to === "day") {
      const days = (x: string): string =>
        sign === 1 ? `extractansiintervaldays(${x})` : `(- extractansiintervaldays(${x}))`;
      return {
        type: DATE,
        pretty: (x) => `date_add(${x[0]}, ${days(x[1]!)})`,
        emit: (x) => `(${x[0]} ${operator} CAST(epoch_us(${x[1]}) // 86400000000 AS INTEGER))`,
      };
    }
    if (b.kind === "interval_dt")
      return { ...microShift(TIMESTAMP, operator), operands: [TIMESTAMP] };
    return null;
  }
  if (isDatetime(a)) {
    if (b.kind === "interval_ym")
      return { type: a, pretty: bare(operator), emit: monthShift(sign) };
    if (b.kind === "interval_dt") return microShift(a, operator);
  }
  return null;
}

function bare(operator: string): (args: readonly string[]) => string {
  return (x) => `${x[0]} ${operator} ${x[1]}`;
}

function microShift(type: DataType, operator: string): Plan {
  const make = type.kind === "timestamp" ? "make_timestamptz" : "make_timestamp";
  const pretty = bare(operator);
  return { type, pretty, emit: (x) => `${make}(epoch_us(${x[0]}) ${operator} epoch_us(${x[1]}))` };
}

/** Adds months to a date or timestamp, cutting the day to the month's length. */
function monthShift(sign: 1 | -1): Emit {
  return (args, call, context) => {
    const type = call.args[0]!.type;
    return callScript(context, args, {
      name: sign === 1 ? "add months" : "subtract months",
      parameters: call.args.map((a) => a.type),
      returnType: type,
      call: ([value, months]) => shiftMonths(value!, Number(months) * sign, type),
    });
  };
}

/** A date (days) or timestamp (microseconds) some months later. */
export function shiftMonths(value: Value, months: number, type: DataType): Value {
  if (type.kind === "date") return addMonths(value as number, months);
  const [days, rest] = floorDivide(value as bigint, MICROS_PER_DAY);
  return BigInt(addMonths(Number(days), months)) * MICROS_PER_DAY + rest;
}

function addIntervals(a: DataType, b: DataType, operator: string): Plan | null {
  const type = widerType(a, b);
  if (!type) return null;
  return {
    type,
    operands: [type, type],
    emit: (args, _call, context) =>
      callScript(context, args, {
        name: `interval ${operator}`,
        parameters: [type, type],
        returnType: type,
        call: ([x, y]) => {
          const [left, right] = [BigInt(x as bigint), BigInt(y as bigint)];
          return intervalValue(operator === "+" ? left + right : left - right, type);
        },
      }),
  };
}

/** Months as a number, microseconds as a bigint; overflow raises. */
export function intervalValue(total: bigint, type: DataType): Value {
  const months = type.kind === "interval_ym";
  if (BigInt.asIntN(months ? 32 : 64, total) !== total) {
    throw runtimeError(
      "INTERVAL_ARITHMETIC_OVERFLOW.WITHOUT_SUGGESTION",
      "22015",
      "interval overflow",
    );
  }
  return months ? Number(total) : total;
}

function subtract(a: DataType, b: DataType): Plan | null {
  const text = (t: DataType): boolean => t.kind === "string" || t.kind === "void";
  if (isDatetime(a) && text(b))
    return subtract(a, a) && { ...subtract(a, a)!, operands: [null, a] };
  if (isDatetime(b) && text(a)) return { ...subtract(b, b)!, operands: [b, null] };
  if (!isDatetime(a) || !isDatetime(b)) return add(a, b, -1);
  if (a.kind === "date" && b.kind === "date") {
    return {
      type: DAY,
      emit: (x) => `to_microseconds((${x[0]} - ${x[1]}) * 86400000000::BIGINT)`,
    };
  }
  const common = widerType(a, b)!;
  return {
    type: DAY_SECOND,
    operands: [common, common],
    emit: (x) => `to_microseconds(epoch_us(${x[0]}) - epoch_us(${x[1]}))`,
  };
}

function scale(interval: DataType, factor: DataType, operator: "*" | "/"): Plan | null {
  if (!isNumeric(factor) && factor.kind !== "string" && factor.kind !== "void") return null;
  const number = isNumeric(factor) ? factor : DOUBLE;
  const type = interval.kind === "interval_ym" ? YEAR_MONTH : DAY_SECOND;
  return {
    type,
    operands: [null, number],
    pretty: (x) => `(${x[0]} ${operator} ${x[1]})`,
    emit: (args, _call, context) =>
      callScript(context, args, {
        name: `interval ${operator}`,
        parameters: [interval, number],
        returnType: type,
        call: ([value, by]) => scaleInterval(BigInt(value as bigint), by!, number, operator, type),
      }),
  };
}

function scaleInterval(
  ...[value, by, number, operator, type]: [bigint, Value, DataType, "*" | "/", DataType]
): Value {
  if (operator === "/" && Number(by) === 0) {
    throw runtimeError("INTERVAL_DIVIDED_BY_ZERO", "22012", "division by zero; use `try_divide`");
  }
  if (number.kind === "double" || number.kind === "float") {
    const exact =
      operator === "*" ? Number(value) * (by as number) : Number(value) / (by as number);
    if (!Number.isFinite(exact)) return intervalValue(1n << 80n, type);
    const rounded = Math.sign(exact) * Math.round(Math.abs(exact));
    return intervalValue(BigInt(rounded), type);
  }
  const unit = number.kind === "decimal" ? 10n ** BigInt(number.scale) : 1n;
  const factor = BigInt(by as bigint | number);
  const total =
    operator === "*" ? divideHalfUp(value * factor, unit) : divideHalfUp(value * unit, factor);
  return intervalValue(total, type);
}
