/**
 * CAST as engine SQL (Spark 4.2 `Cast`, ANSI). Numbers convert natively where DuckDB agrees
 * (rounding of decimals, overflow errors); text, doubles to decimals and everything to text go
 * through the TypeScript definitions of `functions/js/cast.ts`.
 */
import { engineType, quoteIdentifier } from "../../engine/engine-type.ts";
import { type DataType, DOUBLE, LONG, type StructType, sameType } from "../../schema/data-type.ts";
import { notImplemented } from "../error.ts";
import { callScript, letIn } from "../functions/builder.ts";
import type { EmitContext } from "../functions/definition.ts";
import { castScript } from "../functions/js/cast.ts";
import { toVariantScript, variantCastScript } from "../functions/variant.ts";
import type { BoundExpression, CastMode } from "../plan/expression.ts";
import {
  isDatetime,
  isFractional,
  isIntegral,
  isInterval,
  isNumeric,
} from "../types/type-rules.ts";

interface Operand {
  readonly sql: string;
  readonly expression: BoundExpression;
}

/** Engine SQL of a cast of `operand` to `to`. */
export function emitCast(
  operand: Operand,
  to: DataType,
  mode: CastMode,
  context: EmitContext,
): string {
  return convert(operand.sql, operand.expression.type, to, { mode, context, operand });
}

interface CastState {
  readonly mode: CastMode;
  readonly context: EmitContext;
  readonly operand: Operand;
}

function convert(sql: string, from: DataType, to: DataType, state: CastState): string {
  if (from.kind === "void") return `CAST(${sql} AS ${engineType(to)})`;
  if (sameType(from, to)) return sql;
  const moment = specialMoment(from, to, state);
  if (moment) return moment;
  if (from.kind === "variant") {
    return callScript(state.context, [sql], variantCastScript(to, state.mode));
  }
  if (to.kind === "variant") return callScript(state.context, [sql], toVariantScript(from));
  if (
    to.kind === "string" &&
    (isIntegral(from) || from.kind === "boolean" || isPlainDecimal(from))
  ) {
    return `CAST(${sql} AS VARCHAR)`;
  }
  if (to.kind === "string" || from.kind === "string") return scripted(sql, from, to, state);
  if (from.kind === "array" || from.kind === "map" || from.kind === "struct") {
    return convertNested(sql, from, to, state);
  }
  if (isNumeric(to)) return toNumber(sql, from, to, state);
  if (to.kind === "boolean") return `(${sql} <> 0)`;
  if (isInterval(from) || isInterval(to)) return scripted(sql, from, to, state);
  if (isNumeric(from) && to.kind === "timestamp") {
    return isIntegral(from)
      ? scripted(`CAST(${sql} AS BIGINT)`, LONG, to, state)
      : scripted(sql, from, to, state);
  }
  return `CAST(${sql} AS ${engineType(to)})`;
}

const MOMENTS: Readonly<Record<string, string>> = {
  epoch: "make_timestamptz(0::BIGINT)",
  now: "now()",
  today: "date_trunc('day', now())",
  tomorrow: "date_trunc('day', now() + to_days(1))",
  yesterday: "date_trunc('day', now() - to_days(1))",
};

/** `cast('today' as date)`: Spark reads such words in constants only (`SpecialDatetimeValues`). */
function specialMoment(from: DataType, to: DataType, state: CastState): string | null {
  const { expression } = state.operand;
  if (from.kind !== "string" || !isDatetime(to) || expression.kind !== "literal") return null;
  const words = /^(epoch|now|today|tomorrow|yesterday)(?:\s+(\S+))?$/i;
  const match = words.exec(String(expression.value).trim());
  if (!match) return null;
  if (match[2]) throw notImplemented("a zone after a special value", expression.span);
  return `CAST(${MOMENTS[match[1]!.toLowerCase()]!} AS ${engineType(to)})`;
}

/** The engine prints `.05` where a decimal has no integral digit; Spark prints `0.05`. */
function isPlainDecimal(type: DataType): boolean {
  return type.kind === "decimal" && type.precision > type.scale;
}

function scripted(sql: string, from: DataType, to: DataType, state: CastState): string {
  return callScript(state.context, [sql], castScript(from, to, state.mode));
}

