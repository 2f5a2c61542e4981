/** Parses with any grammar, and tells the outcome as the peer in Python tells MLflow's. */
import {
  parseDatasetFilter,
  parseDatasetOrder,
} from "../../../src/mlflow/search/evaluation-datasets.ts";
import {
  parseExperimentFilter,
  parseExperimentOrder,
} from "../../../src/mlflow/search/experiments.ts";
import { parseIssueFilter } from "../../../src/mlflow/search/issues.ts";
import { parseLoggedModelFilter } from "../../../src/mlflow/search/logged-models.ts";
import {
  parseModelFilter,
  parseModelOrder,
  parseVersionFilter,
  parseVersionOrder,
} from "../../../src/mlflow/search/registry.ts";
import { parseRunFilter, parseRunOrder } from "../../../src/mlflow/search/runs.ts";
import { parseTraceMetricFilter } from "../../../src/mlflow/search/trace-metrics.ts";
import { parseTraceFilter, parseTraceOrder } from "../../../src/mlflow/search/traces.ts";
import { MlflowError } from "../../../src/mlflow/wire/error.ts";
import type { GrammarName } from "./random-filters.ts";

/** A text to parse: a filter, or an order_by list. */
export interface Question {
  grammar: GrammarName;
  filter?: string;
  order?: string[];
}

/** What a parser made of it; `fault` is what MLflow answers with a 500. */
export interface Outcome {
  parsed?: unknown[][];
  refused?: string;
  fault?: string;
}

type Parsed = readonly { kind: string; key: string; comparator: string; value: unknown }[];

const FILTERS: Record<Exclude<GrammarName, "metrics">, (filter: string) => Parsed> = {
  runs: parseRunFilter,
  experiments: parseExperimentFilter,
  models: parseModelFilter,
  versions: parseVersionFilter,
  traces: parseTraceFilter,
  logged: parseLoggedModelFilter,
  datasets: parseDatasetFilter,
  issues: parseIssueFilter,
};

const ORDERS = {
  runs: parseRunOrder,
  experiments: parseExperimentOrder,
  models: parseModelOrder,
  versions: parseVersionOrder,
  traces: parseTraceOrder,
  datasets: parseDatasetOrder,
};

/** Grammars with an order_by of texts. */
export const ORDERED_GRAMMARS = Object.keys(ORDERS) as (keyof typeof ORDERS)[];

/** Every grammar. */
export const GRAMMARS = [...Object.keys(FILTERS), "metrics"] as GrammarName[];

/** Parses; anything but a refusal of the wire is thrown on. */
export function parseAny(question: Question): Outcome {
  try {
    return { parsed: parse(question) };
  } catch (error) {
    if (!(error instanceof MlflowError)) throw error;
    if (error.errorCode !== "INVALID_PARAMETER_VALUE") throw error;
    return { refused: error.message };
  }
}

function parse({ grammar, filter = "", order }: Question): unknown[][] {
  if (order !== undefined) {
    const terms = ORDERS[grammar as keyof typeof ORDERS](order);
    return terms.map(({ kind, key, ascending }) => [kind, key, ascending]);
  }
  if (grammar === "metrics") {
    const { view, entity, key, value } = parseTraceMetricFilter(filter);
    return [[view, entity, key, "=", value]];
  }
  const clauses = FILTERS[grammar](filter);
  return clauses.map(({ kind, key, comparator, value }) => [kind, key, comparator, value]);
}

/**
 * Whether two outcomes are the same: numbers as numbers, whatever they were written as; the items
 * of a Python set in any order.
 */
export function isSameOutcome(ours: Outcome, theirs: Outcome): boolean {
  if (ours.refused !== undefined || theirs.refused !== undefined) {
    return sortSets(ours.refused ?? "") === sortSets(theirs.refused ?? "");
  }
  return toText(ours.parsed) === toText(theirs.parsed);
}

function sortSets(message: string): string {
  return message.replace(/\{[^{}]*\}/g, (set) => set.slice(1, -1).split(", ").sort().join());
}

function toText(value: unknown): string {
  return JSON.stringify(value, (_, item: unknown) => {
    if (typeof item === "bigint") return Number(item);
    if (typeof item !== "string" || item.trim() === "") return item;
    return Number.isNaN(Number(item)) ? item : Number(item);
  });
}
