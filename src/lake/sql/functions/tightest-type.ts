/**
 * The tightest type of two element or key types (Spark 4.2 `TypeCoercion.findTightestCommonType`).
 * Collection functions use it in place of the wider ANSI rules: text and a number have none, nor
 * have two decimals of unlike digits.
 */
import { arrayType, type DataType, mapType, sameType, structType } from "../../schema/data-type.ts";
import { commonType, isDatetime, isIntegral, isInterval } from "../types/type-rules.ts";

const NUMBERS = ["byte", "short", "int", "long", "float", "double"];
const DIGITS: Partial<Record<DataType["kind"], number>> = { byte: 3, short: 5, int: 10, long: 20 };

/** The tightest type both convert to, or null. */
export function tightestType(a: DataType, b: DataType): DataType | null {
  if (a.kind === "void") return b;
  if (b.kind === "void" || (sameType(a, b) && a.kind !== "array" && a.kind !== "map")) return a;
  if (a.kind === "decimal" || b.kind === "decimal") return decimalAndIntegral(a, b);
  const [left, right] = [NUMBERS.indexOf(a.kind), NUMBERS.indexOf(b.kind)];
  if (left >= 0 && right >= 0) return left > right ? a : b;
  if (isDatetime(a) && isDatetime(b)) return commonType([a, b]);
  if (isInterval(a) && a.kind === b.kind) return commonType([a, b]);
  return nested(a, b);
}

function decimalAndIntegral(a: DataType, b: DataType): DataType | null {
  const [decimal, other] = a.kind === "decimal" ? [a, b] : [b, a];
  if (decimal.kind !== "decimal" || !isIntegral(other)) return null;
  return decimal.precision - decimal.scale >= DIGITS[other.kind]! ? decimal : null;
}

function nested(a: DataType, b: DataType): DataType | null {
  if (a.kind === "array" && b.kind === "array") {
    const element = tightestType(a.element, b.element);
    return element && arrayType(element, a.containsNull || b.containsNull);
  }
  if (a.kind === "map" && b.kind === "map") {
    const [key, value] = [tightestType(a.key, b.key), tightestType(a.value, b.value)];
    return key && value && mapType(key, value, a.valueContainsNull || b.valueContainsNull);
  }
  if (a.kind !== "struct" || b.kind !== "struct" || a.fields.length !== b.fields.length) {
    return null;
  }
  const fields = a.fields.map((field, i) => {
    const other = b.fields[i]!;
    if (field.name.toLowerCase() !== other.name.toLowerCase()) return null;
    const type = tightestType(field.type, other.type);
    return type && { ...field, type, nullable: field.nullable || other.nullable };
  });
  return fields.some((f) => f === null) ? null : structType(fields.map((f) => f!));
}

/** The type that holds both where nowhere text stands beside something else. */
export function widerWithoutText(a: DataType, b: DataType): DataType | null {
  return mixesText(a, b) ? null : commonType([a, b]);
}

/** Whether text stands in one type where the other has something else. */
export function mixesText(a: DataType, b: DataType): boolean {
  if (a.kind === "array" && b.kind === "array") return mixesText(a.element, b.element);
  if (a.kind === "map" && b.kind === "map") {
    return mixesText(a.key, b.key) || mixesText(a.value, b.value);
  }
  if (a.kind === "void" || b.kind === "void") return false;
  return (a.kind === "string") !== (b.kind === "string");
}
