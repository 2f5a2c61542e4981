/** Random conditions over the rows of a model table: the SQL, and what it says of a row. */
import type { Rng } from "../../src/core/rng.ts";
import {
  type CellValue,
  literal,
  nameOf,
  PARTITIONS,
  type Row,
  type TableState,
} from "./model-table.ts";

/** True, false, or NULL as in SQL. */
type Truth = boolean | null;

export interface Condition {
  /** The SQL, with the columns of the table under an alias, or under none. */
  text(alias?: string): string;
  test(row: Row): Truth;
}

/** One of the values, or one number below a bound. */
export function pick<T>(rng: Rng, values: readonly T[]): T {
  return values[rng.int(values.length)]!;
}

/** A partition's rows. */
export function inPartition(state: TableState, value: CellValue): Condition {
  const name = nameOf(state, "p");
  if (value === null) {
    return {
      text: (alias) => `${under(alias, name)} IS NULL`,
      test: (row) => (row.p ?? null) === null,
    };
  }
  return {
    text: (alias) => `${under(alias, name)} = ${literal(value)}`,
    test: (row) => compare(row.p, (p) => p === value),
  };
}

/** Some rows, seldom all or none. */
export function randomCondition(rng: Rng, state: TableState): Condition {
  const one = simpleCondition(rng, state);
  if (rng.int(3) > 0) return one;
  const other = simpleCondition(rng, state);
  return rng.int(2) === 0 ? both(one, other) : either(one, other);
}

function simpleCondition(rng: Rng, state: TableState): Condition {
  const kinds = [byRemainder, byValue, byText, byRange];
  if (state.columns.some(({ key }) => key === "p")) kinds.push(byPartition);
  return pick(rng, kinds)(rng, state);
}

function byRemainder(rng: Rng, state: TableState): Condition {
  const divisor = 2 + rng.int(6);
  const rest = rng.int(divisor);
  const name = nameOf(state, "id");
  return {
    text: (alias) => `${under(alias, name)} % ${divisor} = ${rest}`,
    test: (row) => Number(row.id) % divisor === rest,
  };
}

function byValue(rng: Rng, state: TableState): Condition {
  const bound = rng.int(100);
  const isAbove = rng.int(2) === 0;
  const name = nameOf(state, "v");
  return {
    text: (alias) => `${under(alias, name)} ${isAbove ? ">" : "<="} ${bound}`,
    test: (row) => compare(row.v, (v) => (isAbove ? Number(v) > bound : Number(v) <= bound)),
  };
}

function byText(rng: Rng, state: TableState): Condition {
  const name = nameOf(state, "s");
  if (rng.int(4) === 0) {
    return {
      text: (alias) => `${under(alias, name)} IS NULL`,
      test: (row) => (row.s ?? null) === null,
    };
  }
  const value = `s${rng.int(6)}`;
  return {
    text: (alias) => `${under(alias, name)} = '${value}'`,
    test: (row) => compare(row.s, (s) => s === value),
  };
}

function byRange(rng: Rng, state: TableState): Condition {
  const ids = state.rows.map((row) => Number(row.id));
  const low = ids.length === 0 ? 0 : pick(rng, ids);
  const high = low + rng.int(12);
  const name = nameOf(state, "id");
  return {
    text: (alias) => `${under(alias, name)} BETWEEN ${low} AND ${high}`,
    test: (row) => Number(row.id) >= low && Number(row.id) <= high,
  };
}

function byPartition(rng: Rng, state: TableState): Condition {
  return inPartition(state, pick(rng, PARTITIONS));
}

function both(a: Condition, b: Condition): Condition {
  return {
    text: (alias) => `(${a.text(alias)} AND ${b.text(alias)})`,
    test: (row) => {
      const [x, y] = [a.test(row), b.test(row)];
      if (x === false || y === false) return false;
      return x === null || y === null ? null : true;
    },
  };
}

function either(a: Condition, b: Condition): Condition {
  return {
    text: (alias) => `(${a.text(alias)} OR ${b.text(alias)})`,
    test: (row) => {
      const [x, y] = [a.test(row), b.test(row)];
      if (x === true || y === true) return true;
      return x === null || y === null ? null : false;
    },
  };
}

function compare(value: CellValue | undefined, test: (value: CellValue) => boolean): Truth {
  return value === null || value === undefined ? null : test(value);
}

function under(alias: string | undefined, name: string): string {
  return alias === undefined ? name : `${alias}.${name}`;
}
