/**
 * What a route demands of its request before it acts, in MLflow's words (`_validate_param_against_
 * schema` of handlers.py): presence is always checked, types only when the message did not parse.
 */
import { type ExactJson, isJsonObject, JsonNumber } from "../../core/json/index.ts";
import { invalidParameter } from "./error.ts";
import { readDouble } from "./fields.ts";
import { namePythonType, printPythonJson } from "./python-json.ts";

/** One demand on one parameter. */
export interface Check {
  /** Skipped when every value fitted its field. */
  readonly isTypeCheck: boolean;
  readonly isRequired?: boolean;
  /** True when the value passes; a text is the message to refuse it with. */
  readonly passes: (value: ExactJson) => boolean | string;
}

/** The demands of a route by parameter, checked in this order. */
export type Checks = Readonly<Record<string, readonly Check[]>>;

const SEE_DOCS = " See the API docs for more information about request parameters.";

/** The parameter is there and not empty. */
export const required: Check = {
  isTypeCheck: false,
  isRequired: true,
  passes: (value) => value !== null && value !== "",
};
export const isString: Check = typeCheck((value) => typeof value === "string");
export const isBool: Check = typeCheck((value) => typeof value === "boolean");
export const isArray: Check = typeCheck((value) => Array.isArray(value));
/** Anything Python's `int()` takes: whole and broken numbers, digits, booleans. */
export const isIntLike: Check = typeCheck((value) => toInteger(value) !== null);
/** Anything Python's `float()` takes. */
export const isFloatLike: Check = typeCheck((value) => {
  if (typeof value === "number" || typeof value === "bigint") return true;
  if (value instanceof JsonNumber || typeof value === "boolean") return true;
  return typeof value === "string" && isDouble(value);
});
export const itemsAreStrings: Check = typeCheck(
  (value) => Array.isArray(value) && value.every((item) => typeof item === "string"),
);
/** Every entry of the list has a `key`. */
export const keysPresent: Check = {
  isTypeCheck: false,
  passes: (value) =>
    Array.isArray(value) &&
    value.every((entry) => {
      const key = (entry as Record<string, ExactJson> | null)?.key ?? null;
      return key !== null && key !== "";
    }),
};

/** Every entry of the list `parameter` has these fields; the message names the first without. */
export function entriesHave(parameter: string, fields: readonly string[]): Check {
  return {
    isTypeCheck: false,
    passes: (value) => {
      if (!Array.isArray(value)) return true;
      for (const [index, entry] of value.entries()) {
        for (const field of fields) {
          const given = isJsonObject(entry) ? (entry[field] ?? null) : null;
          if (given !== null && given !== "") continue;
          return `Missing value for required parameter '${parameter}[${index}].${field}'.`;
        }
      }
      return true;
    },
  };
}

/** A number of at most `limit`; `message` replaces the usual words. */
export function atMost(limit: number, message?: string): Check {
  return {
    isTypeCheck: false,
    passes: (value) => {
      const integer = toInteger(value);
      return integer === null || integer <= limit ? true : (message ?? false);
    },
  };
}

/** A list of at most `limit` entries; `explain` gives the message for one that is longer. */
export function atMostItems(limit: number, explain: (count: number) => string): Check {
  return {
    isTypeCheck: false,
    passes: (value) =>
      !Array.isArray(value) || value.length <= limit ? true : explain(value.length),
  };
}

/** A number in `[least, most]`; `message` replaces the usual words. */
export function within(least: number, most: number, message?: string): Check {
  return {
    isTypeCheck: false,
    passes: (value) => {
      const integer = toInteger(value);
      if (integer === null) return true;
      return integer >= least && integer <= most ? true : (message ?? false);
    },
  };
}

/** Refuses with 400 what fails a check. `json` is the request as it came, decimals as written. */
export function enforceChecks(
  checks: Checks,
  json: { readonly [key: string]: ExactJson },
  isWhole: boolean,
): void {
  for (const [parameter, demands] of Object.entries(checks)) {
    const isGiven = Object.hasOwn(json, parameter);
    if (!isGiven && !demands.some((check) => check.isRequired)) continue;
    let value = json[parameter] ?? null;
    if (parameter === "run_id" && value === null) value = json.run_uuid ?? null;
    for (const check of demands) {
      if (check.isTypeCheck && isWhole) continue;
      const verdict = check.passes(value);
      if (verdict === true) continue;
      throw invalidParameter(explain(check, parameter, value, verdict) + SEE_DOCS);
    }
  }
}

function explain(check: Check, parameter: string, value: ExactJson, verdict: string | false) {
  if (verdict !== false) return verdict;
  if (check.isRequired) return `Missing value for required parameter '${parameter}'.`;
  const type = `Hint: Value was of type '${namePythonType(value)}'.`;
  return `Invalid value ${printPythonJson(value)} for parameter '${parameter}' supplied:  ${type}`;
}

function typeCheck(passes: (value: ExactJson) => boolean): Check {
  return { isTypeCheck: true, passes };
}

function toInteger(value: ExactJson): number | null {
  if (typeof value === "boolean") return value ? 1 : 0;
  if (typeof value === "number" || typeof value === "bigint") return Math.trunc(Number(value));
  if (value instanceof JsonNumber) return Math.trunc(value.toNumber());
  if (typeof value !== "string" || !/^\s*[+-]?\d+(_\d+)*\s*$/.test(value)) return null;
  return Number(value.replaceAll("_", ""));
}

function isDouble(text: string): boolean {
  // To `float()` it is one, to protobuf it is not.
  if (text === "nan") return true;
  try {
    readDouble(text);
    return true;
  } catch {
    return false;
  }
}
