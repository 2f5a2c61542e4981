/**
 * Parsing takes time in proportion to the text: blocks of our code that are run, counted by V8's
 * precise coverage, at most double (and a little) when a hostile text doubles.
 */
import { Session } from "node:inspector/promises";
import { setFlagsFromString } from "node:v8";
import { afterAll, beforeAll, expect, it } from "vitest";

const session = new Session();
let parsers: typeof import("./parse-any.ts");

beforeAll(async () => {
  // Optimised code does not count, and only code compiled from here on counts its blocks.
  for (const tier of ["opt", "maglev", "sparkplug"]) setFlagsFromString(`--no-${tier}`);
  session.connect();
  await session.post("Profiler.enable");
  await session.post("Profiler.startPreciseCoverage", { callCount: true, detailed: true });
  parsers = await import("./parse-any.ts");
});
afterAll(() => session.disconnect());

async function countSteps(text: string): Promise<number> {
  const { GRAMMARS, parseAny } = parsers;
  await session.post("Profiler.takePreciseCoverage");
  for (const grammar of GRAMMARS) parseAny({ grammar, filter: text });
  parseAny({ grammar: "runs", order: [text] });
  const { result } = await session.post("Profiler.takePreciseCoverage");
  const ours = result.filter(({ url }) => url.includes("/src/mlflow/search/"));
  const ranges = ours.flatMap(({ functions }) => functions.flatMap((called) => called.ranges));
  return ranges.reduce((sum, { count }) => sum + count, 0);
}

const SHAPES: [string, (size: number) => string][] = [
  ["clauses", (size) => "metrics.a > 1 AND ".repeat(size / 10)],
  ["clauses without AND", (size) => "tags.a='x' ".repeat(size / 6)],
  ["a long text", (size) => `tags.a = '${"x".repeat(size)}'`],
  ["doubled quotes", (size) => `tags.a = '${"''".repeat(size)}`],
  ["escaped quotes", (size) => `tags.a = '${"\\'".repeat(size)}`],
  ["lone quotes", (size) => "' ".repeat(size)],
  ["backticks", (size) => "`".repeat(size)],
  ["open comments", (size) => "/*".repeat(size)],
  ["comments", (size) => "tags.a = 'x' --\n".repeat(size / 10)],
  ["dots", (size) => `tags${".a".repeat(size / 2)} = 'x'`],
  ["commas", (size) => "a, ".repeat(size / 3)],
  ["aliases", (size) => "a b ".repeat(size / 4)],
  ["comparisons", (size) => "a = ".repeat(size / 4)],
  ["operators", (size) => "a - ".repeat(size / 4)],
  ["parentheses side by side", (size) => "()".repeat(size / 2)],
  ["closing parentheses", (size) => ")".repeat(size)],
  ["opening brackets", (size) => "a[".repeat(size / 2)],
  ["spaces", (size) => `a${" ".repeat(size)}= 1`],
  ["names before spaces", (size) => `a  `.repeat(size / 3)],
  ["statements", (size) => "a = 1;".repeat(size / 6)],
  ["WHERE", (size) => "WHERE LIMIT ".repeat(size / 4)],
  ["a list", (size) => `run_id IN (${"'a', ".repeat(size / 3)}'b')`],
  ["digits", (size) => `metrics.a > ${"1".repeat(size)}x`],
  ["order", (size) => `metrics.\`${"a ".repeat(size)}\` DESC`],
  ["semicolons", (size) => ";".repeat(size)],
  ["case", (size) => "CASE END ".repeat(size / 4)],
];

it.each(SHAPES)("%s", async (_, shape) => {
  const steps: number[] = [];
  for (const size of [500, 1000, 2000, 4000]) {
    steps.push(await countSteps(shape(size)));
  }
  expect(steps[0]).toBeGreaterThan(100);
  for (let index = 1; index < steps.length; index++) {
    expect(steps[index]! / steps[index - 1]!).toBeLessThan(2.2);
  }
});
