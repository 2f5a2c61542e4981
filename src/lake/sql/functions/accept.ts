/**
 * What types a parameter takes and what an argument becomes (Spark 4.2 `AbstractDataType` and
 * `AnsiTypeCoercion.implicitCast`).
 */
import {
  arrayType,
  BINARY,
  type DataType,
  DOUBLE,
  decimalType,
  formatTypeSql,
  LONG,
  STRING,
  sameType,
  TIMESTAMP,
} from "../../schema/data-type.ts";
import { decimalForType } from "../types/decimal-rules.ts";
import {
  canStoreAssign,
  isAtomic,
  isDatetime,
  isIntegral,
  isInterval,
  isNumeric,
  isOrderable,
} from "../types/type-rules.ts";

export interface Accept {
  /** As messages name it: `a STRING`, `a NUMERIC or INTERVAL`. */
  readonly describe: string;
  /** The type is taken as it is. */
  takes(type: DataType): boolean;
  /** The type an argument is cast to, or null. */
  target(type: DataType): DataType | null;
}

function accept(
  describe: string,
  takes: (type: DataType) => boolean,
  convert: (type: DataType) => DataType | null = () => null,
): Accept {
  return { describe, takes, target: (type) => (takes(type) ? type : convert(type)) };
}

/** Exactly this type, after implicit casts. */
export function as(type: DataType): Accept {
  return accept(
    `a value of type ${formatTypeSql(type)}`,
    (from) => sameType(from, type),
    (from) => convertTo(from, type),
  );
}

/** The same types without implicit casts, NULL apart (Spark's `ExpectsInputTypes`). */
export function exact(parameter: Accept): Accept {
  return accept(
    parameter.describe,
    (type) => parameter.takes(type),
    (type) => (type.kind === "void" ? parameter.target(type) : null),
  );
}

function convertTo(from: DataType, to: DataType): DataType | null {
  if (from.kind === "void") return to;
  if (from.kind === "variant") return to.kind === "string" ? to : null;
  if (from.kind === "string") return isAtomic(to) && to.kind !== "string" ? to : null;
  return canStoreAssign(from, to) ? to : null;
}

export const ANY = accept("any type", () => true);
export const STR = as(STRING);
export const BIN = as(BINARY);
export const NUM = accept("a NUMERIC", isNumeric, (t) =>
  t.kind === "void" || t.kind === "string" ? DOUBLE : null,
);
export const INTEGRAL = accept("an INTEGRAL", isIntegral, (t) =>
  t.kind === "void" || t.kind === "string" ? LONG : null,
);
export const DEC = accept(
  "a DECIMAL",
  (t) => t.kind === "decimal",
  (t) => {
    if (isNumeric(t)) return decimalForType(t);
    return t.kind === "void" || t.kind === "string" ? decimalType(38, 18) : null;
  },
);
export const INTERVALS = accept("an INTERVAL", isInterval);
export const DATETIMES = accept("a DATE or TIMESTAMP", isDatetime);
export const TIMESTAMPS = accept(
  "a TIMESTAMP",
  (t) => t.kind === "timestamp" || t.kind === "timestamp_ntz",
  (t) => (t.kind === "void" || t.kind === "string" || t.kind === "date" ? TIMESTAMP : null),
);
export const ORDERABLE = accept("an orderable type", isOrderable);
/** Any array; NULL alone counts as an array of nothing. */
export const ARR = accept(
  "an ARRAY",
  (t) => t.kind === "array",
  (t) => (t.kind === "void" ? arrayType({ kind: "void" }) : null),
);
export const MAP_ANY = accept("a MAP", (t) => t.kind === "map");
export const STRUCT_ANY = accept("a STRUCT", (t) => t.kind === "struct");

/** An array of exactly this element type, after implicit casts of its elements. */
export function arrayOf(element: Accept, describe = "an ARRAY"): Accept {
  return {
    describe,
    takes: (t) => t.kind === "array" && element.takes(t.element),
    target: (t) => {
      if (t.kind === "void") {
        const inner = element.target(t);
        return inner && arrayType(inner);
      }
      // A variant alone becomes text unasked, an array of them does not.
      if (t.kind !== "array" || t.element.kind === "variant") return null;
      const inner = element.target(t.element);
      return inner && arrayType(inner, t.containsNull);
    },
  };
}

/** The first alternative that takes the type, else the first that converts it. */
export function oneOf(...alternatives: Accept[]): Accept {
  return {
    describe: alternatives.map((a) => a.describe).join(" or "),
    takes: (type) => alternatives.some((a) => a.takes(type)),
    target: (type) => {
      if (alternatives.some((a) => a.takes(type))) return type;
      for (const alternative of alternatives) {
        const target = alternative.target(type);
        if (target) return target;
      }
      return null;
    },
  };
}
