/** The `key=value` words and numbers of the `mlflow log` commands. */
import { SovereignError } from "../../core/errors.ts";
import type { FlagSpecs } from "../command.ts";

export const RUN_ARGUMENT = {
  summary: "the run: its id, the beginning of it, or its name",
  required: true,
  completes: "mlflow-runs",
} as const;

export const POINT_FLAGS = {
  step: { type: "string", value: "n", summary: "the step of the values (default 0)" },
  timestamp: {
    type: "string",
    value: "ms",
    summary: "when, in milliseconds since 1970 (default now)",
  },
} as const satisfies FlagSpecs;

/** A metric's value as it is typed: `0.25`, `1e-3`, `NaN`, `-Infinity`. */
export function readNumber(text: string, what: string): number {
  const word = text.trim();
  if (/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(word)) return Number(word);
  if (/^nan$/i.test(word)) return Number.NaN;
  const infinite = /^([+-]?)inf(inity)?$/i.exec(word);
  if (infinite !== null) {
    return infinite[1] === "-" ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  }
  throw new SovereignError("INVALID_PARAMETER_VALUE", `${what} is \`${text}\`, not a number`, {
    hint: "write a number, `NaN`, `Infinity` or `-Infinity`; texts are params: `mlflow log param`",
  });
}

/** A whole number of 64 bits, digits kept. */
export function readInt64(text: string, what: string): number | bigint {
  const word = text.trim();
  const value = /^[+-]?\d{1,19}$/.test(word) ? BigInt(word) : null;
  if (value !== null && BigInt.asIntN(64, value) === value) {
    const small = Number(value);
    return Number.isSafeInteger(small) ? small : value;
  }
  throw new SovereignError(
    "INVALID_PARAMETER_VALUE",
    `${what} is \`${text}\`, not a whole number`,
    {
      hint: "write a whole number such as 12",
    },
  );
}
