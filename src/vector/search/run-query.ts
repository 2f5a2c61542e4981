/**
 * A query over a collection: which rows may be found, the rows by vector, by text or by both, and
 * the threshold. Scores are exact; which rows are scored is, where there is a graph, its choice.
 */
import { requireList } from "../../core/arguments.ts";
import { SovereignError } from "../../core/errors.ts";
import type { Filter } from "../filter/filter.ts";
import { readFiltersJson } from "../filter/filters-json.ts";
import { compileFilter } from "../filter/match-filter.ts";
import { parseFilter } from "../filter/parse-filter.ts";
import type { VectorIndex } from "../graph/vector-index.ts";
import { checkVector } from "../input/check-row.ts";
import type { DiskCollection } from "../store/disk-collection.ts";
import type { Rows } from "../store/rows.ts";
import type { TextIndex } from "../text/text-index.ts";
import { QUERY_TYPES, requireFilters, requireManyQueries } from "./check-query.ts";
import { DEFAULT_FUSION, type Fusion, fuseRanks, fuseScores } from "./fuse.ts";
import { createScorer } from "./score.ts";
import { type ScoredRow, TopRows } from "./top-rows.ts";

export { QUERY_TYPES };
export type QueryType = (typeof QUERY_TYPES)[number];

export interface VectorQuery {
  /** For ANN and HYBRID. */
  readonly vector?: ArrayLike<number>;
  /** For HYBRID and FULL_TEXT; see `text/parse-text-query.ts`. */
  readonly text?: string;
  /** Default: by what is given. */
  readonly queryType?: QueryType;
  /** Default 10. */
  readonly numResults?: number;
  /** In the grammar of `filter/parse-filter.ts`. */
  readonly filter?: string;
  /** As Databricks Vector Search takes it: an object, or its JSON text. */
  readonly filtersJson?: unknown;
  /** Only rows with at least this score. */
  readonly scoreThreshold?: number;
  /** Of HYBRID. */
  readonly fusion?: Fusion;
  /** Looks at every row, where there is an index too. */
  readonly exact?: boolean;
  /** How many of the nearest a walk over the index keeps; default: as it was tuned. */
  readonly ef?: number;
}

/** What all of many vector queries have in common. */
export type ManyQueries = Pick<
  VectorQuery,
  "numResults" | "filter" | "filtersJson" | "scoreThreshold" | "exact" | "ef"
>;

/** Candidates of each side of a HYBRID query, at least. */
const LEAST_CANDIDATES = 100;
const MOST_RESULTS = 100_000;

/** What a query needs of a collection. */
export interface QueryTarget {
  readonly disk: DiskCollection;
  /** Brought up to date; null without text fields. */
  readonly textIndex: TextIndex | null;
  /** Null where there are few rows: those are scored as they lie. */
  readonly index: VectorIndex | null;
}

/** The rows found, best first. */
export function runQuery(target: QueryTarget, query: VectorQuery): ScoredRow[] {
  const limit = checkLimit(query.numResults ?? 10);
  const type = chooseType(query);
  const allowed = allowedRows(target.disk, query);
  const found = search(target, query, { type, limit, allowed });
  const threshold = query.scoreThreshold ?? Number.NEGATIVE_INFINITY;
  return found.filter(({ score }) => score >= threshold).slice(0, limit);
}

/** Many vector queries at once, over all cores; see `Collection.queryMany`. */
export function runVectorQueries(
  target: QueryTarget,
  vectors: readonly ArrayLike<number>[],
  query: ManyQueries,
): ScoredRow[][] {
  requireManyQueries(query, "the query");
  requireList(vectors, "the list of vectors");
  const limit = checkLimit(query.numResults ?? 10);
  const checked = vectors.map((vector) => requireVector(target.disk, { vector }));
  const allowed = allowedRows(target.disk, query);
  const found = searchVectors(target, { ...query, vectors: checked }, { limit, allowed });
  const threshold = query.scoreThreshold;
  if (threshold === undefined) return found;
  return found.map((rows) => rows.filter(({ score }) => score >= threshold));
}

interface SearchPlan {
  readonly type: QueryType;
  readonly limit: number;
  readonly allowed: Uint8Array;
}

function search(target: QueryTarget, query: VectorQuery, plan: SearchPlan): ScoredRow[] {
  const { type, limit, allowed } = plan;
  if (type === "FULL_TEXT") {
    return textIndexOf(target).search(requireText(query), { limit, allowed }).found;
  }
  const vector = requireVector(target.disk, query);
  const near = (limit: number): ScoredRow[] =>
    searchVectors(target, { ...query, vectors: [vector] }, { limit, allowed })[0]!;
  if (type === "ANN") return near(limit);
  const index = textIndexOf(target);
  const text = requireText(query);
  const wide = Math.max(LEAST_CANDIDATES, 3 * limit);
  const byVector = near(wide);
  const fusion = query.fusion ?? DEFAULT_FUSION;
  const also = byVector.map(({ row }) => row);
  const byText = index.search(text, { limit: wide, allowed, also });
  if (fusion.kind === "rrf") return fuseRanks([byText.found, byVector], fusion.k);
  // Both sides score all candidates, so that neither's cut decides.
  const rows = new Map(byText.found.map(({ row, score: text }) => [row, text]));
  also.forEach((row, i) => {
    rows.set(row, byText.also[i]!);
  });
  const textScores = [...rows].map(([row, score]) => ({ row, score }));
  const { metric } = target.disk.settings;
  const score = createScorer(metric, vector, target.disk.rows);
  const vectorScores = textScores.map(({ row }) => ({ row, score: score(row) }));
  return fuseScores(textScores, vectorScores, { weight: fusion.text, metric });
}

