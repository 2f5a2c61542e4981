/**
 * Runs a filter over rows. Logic is SQL's with three values: a condition on a field that a row does
 * not have (or that is null) is unknown, NOT of unknown is unknown, and only rows for which the
 * whole is true are taken. Names and types are checked against the collection's fields first.
 *
 * Texts compare by UTF-16 code units, numbers exactly, integers beyond 2^53 too.
 */
import { SovereignError } from "../../core/errors.ts";
import { suggestName } from "../../core/suggest.ts";
import type { FieldType, MetadataValue } from "../types.ts";
import { type Comparison, type Filter, ID_FIELD, type Literal } from "./filter.ts";
import { likeTest } from "./like.ts";

/** What a filter reads of the rows. */
export interface FilterSource {
  readonly fields: Readonly<Record<string, FieldType>>;
  readonly ids: readonly string[];
  column(field: string): readonly (MetadataValue | undefined)[];
}

/** True, false, or not known. */
type Truth = 1 | 0 | -1;
type Test = (rowIndex: number) => Truth;

/** A test by row index; INVALID_PARAMETER_VALUE for a field or a type that cannot be. */
export function compileFilter(filter: Filter, source: FilterSource): (rowIndex: number) => boolean {
  const test = compile(filter, source);
  return (rowIndex) => test(rowIndex) === 1;
}

function compile(filter: Filter, source: FilterSource): Test {
  switch (filter.kind) {
    case "and":
      return all(filter.parts.map((part) => compile(part, source)));
    case "or": {
      const none = all(filter.parts.map((part) => negate(compile(part, source))));
      return negate(none);
    }
    case "not":
      return negate(compile(filter.part, source));
    case "null": {
      const { read } = fieldOf(filter.field, source);
      return (row) => (read(row) == null ? 1 : 0);
    }
    case "compare":
      return compare(filter.field, filter.operator, [filter.value], source);
    case "in":
      return compare(filter.field, "=", filter.values, source);
    case "contains":
      return contains(filter.field, filter.value, source);
    case "like":
      return matchText(filter.field, "LIKE", likeTest(filter.pattern), source);
    case "token": {
      const word = filter.value;
      return matchText(filter.field, "LIKE", (text) => text.split(/\s+/).includes(word), source);
    }
  }
}

function negate(test: Test): Test {
  return (row) => {
    const truth = test(row);
    return truth === -1 ? -1 : truth === 1 ? 0 : 1;
  };
}

function all(tests: readonly Test[]): Test {
  return (row) => {
    let truth: Truth = 1;
    for (const test of tests) {
      const one = test(row);
      if (one === 0) return 0;
      if (one === -1) truth = -1;
    }
    return truth;
  };
}

interface Field {
  readonly name: string;
  readonly type: FieldType | "id";
  read(rowIndex: number): MetadataValue | undefined;
}

function fieldOf(name: string, source: FilterSource): Field {
  const type = Object.hasOwn(source.fields, name) ? source.fields[name] : undefined;
  if (type === undefined && name === ID_FIELD) {
    return { name, type: "id", read: (row) => source.ids[row] };
  }
  if (type === undefined) throw unknownField(name, Object.keys(source.fields));
  const column = source.column(name);
  return { name, type, read: (row) => column[row] };
}

/** Whether a field's value stands so to one of `values`. */
function compare(
  name: string,
  operator: Comparison,
  values: readonly Literal[],
  source: FilterSource,
): Test {
  const field = fieldOf(name, source);
  const isNumber = typeof values[0] === "number" || typeof values[0] === "bigint";
  for (const value of values) checkLiteral(field, operator, value);
  // An id is a text, and a number where it is compared with one.
  const read = field.type === "id" && isNumber ? readIdNumber(field) : field.read;
  if (values.length > 8 && operator === "=") {
    const set = new Set<unknown>(values.map(hashable));
    return (row) => {
      const value = read(row);
      return value == null ? -1 : set.has(hashable(value as Literal)) ? 1 : 0;
    };
  }
  const holds = COMPARE[operator];
  return (row) => {
    const value = read(row);
    if (value == null) return -1;
    for (const literal of values) if (holds(value as Literal, literal)) return 1;
    return 0;
  };
}

