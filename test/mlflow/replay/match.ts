/**
 * Compares an answer with a recorded one: `{{var}}` is a captured value, `<<NOW_MS>>` and its like
 * are patterns (the conformance data's `mlflow/replay/README.md` lists them).
 */
import { type ExactJson, isJsonObject } from "../../../src/core/json/index.ts";

export type Variables = Record<string, ExactJson>;

const DAY_MS = 86_400_000;
const PATTERNS: Readonly<Record<string, string>> = {
  NOW_RFC3339: "\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(?:\\.\\d+)?Z",
  NOW_MS_STR: "\\d{13}",
  RUN_NAME: "[a-z]+-[a-z]+-\\d+",
  UUID: "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}",
  HEX32: "[0-9a-f]{32}",
  HEX8: "[0-9a-f]{8}",
  PATH: "[^ \\n'\"]*?",
  ANY: ".*",
};

/** Replaces `{{var}}`; a text that is nothing else becomes the value itself. */
export function substitute(value: ExactJson, variables: Variables): ExactJson {
  if (typeof value === "string") {
    const whole = /^\{\{(\w+)\}\}$/.exec(value)?.[1];
    if (whole !== undefined) return lookUp(whole, variables);
    return value.replace(/\{\{(\w+)\}\}/g, (_, name: string) => String(lookUp(name, variables)));
  }
  if (Array.isArray(value)) return value.map((item) => substitute(item, variables));
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [
      String(substitute(key, variables)),
      substitute(item, variables),
    ]),
  );
}

function lookUp(name: string, variables: Variables): ExactJson {
  const value = variables[name];
  if (value === undefined) throw new Error(`variable ${name} was never captured`);
  return value;
}

/** What is being compared, and how. */
export interface Comparison {
  variables: Variables;
  /** JSON pointers that are not compared. */
  ignore: ReadonlySet<string>;
  /** JSON pointers of lists whose order is free. */
  unordered: ReadonlySet<string>;
}

/** The differences between a recorded value and an answer; empty when they are equal. */
export function compare(
  expected: ExactJson,
  actual: ExactJson | undefined,
  path: string,
  how: Comparison,
): string[] {
  if (how.ignore.has(path)) return [];
  if (isJsonObject(expected) && isJsonObject(actual)) {
    return compareObjects(expected, actual, path, how);
  }
  if (Array.isArray(expected) && Array.isArray(actual)) {
    return compareLists(expected, actual, path, how);
  }
  const isEqual =
    typeof expected === "string"
      ? matchesText(expected, actual, how.variables)
      : matchesScalar(expected, actual);
  return isEqual ? [] : [`${path}: got ${show(actual)}, expected ${show(expected)}`];
}

function compareObjects(
  expected: { [key: string]: ExactJson },
  actual: { [key: string]: ExactJson },
  path: string,
  how: Comparison,
): string[] {
  const named = substituteKeys(expected, how.variables);
  const keys = new Set([...Object.keys(named), ...Object.keys(actual)]);
  return [...keys].flatMap((key) => {
    const at = `${path}/${key}`;
    if (how.ignore.has(at)) return [];
    const wanted = named[key];
    if (!Object.hasOwn(actual, key)) return [`${at}: missing, expected ${show(wanted)}`];
    if (wanted === undefined) return [`${at}: unexpected ${show(actual[key])}`];
    return compare(wanted, actual[key], at, how);
  });
}

function substituteKeys(value: { [key: string]: ExactJson }, variables: Variables) {
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [String(substitute(key, variables)), item]),
  );
}

function compareLists(
  expected: ExactJson[],
  actual: ExactJson[],
  path: string,
  how: Comparison,
): string[] {
  if (expected.length !== actual.length) {
    return [`${path}: ${actual.length} items, expected ${expected.length}: ${show(actual)}`];
  }
  if (!how.unordered.has(path)) {
    return expected.flatMap((item, index) => compare(item, actual[index], `${path}/${index}`, how));
  }
  const rest = [...actual];
  return expected.flatMap((item) => {
    const at = rest.findIndex((other) => compare(item, other, path, how).length === 0);
    if (at < 0) return [`${path}: no item like ${show(item)}`];
    rest.splice(at, 1);
    return [];
  });
}

function matchesText(
  expected: string,
  actual: ExactJson | undefined,
  variables: Variables,
): boolean {
  if (expected === "<<NOW_MS>>") {
    return typeof actual === "number" && Math.abs(actual - Date.now()) < DAY_MS;
  }
  if (expected === "<<TOKEN>>") return typeof actual === "string" && actual !== "";
  if (typeof actual !== "string") return substitute(expected, variables) === actual;
  const plain = String(substitute(sortSets(expected), variables));
  const escaped = plain.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  const pattern = escaped.replace(/<<(\w+)>>/g, (whole, name: string) => PATTERNS[name] ?? whole);
  return new RegExp(`^${pattern}$`, "s").test(sortSets(actual));
}

function matchesScalar(expected: ExactJson, actual: ExactJson | undefined): boolean {
  if (typeof expected !== "number" || typeof actual !== "number") return expected === actual;
  if (Number.isInteger(expected)) return expected === actual;
  return Math.abs(expected - actual) <= 1e-12 * Math.max(Math.abs(expected), Math.abs(actual));
}

/** MLflow prints Python sets in its messages, in any order. */
function sortSets(text: string): string {
  return text.replace(
    /\{('[^'{}]*'(?:, '[^'{}]*')+)\}/g,
    (_, items: string) => `{${items.split(", ").sort().join(", ")}}`,
  );
}

function show(value: ExactJson | undefined): string {
  const text = JSON.stringify(value, (_, item) => (typeof item === "bigint" ? `${item}` : item));
  return (text ?? "nothing").slice(0, 300);
}