function requireVector(disk: DiskCollection, { vector }: VectorQuery): Float32Array {
  const { dims } = disk.settings;
  if (dims === 0) {
    throw refuse("the collection has no vectors", "search its texts with the type FULL_TEXT");
  }
  if (vector === undefined) {
    throw refuse("the query has no vector", "give one, or search texts with the type FULL_TEXT");
  }
  return checkVector(vector, dims, "the query");
}

interface VectorSearch {
  readonly limit: number;
  readonly allowed: Uint8Array;
}

/** The rows nearest to each vector, best first. */
function searchVectors(
  { disk, index }: QueryTarget,
  { vectors, exact, ef }: Pick<VectorQuery, "exact" | "ef"> & { vectors: readonly Float32Array[] },
  { limit, allowed }: VectorSearch,
): ScoredRow[][] {
  const { rows } = disk;
  const isAll = allowed === rows.alive && rows.liveCount === rows.length;
  const kept = exact === true ? { ef: 0 } : ef === undefined ? {} : { ef: checkEf(ef) };
  // While a collection is written anew its index is that of the rows before.
  const found = index?.isOf(rows)
    ? index.search(vectors, { limit, allowed: isAll ? null : countAllowed(rows, allowed), ...kept })
    : null;
  if (found !== null) return found;
  return vectors.map((vector) => {
    const score = createScorer(disk.settings.metric, vector, rows);
    const top = new TopRows(limit);
    for (let row = 0; row < rows.length; row++) {
      if (allowed[row] === 1) top.offer(row, score(row));
    }
    return top.list();
  });
}

function countAllowed(rows: Rows, allowed: Uint8Array): { rows: Uint8Array; count: number } {
  if (allowed === rows.alive) return { rows: allowed, count: rows.liveCount };
  let count = 0;
  for (const isAllowed of allowed) count += isAllowed;
  return { rows: allowed, count };
}

function chooseType({ queryType, vector, text }: VectorQuery): QueryType {
  if (queryType !== undefined) return queryType;
  if (text === undefined) return "ANN";
  return vector === undefined ? "FULL_TEXT" : "HYBRID";
}

/** 1 for rows that are there and that the filters take. */
function allowedRows({ rows, settings }: DiskCollection, query: VectorQuery): Uint8Array {
  const filters: Filter[] = [];
  if (query.filter !== undefined) filters.push(parseFilter(query.filter));
  if (query.filtersJson !== undefined) filters.push(readFiltersJson(query.filtersJson));
  if (filters.length === 0) return rows.alive;
  const matches = compileFilter(
    { kind: "and", parts: filters },
    { fields: settings.fields, ids: rows.ids, column: (name) => rows.column(name) },
  );
  const allowed = new Uint8Array(rows.length);
  for (const row of rows.live()) allowed[row] = matches(row) ? 1 : 0;
  return allowed;
}

/** Indices of the rows a filter takes, oldest first. */
export function filterRows(disk: DiskCollection, query: VectorQuery): number[] {
  requireFilters(query, "the filters");
  const allowed = allowedRows(disk, query);
  return [...disk.rows.live()].filter((row) => allowed[row] === 1);
}

function textIndexOf(target: QueryTarget): TextIndex {
  if (target.textIndex !== null) return target.textIndex;
  throw refuse(
    "the collection has no text fields",
    "name them when it is made: `sovereign vector create NAME --text title^2,body`",
  );
}

function requireText({ text }: VectorQuery): string {
  if (text !== undefined) return text;
  throw refuse("the query has no text", "give the words to search for");
}

function checkLimit(limit: number): number {
  if (Number.isInteger(limit) && limit >= 0 && limit <= MOST_RESULTS) return limit;
  throw refuse(`there cannot be ${limit} results`, `ask for a whole number up to ${MOST_RESULTS}`);
}

function checkEf(ef: number): number {
  if (Number.isInteger(ef) && ef >= 0 && ef <= MOST_RESULTS) return ef;
  throw refuse(`${ef} is no value of \`ef\``, `give a whole number up to ${MOST_RESULTS}`);
}

function refuse(message: string, hint: string): SovereignError {
  return new SovereignError("INVALID_PARAMETER_VALUE", message, { hint });
}