/** A bigint that is a safe integer and the number of that value are one thing. */
function hashable(value: Literal): Literal {
  return typeof value === "bigint" && BigInt(Number(value)) === value ? Number(value) : value;
}

function readIdNumber(field: Field): Field["read"] {
  return (row) => {
    const text = field.read(row) as string;
    const value = text.trim() === "" ? Number.NaN : Number(text);
    return Number.isNaN(value) ? null : value;
  };
}

const COMPARE: Readonly<Record<Comparison, (a: Literal, b: Literal) => boolean>> = {
  // A bigint equals the number of its value, so `===` would be wrong.
  // biome-ignore lint/suspicious/noDoubleEquals: types are checked before
  "=": (a, b) => a == b,
  // biome-ignore lint/suspicious/noDoubleEquals: types are checked before
  "!=": (a, b) => a != b,
  "<": (a, b) => a < b,
  "<=": (a, b) => a <= b,
  ">": (a, b) => a > b,
  ">=": (a, b) => a >= b,
};

function contains(name: string, value: Literal, source: FilterSource): Test {
  const field = fieldOf(name, source);
  if (field.type === "string[]" || field.type === "number[]") {
    checkItem(field, value);
    return (row) => {
      const list = field.read(row) as readonly Literal[] | null | undefined;
      if (list == null) return -1;
      return list.some((item) => COMPARE["="](item, value)) ? 1 : 0;
    };
  }
  if (typeof value !== "string") throw wrongType(field, "CONTAINS", value);
  return matchText(name, "CONTAINS", (text) => text.includes(value), source);
}

function matchText(
  name: string,
  operator: string,
  matches: (text: string) => boolean,
  source: FilterSource,
): Test {
  const field = fieldOf(name, source);
  if (field.type !== "string" && field.type !== "id") {
    throw new SovereignError(
      "INVALID_PARAMETER_VALUE",
      `${operator} is for texts, and \`${name}\` is a field of type ${field.type}`,
      { hint: "compare numbers with = != < <= > >= or IN" },
    );
  }
  return (row) => {
    const value = field.read(row);
    return value == null ? -1 : matches(value as string) ? 1 : 0;
  };
}

function checkLiteral(field: Field, operator: string, value: Literal): void {
  const kind = typeof value === "bigint" ? "number" : typeof value;
  if (field.type === "id" && kind !== "boolean") return;
  const isOrder = operator !== "=" && operator !== "!=";
  if (field.type !== kind || (isOrder && kind === "boolean")) {
    throw wrongType(field, operator, value);
  }
}

function checkItem(field: Field, value: Literal): void {
  const kind = typeof value === "bigint" ? "number" : typeof value;
  if (field.type !== `${kind}[]`) throw wrongType(field, "CONTAINS", value);
}

function wrongType(field: Field, operator: string, value: Literal): SovereignError {
  const shown = typeof value === "string" ? `'${value}'` : String(value);
  const isList = field.type.endsWith("[]");
  return new SovereignError(
    "INVALID_PARAMETER_VALUE",
    `\`${field.name}\` is a field of type ${field.type}, which cannot be ${operator} ${shown}`,
    {
      hint: isList
        ? "ask what a list holds with CONTAINS"
        : field.type === "json"
          ? "only texts, numbers, booleans and lists of them can be filtered on"
          : "write texts in single quotes, numbers and TRUE or FALSE without",
    },
  );
}

/** Of fields that a hint lists. */
const MOST_NAMES = 50;

function unknownField(name: string, known: readonly string[]): SovereignError {
  const near = suggestName(name, known);
  const more = known.length > MOST_NAMES ? " …" : "";
  const names = known.slice(0, MOST_NAMES).join(", ") + more;
  const list = known.length === 0 ? "rows have no metadata" : `fields: ${names}`;
  return new SovereignError("INVALID_PARAMETER_VALUE", `no row has a field \`${name}\``, {
    hint: near === null ? list : `did you mean \`${near}\`? ${list}`,
  });
}
