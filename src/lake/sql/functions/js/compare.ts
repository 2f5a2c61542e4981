/**
 * Spark's order of values (`TypeUtils.getInterpretedOrdering`): NULL first, NaN last and equal to
 * itself, -0.0 equal to 0.0, strings by UTF-8 bytes, arrays and structs element by element.
 */
import type { DataType } from "../../../schema/data-type.ts";
import type { StructValue, Value } from "../../../schema/value.ts";

/** Negative, zero or positive, as `a` comes before, with or after `b`. */
export function compareValues(a: Value, b: Value, type: DataType): number {
  if (a === null || b === null) return a === b ? 0 : a === null ? -1 : 1;
  switch (type.kind) {
    case "string":
      return compareStrings(a as string, b as string);
    case "binary":
      return Buffer.compare(a as Uint8Array, b as Uint8Array);
    case "float":
    case "double":
      return compareDoubles(a as number, b as number);
    case "array": {
      const [left, right] = [a as readonly Value[], b as readonly Value[]];
      for (let i = 0; i < left.length && i < right.length; i++) {
        const order = compareValues(left[i]!, right[i]!, type.element);
        if (order !== 0) return order;
      }
      return left.length - right.length;
    }
    case "struct": {
      const [left, right] = [(a as StructValue).values, (b as StructValue).values];
      for (const [i, field] of type.fields.entries()) {
        const order = compareValues(left[i] ?? null, right[i] ?? null, field.type);
        if (order !== 0) return order;
      }
      return 0;
    }
    default: {
      const [left, right] = [a as number | bigint | boolean, b as number | bigint | boolean];
      return left < right ? -1 : left > right ? 1 : 0;
    }
  }
}

function compareDoubles(a: number, b: number): number {
  if (Number.isNaN(a) || Number.isNaN(b)) {
    return Number.isNaN(a) === Number.isNaN(b) ? 0 : Number.isNaN(a) ? 1 : -1;
  }
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Order of UTF-8 bytes, which is the order of code points. */
function compareStrings(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const [x, y] = [a.charCodeAt(i), b.charCodeAt(i)];
    if (x === y) continue;
    const [high, low] = [isSurrogate(x), isSurrogate(y)];
    if (high !== low) return high ? 1 : -1;
    return x - y;
  }
  return a.length - b.length;
}

function isSurrogate(code: number): boolean {
  return code >= 0xd800 && code <= 0xdfff;
}
