/**
 * The types of CSV columns by their values, in Spark's order: int, long, decimal for longer whole
 * numbers, double, date, timestamp, boolean, string. Every value is looked at, but each column is
 * tested only for the types its first values leave open: casts that fail are what takes the time.
 */
import { type Engine, quoteIdentifier, quoteString } from "../../engine/index.ts";
import {
  BOOLEAN,
  DATE,
  type DataType,
  DOUBLE,
  decimalType,
  INT,
  LONG,
  STRING,
  TIMESTAMP,
} from "../../schema/data-type.ts";

export const WHOLE = "^[+-]?[0-9]+$";
export const FLOATING =
  "^[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][+-]?[0-9]+)?$|^(NaN|[+-]?Infinity)$";
export const DATE_TEXT = "^[0-9]{4}-[0-9]{2}-[0-9]{2}$";
export const TIMESTAMP_TEXT =
  "^[0-9]{4}-[0-9]{2}-[0-9]{2}[ T][0-9]{2}:[0-9]{2}(:[0-9]{2}([.][0-9]{1,6})?)?(Z|UTC|[+-][0-9]{2}:?[0-9]{2})?$";

/** Tests in Spark's order; a column gets the first type every non-null value passes. */
const TESTS: readonly { type: DataType; test: (column: string) => string }[] = [
  { type: INT, test: (c) => casts(c, WHOLE, "INTEGER") },
  { type: LONG, test: (c) => casts(c, WHOLE, "BIGINT") },
  { type: decimalType(38, 0), test: (c) => casts(c, WHOLE, "DECIMAL(38,0)") },
  { type: DOUBLE, test: (c) => matches(c, FLOATING) },
  { type: DATE, test: (c) => casts(c, DATE_TEXT, "DATE") },
  { type: TIMESTAMP, test: (c) => casts(c, `${TIMESTAMP_TEXT}|${DATE_TEXT}`, "TIMESTAMPTZ") },
  { type: BOOLEAN, test: (c) => `lower(${c}) IN ('true', 'false')` },
];

/** Whether a whole value has the form of a pattern. */
export function matches(column: string, pattern: string): string {
  return `regexp_full_match(${column}, ${quoteString(pattern)})`;
}

/** CASE, so that only values of the right form are cast. */
function casts(column: string, pattern: string, type: string): string {
  const cast = `TRY_CAST(${column} AS ${type}) IS NOT NULL`;
  return `CASE WHEN ${matches(column, pattern)} THEN ${cast} ELSE false END`;
}

const SAMPLE_ROWS = 2048;

/** A type for each column of `text`, a relation whose columns are all text. */
export async function inferTypes(
  engine: Engine,
  text: string,
  names: readonly string[],
): Promise<DataType[]> {
  const every = names.map(() => TESTS.map((_, test) => test));
  const sample = `(SELECT * FROM (${text}) LIMIT ${SAMPLE_ROWS})`;
  const seen = await runTests(engine, sample, { names, tests: every });
  // What the first values leave open: the first type they pass, or anything if there are none.
  const open = seen.map((results) => every[0]!.filter((test) => results.get(test) !== false));
  const likely = open.map((tests, i) => (seen[i]!.get(tests[0]!) === true ? [tests[0]!] : tests));
  const found = await runTests(engine, `(${text})`, { names, tests: likely });
  const rest = open.map((tests, i) => {
    const hasType = likely[i]!.some((test) => found[i]!.get(test) === true);
    return hasType ? [] : tests.filter((test) => !likely[i]!.includes(test));
  });
  const others = await runTests(engine, `(${text})`, { names, tests: rest });
  return names.map((_, i) => {
    const type = open[i]!.find((test) => (found[i]!.get(test) ?? others[i]!.get(test)) === true);
    return type === undefined ? STRING : TESTS[type]!.type;
  });
}

/** Per column and test: whether every value passes; NULL where there is no value. */
async function runTests(
  engine: Engine,
  relation: string,
  { names, tests }: { names: readonly string[]; tests: readonly (readonly number[])[] },
): Promise<Map<number, unknown>[]> {
  const wanted = names.flatMap((name, i) => {
    const column = quoteIdentifier(name);
    const given = `FILTER (WHERE ${column} <> '')`;
    return tests[i]!.map((test) => `bool_and(${TESTS[test]!.test(column)}) ${given}`);
  });
  const [row] =
    wanted.length === 0 ? [[]] : await engine.rows(`SELECT ${wanted.join(", ")} FROM ${relation}`);
  let at = 0;
  return tests.map((list) => new Map(list.map((test) => [test, row![at++]])));
}
