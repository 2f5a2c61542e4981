/** A file is skipped only when no row of it matches: random rows, statistics and predicates. */
import { describe, expect, it } from "vitest";
import { createRng, type Rng } from "../../../src/core/rng.ts";
import {
  type AddFile,
  createFilePruner,
  type PruneLiteral,
  type PruneOp,
  type PrunePredicate,
} from "../../../src/lake/delta/index.ts";
import { compareUtf8 } from "../../../src/lake/delta/prune-values.ts";
import {
  DOUBLE,
  LONG,
  STRING,
  structField,
  structType,
  TIMESTAMP,
} from "../../../src/lake/schema/data-type.ts";

interface Row {
  n: bigint | null;
  s: string | null;
  x: number | null;
  t: bigint | null;
  p: bigint | null;
}

const table = {
  schema: structType([
    structField("n", LONG),
    structField("s", STRING),
    structField("x", DOUBLE),
    structField("t", TIMESTAMP),
    structField("p", LONG),
  ]),
  columnMappingMode: "none" as const,
  metadata: { partitionColumns: ["p"] },
};
const TEXTS = ["", "a", "ab", "abc", "abcd", "b", "\u{1f600}", "\uffff", "ü", "zz"];
const BIG = 9_007_199_254_740_993n;

function draw<T>(rng: Rng, values: readonly T[]): T {
  return values[rng.int(values.length)]!;
}

function drawRow(rng: Rng, p: bigint | null): Row {
  const orNull = <T>(value: T) => (rng.int(5) === 0 ? null : value);
  return {
    n: orNull(BIG + BigInt(rng.int(5))),
    s: orNull(draw(rng, TEXTS)),
    x: orNull(draw(rng, [Number.NaN, -1, 0, 0.5, 2, Number.POSITIVE_INFINITY])),
    t: orNull(BigInt(rng.int(4000)) - 2000n),
    p,
  };
}

/** Statistics as Spark writes them: text cut at two characters, milliseconds, no NaN. */
function statsOf(rows: readonly Row[]): string {
  const present = <K extends keyof Row>(key: K) =>
    rows.map((row) => row[key]).filter((value) => value !== null) as NonNullable<Row[K]>[];
  const nulls = (key: keyof Row) => rows.length - present(key).length;
  const longs = present("n").sort((a, b) => (a < b ? -1 : 1));
  const texts = present("s").sort(compareUtf8);
  const numbers = present("x")
    .filter(Number.isFinite)
    .sort((a, b) => a - b);
  const times = present("t").sort((a, b) => (a < b ? -1 : 1));
  const time = (micros: bigint) => new Date(Math.floor(Number(micros) / 1000)).toISOString();
  const bounds = (side: "min" | "max") => {
    const pick = <T>(values: T[]) => (side === "min" ? values[0] : values.at(-1));
    const parts: string[] = [];
    if (longs.length > 0) parts.push(`"n":${pick(longs)}`);
    if (texts.length > 0) {
      parts.push(`"s":${JSON.stringify([...pick(texts)!].slice(0, 2).join(""))}`);
    }
    const hasInfinity = present("x").includes(Number.POSITIVE_INFINITY);
    if (numbers.length > 0 && !(side === "max" && hasInfinity)) parts.push(`"x":${pick(numbers)}`);
    if (times.length > 0) parts.push(`"t":"${time(pick(times)!)}"`);
    return `{${parts.join(",")}}`;
  };
  const counts = `{"n":${nulls("n")},"s":${nulls("s")},"x":${nulls("x")},"t":${nulls("t")}}`;
  return `{"numRecords":${rows.length},"minValues":${bounds("min")},"maxValues":${bounds("max")},"nullCount":${counts}}`;
}

const OPS: readonly PruneOp[] = ["=", "<=>", "<", "<=", ">", ">=", "!="];

function drawLeaf(rng: Rng): PrunePredicate {
  const column = draw(rng, ["n", "s", "x", "t", "p"] as const);
  const literal = (): PruneLiteral => {
    if (column === "n") return { kind: "long", value: BIG + BigInt(rng.int(7)) - 1n };
    if (column === "p") return { kind: "long", value: BigInt(rng.int(3)) };
    if (column === "s") return { kind: "string", value: draw(rng, TEXTS) };
    if (column === "t") return { kind: "timestamp", value: BigInt(rng.int(5000)) - 2500n };
    return { kind: "double", value: draw(rng, [-2, -1, 0, 0.25, 2, 3, Number.NaN]) };
  };
  switch (rng.int(6)) {
    case 0:
      return { kind: draw(rng, ["is_null", "is_not_null"] as const), column: [column] };
    case 1:
      return { kind: "in", column: [column], values: [literal(), literal()] };
    case 2:
      return column === "s"
        ? { kind: "starts_with", column: ["s"], prefix: draw(rng, TEXTS) }
        : { kind: "literal", value: draw(rng, [true, false, null]) };
    default:
      return { kind: "compare", op: draw(rng, OPS), column: [column], value: literal() };
  }
}

