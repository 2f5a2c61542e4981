/**
 * Variants as typed values (Spark 4.2 `VariantGet.cast`): the variant `null` is NULL, scalars
 * convert as TRY_CAST does, what fails is INVALID_VARIANT_CAST or, for the `try_` forms, NULL.
 */
import { type DataType, formatTypeSql, sameType } from "../../../schema/data-type.ts";
import { MapValue, StructValue, type Value, type VariantValue } from "../../../schema/value.ts";
import { readVariant, type VariantNode, type VariantScalar } from "../../../schema/variant-read.ts";
import { variantNodeText } from "../../../schema/variant-text.ts";
import { canCast, isIntegral } from "../../types/type-rules.ts";
import { runtimeError } from "../builder.ts";
import { castScript } from "./cast.ts";
import { divideHalfUp, fitsPrecision, rescale } from "./read-number.ts";
import { variantOfNode } from "./variant-build.ts";

const MICROS_PER_SECOND = 1_000_000n;
const MICROS_PER_DAY = 86_400_000_000n;

export type VariantCastMode = "ansi" | "try";

/** `cast(v AS type)`. */
export function castVariant(value: VariantValue, type: DataType, mode: VariantCastMode): Value {
  return castNode(readVariant(value), type, mode);
}

/** A part of a variant as a value of `type`. */
export function castNode(node: VariantNode, type: DataType, mode: VariantCastMode): Value {
  if (type.kind === "variant") return variantOfNode(node);
  if (node.kind === "scalar" && node.type.kind === "void") return null;
  const value = convert(node, type, mode);
  if (value !== undefined) return value;
  if (mode === "try") return null;
  throw runtimeError(
    "INVALID_VARIANT_CAST",
    "22023",
    `the variant value \`${variantNodeText(node)}\` cannot be cast into ${formatTypeSql(type)}`,
  );
}

/** `undefined` when there is no such value. */
function convert(node: VariantNode, type: DataType, mode: VariantCastMode): Value | undefined {
  if (type.kind === "array") {
    if (node.kind !== "array") return undefined;
    return node.items.map((item) => castNode(item, type.element, mode));
  }
  if (type.kind === "map") {
    if (node.kind !== "object") return undefined;
    return new MapValue(
      node.entries.map(([name, item]) => [name, castNode(item, type.value, mode)] as const),
    );
  }
  if (type.kind === "struct") {
    if (node.kind !== "object") return undefined;
    const parts = new Map(node.entries);
    return new StructValue(
      type.fields.map((field) => {
        const part = parts.get(field.name);
        return part === undefined ? null : castNode(part, field.type, mode);
      }),
    );
  }
  if (node.kind === "scalar") return convertScalar(node, type);
  return type.kind === "string" ? variantNodeText(node) : undefined;
}

function convertScalar({ type: from, value, isUuid }: VariantScalar, to: DataType) {
  if (isUuid) return to.kind === "string" ? value : undefined;
  if (sameType(from, to)) return value;
  if (!canCast(from, to)) return undefined;
  if (from.kind === "timestamp" && to.kind !== "string") return fromInstant(value as bigint, to);
  if (isIntegral(to) && from.kind !== "string") return toIntegral(value, from, to);
  switch (to.kind) {
    case "float":
    case "double":
      if (from.kind === "string" || from.kind === "decimal") break;
      return toFloating(value, to);
    case "boolean":
      if (from.kind === "string") break;
      return typeof value === "bigint" ? value !== 0n : value !== 0;
    case "decimal":
      if (from.kind === "long") return toDecimal(value as bigint, 0, to);
      if (from.kind === "boolean") return toDecimal(value ? 1n : 0n, 0, to);
      if (from.kind === "decimal") return toDecimal(value as bigint, from.scale, to);
      break;
    case "date":
      if (from.kind === "timestamp_ntz") return toDays(value as bigint);
      break;
    case "timestamp":
      if (from.kind === "long") return inLong((value as bigint) * MICROS_PER_SECOND);
      if (from.kind === "decimal") {
        return inLong(((value as bigint) * MICROS_PER_SECOND) / 10n ** BigInt(from.scale));
      }
      if (from.kind === "timestamp_ntz") return value;
      if (from.kind === "date") return BigInt(value as number) * MICROS_PER_DAY;
      break;
    case "timestamp_ntz":
      if (from.kind === "date") return BigInt(value as number) * MICROS_PER_DAY;
      break;
    case "binary":
      if (from.kind === "string") return new Uint8Array(Buffer.from(value as string, "utf8"));
  }
  return castScript(from, to, "try").call([value]) ?? undefined;
}

