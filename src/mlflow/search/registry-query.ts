/**
 * Searching registered models and model versions. Prompts are rows of the same tables with a tag;
 * they are left out unless the filter asks for them by that tag.
 */
import { armsByKey, buildPage, type PageQuery, type SortKey } from "./page.ts";
import {
  parseModelFilter,
  parseModelOrder,
  parseVersionFilter,
  parseVersionOrder,
  type RegistryClause,
  type RegistryOrderTerm,
} from "./registry.ts";
import { Binder, compare } from "./sql.ts";

/** What `registered-models/search` and `model-versions/search` ask for. */
export interface RegistrySearch {
  readonly filter?: string | null;
  readonly orderBy?: readonly string[];
  readonly pageSize: number;
  readonly pageToken?: string | null;
}

const PROMPT_TAG = "mlflow.prompt.is_prompt";
const NATURAL_VERSION_ORDER = ["last_updated_timestamp DESC", "name ASC", "version_number DESC"];
const COLUMNS: Readonly<Record<string, string>> = {
  source_path: "source",
  version_number: "version",
  creation_timestamp: "creation_time",
  last_updated_timestamp: "last_updated_time",
};
const MODEL_TAGS =
  "FROM registered_model_tags t WHERE t.workspace = r.workspace AND t.name = r.name";
const VERSION_TAGS =
  "FROM model_version_tags t WHERE t.workspace = r.workspace AND t.name = r.name";

/** One page of registered models: rows of that table. Errors: 400 in MLflow's words. */
export function buildModelQuery(search: RegistrySearch): PageQuery {
  const binder = new Binder();
  const clauses = parseModelFilter(search.filter);
  const where = conditions(binder, clauses, MODEL_TAGS);
  if (!asksForPrompts(clauses)) where.push(noPrompt(binder, MODEL_TAGS));
  const terms = parseModelOrder(search.orderBy ?? []);
  if (!terms.some(({ key }) => key === "name")) terms.push(ascendingName());
  return buildRegistryPage("registered_models", { search, binder, where, terms });
}

/** One page of model versions that are not deleted: rows of that table. Errors: 400. */
export function buildVersionQuery(search: RegistrySearch): PageQuery {
  const binder = new Binder();
  const clauses = parseVersionFilter(search.filter);
  const where = conditions(binder, clauses, `${VERSION_TAGS} AND t.version = r.version`);
  where.push("r.current_stage != 'Deleted_Internal'");
  // A model is a prompt with all its versions.
  if (!asksForPrompts(clauses)) where.push(noPrompt(binder, VERSION_TAGS));
  const terms = parseVersionOrder(search.orderBy?.length ? search.orderBy : NATURAL_VERSION_ORDER);
  if (!terms.some(({ key }) => key === "name")) terms.push(ascendingName());
  if (!terms.some(({ key }) => key === "version_number")) {
    terms.push({ kind: "attribute", key: "version_number", ascending: false });
  }
  return buildRegistryPage("model_versions", { search, binder, where, terms });
}

interface PagePlan {
  readonly search: RegistrySearch;
  readonly binder: Binder;
  readonly where: readonly string[];
  readonly terms: readonly RegistryOrderTerm[];
}

function buildRegistryPage(table: string, { search, binder, where, terms }: PagePlan): PageQuery {
  const [lead, ...rest] = terms.map(sortKey);
  return buildPage({
    table,
    arms: armsByKey({ from: `${table} r`, where }, lead!, rest),
    binder,
    order: terms.map(({ key, ascending }) => `${key} ${ascending}`).join("\n"),
    pageSize: search.pageSize,
    token: search.pageToken ?? null,
  });
}

function asksForPrompts(clauses: readonly RegistryClause[]): boolean {
  const first = clauses.find(isPromptClause);
  const value = String(first?.value).toLowerCase();
  return first?.comparator === "="
    ? value === "true"
    : first?.comparator === "!=" && value === "false";
}

function isPromptClause({ kind, key }: RegistryClause): boolean {
  return kind === "tag" && key === PROMPT_TAG;
}

function noPrompt(binder: Binder, tags: string): string {
  return `NOT EXISTS (SELECT 1 ${tags} AND t.key = ${binder.bind(PROMPT_TAG)} AND t.value = 'true')`;
}

function conditions(binder: Binder, clauses: readonly RegistryClause[], tags: string): string[] {
  // Models have no such tag: asking for `!= 'true'` must not find them missing.
  const kept = asksForPrompts(clauses)
    ? clauses
    : clauses.filter((clause) => !isPromptClause(clause));
  return kept.map(({ kind, key, comparator, value }) => {
    const column =
      kind === "attribute"
        ? `r.${COLUMNS[key] ?? key}`
        : `(SELECT t.value ${tags} AND t.key = ${binder.bind(key)})`;
    return compare(binder, column, comparator, value);
  });
}

function ascendingName(): RegistryOrderTerm {
  return { kind: "attribute", key: "name", ascending: true };
}

function sortKey({ key, ascending }: RegistryOrderTerm): SortKey {
  const isName = key === "name";
  const isVersion = key === "version_number";
  return {
    sql: `r.${COLUMNS[key] ?? key}`,
    ascending,
    nullable: !isName && !isVersion,
    integer: !isName,
  };
}
