/** `make_dt_interval` and `make_ym_interval` (Spark 4.2 `intervalExpressions.scala`). */
import { type DataType, decimalType, INT } from "../../schema/data-type.ts";
import type { BoundExpression } from "../plan/expression.ts";
import { typedLiteral } from "../types/literal.ts";
import { type Accept, as } from "./accept.ts";
import { define, runtimeError, script } from "./builder.ts";
import type { FunctionDef } from "./definition.ts";
import { MICROS_PER_DAY } from "./js/civil.ts";
import { UNIT_MICROS } from "./js/interval.ts";

/** An interval of days to seconds from numbers; months have `make_ym_interval`. */
function makeInterval(name: string, type: DataType, units: readonly bigint[]): FunctionDef {
  const numbers = units.map((_, i) =>
    type.kind === "interval_dt" && i === 3 ? as(decimalType(18, 6)) : as(INT),
  );
  return define(
    name,
    numbers,
    type,
    script(name, (args) => {
      let total = 0n;
      for (const [i, value] of args.entries()) {
        total += BigInt(value as number | bigint) * units[i]!;
      }
      const bits = type.kind === "interval_ym" ? 32 : 64;
      if (BigInt.asIntN(bits, total) !== total) {
        throw runtimeError(
          "INTERVAL_ARITHMETIC_OVERFLOW.WITHOUT_SUGGESTION",
          "22015",
          "interval overflow",
        );
      }
      return type.kind === "interval_ym" ? Number(total) : total;
    }),
    {
      optional: units.length,
      defaults: (args) => numbers.slice(args.length).map((p) => zeroOf(p)),
      summary: "An interval from numbers.",
    },
  );
}

function zeroOf(parameter: Accept): BoundExpression {
  const decimal = parameter.takes(decimalType(18, 6));
  return decimal ? typedLiteral(0n, decimalType(18, 6)) : typedLiteral(0, INT);
}

export const INTERVAL_TABLE: readonly FunctionDef[] = [
  makeInterval("make_dt_interval", { kind: "interval_dt", from: "day", to: "second" }, [
    MICROS_PER_DAY,
    UNIT_MICROS.hour!,
    UNIT_MICROS.minute!,
    1n,
  ]),
  makeInterval("make_ym_interval", { kind: "interval_ym", from: "year", to: "month" }, [12n, 1n]),
];
