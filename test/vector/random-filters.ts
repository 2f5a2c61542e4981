/** Random filters over random rows, and what they mean said a second way: on plain objects. */
import type { Rng } from "../../src/core/rng.ts";
import type { Filter, Literal } from "../../src/vector/filter/filter.ts";
import type { Metadata, VectorRow } from "../../src/vector/types.ts";

const WORDS = ["red", "blue", "red apple", "a_b", "100%", "Zürich", "", "it's", "🍎 pie"];
const BIG = 9_007_199_254_740_993n;

function pick<T>(rng: Rng, values: readonly T[]): T {
  return values[rng.int(values.length)]!;
}

function randomNumber(rng: Rng): number | bigint {
  if (rng.int(12) === 0) return pick(rng, [BIG, BIG + 1n]);
  return rng.int(3) === 0 ? rng.int(40) / 4 - 3 : rng.int(10);
}

/** Every field may be missing or null. */
export function randomRow(rng: Rng, index: number): VectorRow {
  const metadata: Record<string, unknown> = {};
  const fill = (name: string, value: () => unknown): void => {
    const kind = rng.int(6);
    if (kind > 1) metadata[name] = value();
    else if (kind === 1) metadata[name] = null;
  };
  fill("n", () => randomNumber(rng));
  fill("s", () => pick(rng, WORDS));
  fill("my field", () => pick(rng, WORDS));
  fill("ok", () => rng.int(2) === 1);
  fill("tags", () => Array.from({ length: rng.int(4) }, () => pick(rng, WORDS)));
  fill("sizes", () => Array.from({ length: rng.int(4) }, () => rng.int(5)));
  return {
    id: String(index),
    vector: [rng.normal(), rng.normal()],
    metadata: metadata as Metadata,
  };
}

/** One row with every field, so that each has its type. */
export const FULL_ROW: VectorRow = {
  id: "full",
  vector: [1, 0],
  metadata: { n: 1, s: "red", "my field": "x", ok: true, tags: ["red"], sizes: [1] },
};

export function randomFilter(rng: Rng, depth = 0): Filter {
  const kind = depth > 3 ? 9 : rng.int(10);
  if (kind < 2) {
    const parts = Array.from({ length: 2 + rng.int(2) }, () => randomFilter(rng, depth + 1));
    return { kind: kind === 0 ? "and" : "or", parts };
  }
  if (kind === 2) return { kind: "not", part: randomFilter(rng, depth + 1) };
  return randomCondition(rng);
}

function randomCondition(rng: Rng): Filter {
  const operator = pick(rng, ["=", "!=", "<", "<=", ">", ">="] as const);
  const text = pick(rng, ["s", "my field"]);
  switch (rng.int(10)) {
    case 0:
      return { kind: "compare", field: "n", operator, value: randomNumber(rng) };
    case 1:
      return { kind: "compare", field: text, operator, value: pick(rng, WORDS) };
    case 2:
      return { kind: "compare", field: "ok", operator: "=", value: rng.int(2) === 1 };
    case 3:
      return { kind: "in", field: "n", values: list(rng, () => randomNumber(rng)) };
    case 4:
      return { kind: "in", field: text, values: list(rng, () => pick(rng, WORDS)) };
    case 5:
      return { kind: "like", field: text, pattern: randomPattern(rng) };
    case 6:
      return { kind: "contains", field: "tags", value: pick(rng, WORDS) };
    case 7:
      return { kind: "contains", field: "sizes", value: rng.int(5) };
    case 8:
      return { kind: "contains", field: text, value: pick(rng, ["re", "e", " ", "🍎"]) };
    default:
      return { kind: "null", field: pick(rng, ["n", "s", "tags", "ok"]) };
  }
}

function list(rng: Rng, make: () => Literal): Literal[] {
  return Array.from({ length: 1 + rng.int(12) }, make);
}

function randomPattern(rng: Rng): string {
  return Array.from({ length: 1 + rng.int(5) }, () =>
    pick(rng, ["%", "_", "r", "re", "e", " ", "\\%", "\\_", "🍎", "%"]),
  ).join("");
}

/** The filter as text of the grammar. */
export function printFilter(filter: Filter): string {
  switch (filter.kind) {
    case "and":
    case "or":
      return `(${filter.parts.map(printFilter).join(` ${filter.kind.toUpperCase()} `)})`;
    case "not":
      return `NOT (${printFilter(filter.part)})`;
    case "compare":
      return `${name(filter.field)} ${filter.operator} ${literal(filter.value)}`;
    case "in":
      return `${name(filter.field)} IN (${filter.values.map(literal).join(", ")})`;
    case "like":
      return `${name(filter.field)} LIKE ${literal(filter.pattern)}`;
    case "null":
      return `${name(filter.field)} IS NULL`;
    default:
      return `${name(filter.field)} contains ${literal(filter.value)}`;
  }
}

function name(field: string): string {
  return /^\w+$/.test(field) ? field : `\`${field}\``;
}

function literal(value: Literal): string {
  return typeof value === "string" ? `'${value.replaceAll("'", "''")}'` : String(value);
}

/** True, false, or null for not known: SQL's logic, clause by clause. */
export function holds(filter: Filter, metadata: Metadata): boolean | null {
  switch (filter.kind) {
    case "and": {
      const parts = filter.parts.map((part) => holds(part, metadata));
      return parts.includes(false) ? false : parts.includes(null) ? null : true;
    }
    case "or": {
      const parts = filter.parts.map((part) => holds(part, metadata));
      return parts.includes(true) ? true : parts.includes(null) ? null : false;
    }
    case "not": {
      const part = holds(filter.part, metadata);
      return part === null ? null : !part;
    }
    case "null":
      return metadata[filter.field] == null;
    default: {
      const value = metadata[filter.field];
      return value == null ? null : holdsFor(filter, value);
    }
  }
}

type Condition = Exclude<Filter, { kind: "and" | "or" | "not" | "null" }>;

function holdsFor(filter: Condition, value: unknown): boolean {
  switch (filter.kind) {
    case "compare":
      return compares(value as Literal, filter.operator, filter.value);
    case "in":
      return filter.values.some((item) => compares(value as Literal, "=", item));
    case "like":
      return toRegex(filter.pattern).test(value as string);
    case "token":
      return (value as string).split(/\s+/).includes(filter.value);
    case "contains":
      return Array.isArray(value)
        ? value.some((item) => compares(item, "=", filter.value))
        : (value as string).includes(filter.value as string);
  }
}

function compares(a: Literal, operator: string, b: Literal): boolean {
  const order = a < b ? -1 : a > b ? 1 : 0;
  switch (operator) {
    case "=":
      return order === 0;
    case "!=":
      return order !== 0;
    case "<":
      return order < 0;
    case "<=":
      return order <= 0;
    case ">":
      return order > 0;
    default:
      return order >= 0;
  }
}

function toRegex(pattern: string): RegExp {
  const source = pattern.replace(/\\?[\s\S]/gu, (piece) => {
    if (piece === "%") return "[^]*";
    if (piece === "_") return "[^]";
    return (piece.length > 1 && piece[0] === "\\" ? piece.slice(1) : piece).replace(
      /[\\^$.*+?()[\]{}|/-]/g,
      "\\$&",
    );
  });
  return new RegExp(`^${source}$`, "u");
}
