/**
 * Which types combine, convert and compare (Spark 4.2 `AnsiTypeCoercion`, `Cast.canAnsiCast`,
 * `Cast.canANSIStoreAssign`). Types only; `coercion.ts` applies them to expressions.
 */
import {
  arrayType,
  type DataType,
  DOUBLE,
  LONG,
  mapType,
  STRING,
  sameType,
  structType,
  TIMESTAMP,
  VOID,
} from "../../schema/data-type.ts";
import { decimalForType, widerDecimal } from "./decimal-rules.ts";

const INTEGRAL = ["byte", "short", "int", "long"];
const NUMERIC_ORDER = ["byte", "short", "int", "long", "float", "double"];
const DATETIME = ["date", "timestamp_ntz", "timestamp"];

export function isIntegral(type: DataType): boolean {
  return INTEGRAL.includes(type.kind);
}

/** float, double or decimal. */
export function isFractional(type: DataType): boolean {
  return type.kind === "float" || type.kind === "double" || type.kind === "decimal";
}

export function isNumeric(type: DataType): boolean {
  return isIntegral(type) || isFractional(type);
}

export function isDatetime(type: DataType): boolean {
  return DATETIME.includes(type.kind);
}

export function isInterval(type: DataType): boolean {
  return type.kind === "interval_ym" || type.kind === "interval_dt";
}

/** Neither void nor nested nor variant. */
export function isAtomic(type: DataType): boolean {
  return !["void", "array", "map", "struct", "variant"].includes(type.kind);
}

/** Whether values have an order: everything but maps and variants. */
export function isOrderable(type: DataType): boolean {
  switch (type.kind) {
    case "map":
    case "variant":
      return false;
    case "array":
      return isOrderable(type.element);
    case "struct":
      return type.fields.every((f) => isOrderable(f.type));
    default:
      return true;
  }
}

const DT_UNITS = ["day", "hour", "minute", "second"] as const;
const YM_UNITS = ["year", "month"] as const;

/** The type both convert to without loss, or null (`findTightestCommonType`). */
export function tightestType(a: DataType, b: DataType): DataType | null {
  return combine(a, b, tightestType, false);
}

/** The type both convert to for an operator or a set operation, or null (`findWiderTypeForTwo`). */
export function widerType(a: DataType, b: DataType): DataType | null {
  const tight = combine(a, b, widerType, true);
  return tight ?? widerDecimalType(a, b) ?? widerStringType(a, b);
}

/**
 * The common type of a binary operator's sides (`PromoteStrings`, `DecimalPrecision`, then the
 * tightest type): text and decimals widen at the top, not inside arrays and structs.
 */
export function operandType(a: DataType, b: DataType): DataType | null {
  return tightestType(a, b) ?? widerDecimalType(a, b) ?? widerStringType(a, b);
}

/** Folds `widerType` over several types; void when there are none. */
export function commonType(types: readonly DataType[]): DataType | null {
  return types.reduce<DataType | null>((wide, type) => (wide ? widerType(wide, type) : null), VOID);
}

function combine(
  a: DataType,
  b: DataType,
  recurse: (a: DataType, b: DataType) => DataType | null,
  wide: boolean,
): DataType | null {
  if (sameType(a, b) && isAtomic(a)) return a;
  if (a.kind === "void") return b;
  if (b.kind === "void") return a;
  if (isNumeric(a) && isNumeric(b)) return tightestNumeric(a, b);
  if (isDatetime(a) && isDatetime(b)) {
    return DATETIME.indexOf(a.kind) > DATETIME.indexOf(b.kind) ? a : b;
  }
  if (a.kind === "interval_dt" && b.kind === "interval_dt") {
    const from = Math.min(DT_UNITS.indexOf(a.from), DT_UNITS.indexOf(b.from));
    const to = Math.max(DT_UNITS.indexOf(a.to), DT_UNITS.indexOf(b.to));
    return { kind: "interval_dt", from: DT_UNITS[from]!, to: DT_UNITS[to]! };
  }
  if (a.kind === "interval_ym" && b.kind === "interval_ym") {
    const from = Math.min(YM_UNITS.indexOf(a.from), YM_UNITS.indexOf(b.from));
    const to = Math.max(YM_UNITS.indexOf(a.to), YM_UNITS.indexOf(b.to));
    return { kind: "interval_ym", from: YM_UNITS[from]!, to: YM_UNITS[to]! };
  }
  return combineNested(a, b, recurse, wide);
}

function tightestNumeric(a: DataType, b: DataType): DataType | null {
  if (a.kind === "decimal" && b.kind === "decimal") return sameType(a, b) ? a : null;
  if (a.kind === "decimal") return decimalHolds(a, b) ? a : null;
  if (b.kind === "decimal") return decimalHolds(b, a) ? b : null;
  const index = Math.max(NUMERIC_ORDER.indexOf(a.kind), NUMERIC_ORDER.indexOf(b.kind));
  const kind = NUMERIC_ORDER[index]!;
  return kind === "float" && a.kind !== b.kind ? DOUBLE : ({ kind } as DataType);
}

/** `isWiderThan` for an integral type. */
function decimalHolds(decimal: DataType, other: DataType): boolean {
  if (decimal.kind !== "decimal" || !isIntegral(other)) return false;
  const need = decimalForType(other);
  return decimal.precision - decimal.scale >= need.precision;
}