function plainCast(sql: string, to: DataType, state: CastState): string {
  return `${state.mode === "try" ? "TRY_CAST" : "CAST"}(${sql} AS ${engineType(to)})`;
}

function toNumber(sql: string, from: DataType, to: DataType, state: CastState): string {
  if (isInterval(from)) return scripted(sql, from, to, state);
  if (from.kind === "timestamp") return timestampToNumber(sql, to, state);
  if (from.kind === "boolean") {
    return plainCast(to.kind === "decimal" ? `CAST(${sql} AS INTEGER)` : sql, to, state);
  }
  if (isIntegral(to) && isFractional(from)) {
    return plainCast(`trunc(${literalAsDouble(sql, from, to, state)})`, to, state);
  }
  if (to.kind === "decimal" && (from.kind === "float" || from.kind === "double")) {
    return scripted(sql, from, to, state);
  }
  if (from.kind === "decimal" && (to.kind === "double" || to.kind === "float")) {
    // Up to 15 digits the engine's division by a power of ten is correctly rounded.
    if (from.precision > 15 || from.scale > 22) return scripted(sql, from, to, state);
  }
  if (to.kind === "float" && from.kind === "double") return doubleToFloat(sql, state);
  return plainCast(sql, to, state);
}

/** Java rounds what is too large for a FLOAT to infinity; the engine raises. */
function doubleToFloat(sql: string, state: CastState): string {
  const limit = "3.4028235677973366e38::DOUBLE";
  return letIn(state.context, { sql, expression: state.operand.expression }, (x) => {
    const huge = `abs(${x}) >= ${limit} AND NOT isnan(${x})`;
    return `CASE WHEN ${huge} THEN CAST(sign(${x}) * 'Infinity'::DOUBLE AS FLOAT) ELSE CAST(${x} AS FLOAT) END`;
  });
}

/** Spark reads a decimal literal cast to INT and narrower through a double. */
function literalAsDouble(sql: string, from: DataType, to: DataType, state: CastState): string {
  const literal = state.operand.expression.kind === "literal" && from.kind === "decimal";
  return literal && to.kind !== "long" ? toNumber(sql, from, DOUBLE, state) : sql;
}

function timestampToNumber(sql: string, to: DataType, state: CastState): string {
  if (isIntegral(to)) {
    const seconds = `date_diff('second', make_timestamptz(0::BIGINT), ${sql})`;
    return plainCast(seconds, to, state);
  }
  if (to.kind === "decimal") {
    const exact = `(epoch_us(${sql})::DECIMAL(19,0) * 0.000001::DECIMAL(6,6))`;
    return plainCast(exact, to, state);
  }
  return `CAST(CAST(epoch_us(${sql}) AS DOUBLE) / 1000000::DOUBLE AS ${engineType(to)})`;
}

function convertNested(sql: string, from: DataType, to: DataType, state: CastState): string {
  const { context } = state;
  if (from.kind === "array" && to.kind === "array") {
    const name = context.freshName();
    const element = convert(name, from.element, to.element, state);
    return element === name ? sql : `list_transform(${sql}, lambda ${name}: ${element})`;
  }
  if (from.kind === "map" && to.kind === "map") {
    const name = context.freshName();
    const key = convert(`${name}.key`, from.key, to.key, state);
    const value = convert(`${name}.value`, from.value, to.value, state);
    const entry = `struct_pack(k := ${key}, v := ${value})`;
    return `map_from_entries(list_transform(map_entries(${sql}), lambda ${name}: ${entry}))`;
  }
  if (from.kind === "struct" && to.kind === "struct") {
    return letIn(context, { sql, expression: state.operand.expression }, (name) =>
      convertStruct(name, from, to, state),
    );
  }
  return scripted(sql, from, to, state);
}

function convertStruct(sql: string, from: StructType, to: StructType, state: CastState): string {
  const fields = to.fields.map((field, i) => {
    const source = from.fields[i]!;
    const part = convert(
      `(${sql}).${quoteIdentifier(source.name)}`,
      source.type,
      field.type,
      state,
    );
    return `${quoteIdentifier(field.name)} := ${part}`;
  });
  return `CASE WHEN ${sql} IS NOT NULL THEN struct_pack(${fields.join(", ")}) END`;
}
