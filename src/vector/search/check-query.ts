/** Queries of programs without types, looked at as they come in; `run-query.ts` says what they mean. */
import {
  type Check,
  optional,
  requireBoolean,
  requireComparable,
  requireNumber,
  requireObjectOf,
  requireOneOf,
  requireString,
  requireThat,
} from "../../core/arguments.ts";
import type { Fusion } from "./fuse.ts";

/** Names of Databricks Vector Search. `ANN` may be exact, and is for small collections. */
export const QUERY_TYPES = ["ANN", "HYBRID", "FULL_TEXT"] as const;

const isIn = (value: unknown, least: number, most: number): boolean =>
  typeof value === "number" && value >= least && value <= most;
const requireShare = requireThat((value) => isIn(value, 0, 1), "a number from 0 to 1");
const requireRank = requireThat((value) => isIn(value, 0, 1e9), "a number from 0 on");
const FUSIONS: Readonly<Record<Fusion["kind"], Check>> = {
  weighted: requireObjectOf({ text: requireShare }),
  rrf: requireObjectOf({ k: requireRank }),
};
const requireKind = requireObjectOf({ kind: requireOneOf("weighted", "rrf") });
const requireFusion: Check = (value, what) => {
  requireKind(value, what);
  FUSIONS[(value as Fusion).kind](value, what);
};

const FILTERS = { filter: optional(requireString) };
const COMMON = {
  ...FILTERS,
  numResults: optional(requireNumber),
  ef: optional(requireNumber),
  scoreThreshold: optional(requireComparable),
  exact: optional(requireBoolean),
};
const QUERY = {
  ...COMMON,
  text: optional(requireString),
  queryType: optional(requireOneOf(...QUERY_TYPES)),
  fusion: optional(requireFusion),
};

/** The filters alone; `filtersJson` is looked at where it is read, vectors where they are used. */
export const requireFilters = requireObjectOf(FILTERS);
/** A whole query. */
export const requireQuery = requireObjectOf(QUERY);
/** What many vector queries have in common. */
export const requireManyQueries = requireObjectOf(COMMON);