function fromInstant(micros: bigint, to: DataType): Value | undefined {
  if (isIntegral(to)) return narrow(floorDivide(micros, MICROS_PER_SECOND), to);
  if (to.kind === "timestamp_ntz") return micros;
  if (to.kind === "date") return toDays(micros);
  if (to.kind === "decimal") return toDecimal(micros, 6, to);
  if (to.kind === "double" || to.kind === "float") {
    return toFloating(Number(micros) / Number(MICROS_PER_SECOND), to);
  }
  return undefined;
}

function toIntegral(value: Value, from: DataType, to: DataType): Value | undefined {
  if (typeof value === "boolean") return narrow(value ? 1n : 0n, to);
  if (typeof value === "bigint") {
    return narrow(from.kind === "decimal" ? value / 10n ** BigInt(from.scale) : value, to);
  }
  return Number.isFinite(value) ? narrow(BigInt(Math.trunc(value as number)), to) : undefined;
}

const BITS: Partial<Record<DataType["kind"], number>> = { byte: 8, short: 16, int: 32, long: 64 };

function narrow(value: bigint, to: DataType): Value | undefined {
  if (BigInt.asIntN(BITS[to.kind]!, value) !== value) return undefined;
  return to.kind === "long" ? value : Number(value);
}

function toFloating(value: Value, to: DataType): number {
  if (typeof value === "boolean") return value ? 1 : 0;
  const double = Number(value);
  if (to.kind === "double") return double;
  // A BIGINT that is no double would be rounded twice.
  if (typeof value === "bigint" && BigInt(double) !== value) {
    throw runtimeError("UNSUPPORTED_FEATURE", "0A000", "a large variant number as FLOAT");
  }
  return Math.fround(double);
}

function toDecimal(unscaled: bigint, scale: number, to: DataType): Value | undefined {
  if (to.kind !== "decimal") return undefined;
  const exact =
    scale <= to.scale
      ? rescale(unscaled, scale, to.scale)
      : divideHalfUp(unscaled, 10n ** BigInt(scale - to.scale));
  return fitsPrecision(exact, to.precision) ? exact : undefined;
}

function toDays(micros: bigint): number {
  return Number(floorDivide(micros, MICROS_PER_DAY));
}

function floorDivide(a: bigint, b: bigint): bigint {
  const quotient = a / b;
  return a % b < 0n ? quotient - 1n : quotient;
}

function inLong(value: bigint): bigint | undefined {
  return BigInt.asIntN(64, value) === value ? value : undefined;
}

/** The values a path leads through, `undefined` where it leads nowhere. */
export function variantAtPath(
  value: VariantValue,
  path: readonly (string | number)[],
): VariantNode | undefined {
  let node: VariantNode | undefined = readVariant(value);
  for (const step of path) {
    if (typeof step === "number") node = node.kind === "array" ? node.items[step] : undefined;
    else node = node.kind === "object" ? new Map(node.entries).get(step) : undefined;
    if (node === undefined) return undefined;
  }
  return node;
}

const STEP = /\.([^.[]+)|\['([^']*)'\]|\["([^"]*)"\]|\[(\d+)\]/y;

/** The steps of `$.a['b'][0]`, or null when the text is no path. */
export function parseVariantPath(text: string): (string | number)[] | null {
  if (!text.startsWith("$")) return null;
  const steps: (string | number)[] = [];
  for (STEP.lastIndex = 1; STEP.lastIndex < text.length; ) {
    const match = STEP.exec(text);
    if (!match) return null;
    if (match[4] !== undefined && Number(match[4]) > 2 ** 31 - 1) return null;
    steps.push(match[4] === undefined ? (match[1] ?? match[2] ?? match[3])! : Number(match[4]));
  }
  return steps;
}
