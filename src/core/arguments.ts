/**
 * Arguments of programs without types, looked at where they come in: what is wrong is said by name
 * instead of what it breaks further down. A check is made once, of smaller ones, and run at each
 * call.
 */
import { SovereignError } from "./errors.ts";

/** Throws INVALID_PARAMETER_VALUE unless the value is as wanted; `what` names it. */
export type Check = (value: unknown, what: string) => void;

/** A check by what it takes; `wanted` ends "give …". */
export function requireThat(takes: (value: unknown) => boolean, wanted: string): Check {
  return (value, what) => {
    if (!takes(value)) throw wrongArgument(what, value, wanted);
  };
}

export const requireString = requireThat((value) => typeof value === "string", "a string");
export const requireNumber = requireThat((value) => typeof value === "number", "a number");
export const requireFinite = requireThat(Number.isFinite, "a finite number");
export const requireBoolean = requireThat((value) => typeof value === "boolean", "true or false");
/** A number that things can be compared with. */
export const requireComparable = requireThat(
  (value) => typeof value === "number" && !Number.isNaN(value),
  "a number",
);
export const requireFunction = requireThat((value) => typeof value === "function", "a function");
export const requireList = requireThat(Array.isArray, "an array");
const requireObject = requireThat(
  (value) => typeof value === "object" && value !== null && !Array.isArray(value),
  "an object",
);

/** The path of a file or folder; no file's name holds a NUL. */
export const requirePath = requireThat(
  (value) => typeof value === "string" && value !== "" && !value.includes("\0"),
  "a path",
);

/** A whole number in a range. */
export function requireWhole(least: number, most = Number.MAX_SAFE_INTEGER): Check {
  const isIn = (value: unknown): boolean =>
    Number.isSafeInteger(value) && Number(value) >= least && Number(value) <= most;
  const to = most === Number.MAX_SAFE_INTEGER ? "on" : `to ${most}`;
  return requireThat(isIn, `a whole number from ${least} ${to}`);
}

/** One of a few values. */
export function requireOneOf(...choices: readonly (string | number)[]): Check {
  const takes = (value: unknown): boolean => choices.some((choice) => choice === value);
  return requireThat(takes, `one of ${choices.join(", ")}`);
}

/** Also what is left out. */
export function optional(check: Check): Check {
  return (value, what) => {
    if (value !== undefined) check(value, what);
  };
}

/** An array, each of its items checked. */
export function requireListOf(check: Check): Check {
  return (value, what) => {
    requireList(value, what);
    const list = value as readonly unknown[];
    for (let i = 0; i < list.length; i++) check(list[i], `entry ${i} of ${what}`);
  };
}

/** An object with these fields, and with whatever others. */
export function requireObjectOf(fields: Readonly<Record<string, Check>>): Check {
  const entries = Object.entries(fields).map(([name, check]) => ({ name, check }));
  return (value, what) => {
    requireObject(value, what);
    for (const { name, check } of entries) {
      check((value as Readonly<Record<string, unknown>>)[name], `\`${name}\``);
    }
  };
}

/** A typed array of this kind, of whichever realm. */
export function requireArrayOf(...types: readonly TypedArrayType[]): Check {
  const names = types.map(({ name }) => name);
  const [type] = types;
  const takes = (value: unknown): boolean =>
    (value as object | null | undefined)?.constructor === type ||
    (ArrayBuffer.isView(value) && names.includes(Reflect.get(value, Symbol.toStringTag)));
  return requireThat(takes, `a ${names.join(" or ")}`);
}

type TypedArrayType = abstract new (length: number) => ArrayBufferView;

/** An object that a function of the library has made. */
export function requireMadeBy(
  type: abstract new (...args: never[]) => object,
  maker: string,
): Check {
  return requireThat((value) => value instanceof type, `what \`${maker}\` gives`);
}

/** A value that is not what was wanted. */
export function wrongArgument(what: string, value: unknown, wanted: string): SovereignError {
  const awaits = value instanceof Promise ? "; `await` it first" : "";
  return new SovereignError(
    "INVALID_PARAMETER_VALUE",
    `${what} is ${describeValue(value)}, not ${wanted}`,
    { hint: `give ${wanted}${awaits}` },
  );
}

const MOST_LETTERS = 40;

/** A value in a few words. */
export function describeValue(value: unknown): string {
  switch (typeof value) {
    case "string": {
      const isLong = value.length > MOST_LETTERS;
      return `the string ${JSON.stringify(isLong ? `${value.slice(0, MOST_LETTERS)}…` : value)}`;
    }
    case "bigint":
      return `the bigint ${value}`;
    case "symbol":
    case "function":
      return `a ${typeof value}`;
    case "object": {
      if (value === null) return "null";
      if (Array.isArray(value)) return "an array";
      const name: unknown = value.constructor?.name;
      if (typeof name !== "string" || name === "" || name === "Object") return "an object";
      return `${/^[AEIOU]/.test(name) ? "an" : "a"} ${name}`;
    }
    default:
      return String(value);
  }
}