function drawPredicate(rng: Rng, depth: number): PrunePredicate {
  if (depth === 0 || rng.int(3) === 0) return drawLeaf(rng);
  if (rng.int(3) === 0) return { kind: "not", arg: drawPredicate(rng, depth - 1) };
  const args = [drawPredicate(rng, depth - 1), drawPredicate(rng, depth - 1)];
  return { kind: draw(rng, ["and", "or"] as const), args };
}

/** SQL's three values; Spark's order of doubles, where NaN is the greatest. */
function evaluate(predicate: PrunePredicate, row: Row): boolean | null {
  switch (predicate.kind) {
    case "and": {
      const values = predicate.args.map((arg) => evaluate(arg, row));
      return values.includes(false) ? false : values.includes(null) ? null : true;
    }
    case "or": {
      const values = predicate.args.map((arg) => evaluate(arg, row));
      return values.includes(true) ? true : values.includes(null) ? null : false;
    }
    case "not": {
      const value = evaluate(predicate.arg, row);
      return value === null ? null : !value;
    }
    case "literal":
      return predicate.value;
    case "unknown":
      return true;
    case "is_null":
      return cell(predicate.column, row) === null;
    case "is_not_null":
      return cell(predicate.column, row) !== null;
    case "starts_with": {
      const value = cell(predicate.column, row);
      return value === null ? null : (value as string).startsWith(predicate.prefix);
    }
    case "in": {
      const value = cell(predicate.column, row);
      if (value === null) return null;
      return predicate.values.some((literal) => order(value, literalValue(literal)) === 0);
    }
    case "compare": {
      const value = cell(predicate.column, row);
      if (value === null) return predicate.op === "<=>" ? false : null;
      return holds(predicate.op, order(value, literalValue(predicate.value)));
    }
  }
}

type Cell = bigint | string | number;

function cell(column: readonly string[], row: Row): Cell | null {
  return row[column[0] as keyof Row];
}

function literalValue(literal: PruneLiteral): Cell {
  return literal.kind === "decimal" ? literal.unscaled : (literal.value as Cell);
}

function order(a: Cell, b: Cell): number {
  if (typeof a === "string" || typeof b === "string") return compareUtf8(String(a), String(b));
  if (Number.isNaN(a)) return Number.isNaN(b) ? 0 : 1;
  if (Number.isNaN(b)) return -1;
  return a < b ? -1 : a > b ? 1 : 0;
}

function holds(op: PruneOp, sign: number): boolean {
  if (op === "<") return sign < 0;
  if (op === "<=") return sign <= 0;
  if (op === ">") return sign > 0;
  if (op === ">=") return sign >= 0;
  return op === "!=" ? sign !== 0 : sign === 0;
}

function drawFile(rng: Rng): { rows: Row[]; add: AddFile } {
  const p = rng.int(4) === 0 ? null : BigInt(rng.int(3));
  const rows = Array.from({ length: 1 + rng.int(4) }, () => drawRow(rng, p));
  const add = {
    path: "f",
    partitionValues: { p: p === null ? null : String(p) },
    size: 1,
    modificationTime: 0,
    dataChange: true,
    stats: rng.int(6) === 0 ? null : statsOf(rows),
  };
  return { rows, add };
}

describe("file pruning", () => {
  it("never skips a file with a matching row, and skips many without", () => {
    const rng = createRng(42);
    let skipped = 0;
    for (let i = 0; i < 20_000; i++) {
      const { rows, add } = drawFile(rng);
      const predicate = drawPredicate(rng, 3);
      const matches = rows.some((row) => evaluate(predicate, row) === true);
      if (createFilePruner(table, predicate).mayMatch(add)) continue;
      skipped++;
      expect(matches, JSON.stringify({ predicate, add }, bigintText)).toBe(false);
    }
    expect(skipped).toBeGreaterThan(5000);
  });

  it("orders text as its UTF-8 bytes", () => {
    for (const a of TEXTS) {
      for (const b of TEXTS) {
        const bytes = Buffer.compare(Buffer.from(a), Buffer.from(b));
        expect(Math.sign(compareUtf8(a, b))).toBe(bytes);
      }
    }
  });
});

function bigintText(_key: string, value: unknown): unknown {
  return typeof value === "bigint" ? String(value) : value;
}
