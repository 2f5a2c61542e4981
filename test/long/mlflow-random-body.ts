/** Random request bodies, from the fields that routes declare; and the filter grammars by name. */
import type { Rng } from "../../src/core/rng.ts";
import type { ApiRoute } from "../../src/mlflow/routes/route.ts";
import { parseDatasetFilter } from "../../src/mlflow/search/evaluation-datasets.ts";
import { parseExperimentFilter } from "../../src/mlflow/search/experiments.ts";
import { parseIssueFilter } from "../../src/mlflow/search/issues.ts";
import { parseLoggedModelFilter } from "../../src/mlflow/search/logged-models.ts";
import { parseModelFilter, parseVersionFilter } from "../../src/mlflow/search/registry.ts";
import { parseRunFilter } from "../../src/mlflow/search/runs.ts";
import { parseTraceMetricFilter } from "../../src/mlflow/search/trace-metrics.ts";
import { parseTraceFilter } from "../../src/mlflow/search/traces.ts";
import type { Field, Fields } from "../../src/mlflow/wire/fields.ts";
import { type GrammarName, randomFilter, randomOrder } from "../mlflow/search/random-filters.ts";

/** Every filter grammar and its parser. */
export const FILTERS_OF: [GrammarName, (text: string) => unknown][] = [
  ["runs", parseRunFilter],
  ["experiments", parseExperimentFilter],
  ["models", parseModelFilter],
  ["versions", parseVersionFilter],
  ["traces", parseTraceFilter],
  ["logged", parseLoggedModelFilter],
  ["datasets", parseDatasetFilter],
  ["issues", parseIssueFilter],
  ["metrics", parseTraceMetricFilter],
];

const GRAMMARS: readonly [RegExp, GrammarName][] = [
  [/runs/, "runs"],
  [/experiments/, "experiments"],
  [/registered-models/, "models"],
  [/model-versions/, "versions"],
  [/logged-models/, "logged"],
  [/datasets/, "datasets"],
  [/issues/, "issues"],
  [/traces\/metrics/, "metrics"],
];
/** JSON of every kind, and the values that have broken servers. */
const ODD = [
  ..."null true false 0 -1 1e400 -0.0 0.1 9007199254740993 18446744073709551616 NaN".split(" "),
  ...'"" "0" "NaN" "Infinity" " " "\\u0000" "\\ud800" "../../etc/passwd" "😀" [] {} [[]]'.split(
    " ",
  ),
  ...['[{"key":"a","value":"b"}]', '{"a":{"b":[1]}}', `"${"x".repeat(9000)}"`, "[null]", '"%s%n"'],
];
const NAMES = "a b loss m1 x/y a:b mlflow.runName mlflow.parentRunId latest v1 champion".split(" ");

/** The JSON text of a request to `route`: often right, sometimes odd, sometimes damaged. */
export function randomBody(route: ApiRoute, known: readonly string[], rng: Rng): string {
  const grammar = GRAMMARS.find(([pattern]) => pattern.test(route.path))?.[1] ?? "traces";
  const text = printFields(route.fields, { grammar, known, rng }, 0);
  return rng.int(20) === 0 ? damage(text, rng) : text;
}

interface Source {
  readonly grammar: GrammarName;
  readonly known: readonly string[];
  readonly rng: Rng;
}

function printFields(fields: Fields, source: Source, depth: number): string {
  const { rng } = source;
  const parts = Object.entries(fields).flatMap(([name, field]) => {
    if (rng.int(6) === 0) return [];
    const value = rng.int(12) === 0 ? pick(ODD, rng) : printValue(name, field, source, depth);
    return [`${JSON.stringify(name)}:${value}`];
  });
  return `{${parts.join(",")}}`;
}

function printValue(name: string, field: Field, source: Source, depth: number): string {
  const { rng, grammar } = source;
  if (typeof field === "string") return printScalar(name, field, source);
  switch (field.kind) {
    case "enum":
      return JSON.stringify(pick(Object.keys(field.numbers), rng));
    case "list": {
      if (name === "order_by" && field.item === "string") {
        return JSON.stringify([randomOrder(grammar, rng)]);
      }
      const items = Array.from({ length: rng.int(4) }, () =>
        printValue(name, field.item, source, depth + 1),
      );
      return `[${items.join(",")}]`;
    }
    case "map":
      return `{"${pick(NAMES, rng)}":${printScalar(name, field.value, source)}}`;
    case "message":
      return depth > 6 ? "{}" : printFields(field.fields, source, depth + 1);
  }
}

function printScalar(name: string, kind: string, { rng, grammar, known }: Source): string {
  switch (kind) {
    case "string":
      if (name.startsWith("filter")) return JSON.stringify(randomFilter(grammar, rng));
      return JSON.stringify(pick(rng.int(3) === 0 ? NAMES : known, rng));
    case "bool":
      return pick(["true", "false"], rng);
    case "double":
      return pick(["1.5", "0", '"NaN"', '"Infinity"', "-1e308", "3"], rng);
    case "any":
      return pick(ODD, rng);
    case "timestamp":
      return pick(['"2026-01-01T00:00:00Z"', '"1969-12-31T23:59:59.999Z"', '"soon"'], rng);
    case "duration":
      return pick(['"1.5s"', '"-1s"', '"s"'], rng);
    default:
      return pick(
        ["0", "1", "5", "1000", "-1", '"7"', "1700000000000", "9223372036854775807"],
        rng,
      );
  }
}

function damage(text: string, rng: Rng): string {
  const at = rng.int(text.length);
  switch (rng.int(4)) {
    case 0:
      return text.slice(0, at);
    case 1:
      return text.slice(0, at) + text.slice(at + 1 + rng.int(5));
    case 2:
      return text.slice(0, at) + pick(ODD, rng) + text.slice(at);
    default:
      return JSON.stringify(text);
  }
}

function pick<T>(items: readonly T[], rng: Rng): T {
  return items[rng.int(items.length)] as T;
}