function combineNested(
  a: DataType,
  b: DataType,
  recurse: (a: DataType, b: DataType) => DataType | null,
  wide: boolean,
): DataType | null {
  if (a.kind === "array" && b.kind === "array") {
    const element = recurse(a.element, b.element);
    const lossy = element
      ? castMayFail(a.element, element) || castMayFail(b.element, element)
      : false;
    return element && arrayType(element, a.containsNull || b.containsNull || (wide && lossy));
  }
  if (a.kind === "map" && b.kind === "map") {
    const key = recurse(a.key, b.key);
    const value = recurse(a.value, b.value);
    return key && value && mapType(key, value, a.valueContainsNull || b.valueContainsNull);
  }
  if (a.kind === "struct" && b.kind === "struct" && a.fields.length === b.fields.length) {
    const fields = a.fields.map((field, i) => {
      const other = b.fields[i]!;
      if (field.name.toLowerCase() !== other.name.toLowerCase()) return null;
      const type = recurse(field.type, other.type);
      return type && { ...field, type, nullable: field.nullable || other.nullable };
    });
    return fields.every((f) => f !== null)
      ? structType(fields as NonNullable<(typeof fields)[0]>[])
      : null;
  }
  return sameType(a, b) ? a : null;
}

function widerDecimalType(a: DataType, b: DataType): DataType | null {
  if (a.kind === "decimal" && b.kind === "decimal") return widerDecimal(a, b);
  if (a.kind === "decimal" && isIntegral(b)) return widerDecimal(a, decimalForType(b));
  if (b.kind === "decimal" && isIntegral(a)) return widerDecimal(decimalForType(a), b);
  if (a.kind === "decimal" && isFractional(b)) return DOUBLE;
  if (b.kind === "decimal" && isFractional(a)) return DOUBLE;
  return null;
}

/** What a string beside another type becomes (`findWiderTypeForString`). */
export function widerStringType(a: DataType, b: DataType): DataType | null {
  if (a.kind !== "string" && b.kind === "string") return widerStringType(b, a);
  if (a.kind !== "string") return null;
  if (isIntegral(b)) return LONG;
  if (isFractional(b)) return DOUBLE;
  if (b.kind === "void") return STRING;
  if (isInterval(b)) return null;
  return isAtomic(b) ? b : null;
}

/** Whether an explicit CAST between the types exists in ANSI mode. */
export function canCast(from: DataType, to: DataType): boolean {
  if (sameType(from, to) || from.kind === "void" || to.kind === "string") return true;
  if (from.kind === "variant") return fitsVariant(to, true);
  if (to.kind === "variant") return fitsVariant(from, false);
  const exact = (t: DataType): boolean => isIntegral(t) || t.kind === "decimal";
  switch (to.kind) {
    case "boolean":
      return from.kind === "string" || isNumeric(from);
    case "binary":
      return from.kind === "string";
    case "timestamp":
      return from.kind === "string" || isDatetime(from) || isNumeric(from);
    case "timestamp_ntz":
      return from.kind === "string" || isDatetime(from);
    case "date":
      return from.kind === "string" || isDatetime(from);
    case "interval_ym":
    case "interval_dt":
      return from.kind === "string" || exact(from) || from.kind === to.kind;
    case "array":
      return from.kind === "array" && canCast(from.element, to.element);
    case "map":
      return from.kind === "map" && canCast(from.key, to.key) && canCast(from.value, to.value);
    case "struct":
      return (
        from.kind === "struct" &&
        from.fields.length === to.fields.length &&
        from.fields.every((f, i) => canCast(f.type, to.fields[i]!.type))
      );
    default: {
      if (!isNumeric(to)) return false;
      if (isInterval(from)) return exact(to);
      return isNumeric(from) || ["string", "boolean", "timestamp"].includes(from.kind);
    }
  }
}

/** Whether a type comes out of variants and, without objects, goes into them by a cast. */
export function fitsVariant(type: DataType, allowsObjects: boolean): boolean {
  switch (type.kind) {
    case "array":
      return fitsVariant(type.element, allowsObjects);
    case "map":
      return allowsObjects && type.key.kind === "string" && fitsVariant(type.value, true);
    case "struct":
      return allowsObjects && type.fields.every((field) => fitsVariant(field.type, true));
    default:
      return type.kind !== "void" && !isInterval(type);
  }
}

/** Whether INSERT may put a value of one type into a column of another (ANSI store assignment). */
export function canStoreAssign(from: DataType, to: DataType): boolean {
  if (sameType(from, to) || from.kind === "void") return true;
  if (isNumeric(from) && isNumeric(to)) return true;
  if (to.kind === "string") return isAtomic(from);
  if (to.kind === "variant") return fitsVariant(from, false);
  if (isDatetime(from) && isDatetime(to)) return true;
  if (isInterval(from)) return from.kind === to.kind;
  if (from.kind === "array" && to.kind === "array") return canStoreAssign(from.element, to.element);
  if (from.kind === "map" && to.kind === "map") {
    return canStoreAssign(from.key, to.key) && canStoreAssign(from.value, to.value);
  }
  if (from.kind === "struct" && to.kind === "struct") {
    return (
      from.fields.length === to.fields.length &&
      from.fields.every((f, i) => canStoreAssign(f.type, to.fields[i]!.type))
    );
  }
  return false;
}

/** Whether a cast may raise or give NULL for some non-NULL value. */
export function castMayFail(from: DataType, to: DataType): boolean {
  if (sameType(from, to) || from.kind === "void") return false;
  if (from.kind === "string") return to.kind !== "binary";
  if (isIntegral(from) && to.kind === "decimal") return !decimalHolds(to, from);
  return false;
}

/** The default type of `TIMESTAMP` without a zone word. */
export const DEFAULT_TIMESTAMP = TIMESTAMP;
