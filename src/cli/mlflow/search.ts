/** Searches: their flags, and as many pages as it takes for the items asked for. */
import type { Page, SearchOptions } from "../../mlflow/index.ts";
import type { FlagSpecs } from "../command.ts";
import type { CommandContext } from "../context.ts";

const VIEWS = { active: "ACTIVE_ONLY", deleted: "DELETED_ONLY", all: "ALL" } as const;
/** The largest page that every search gives. */
const PAGE_SIZE = 1000;
export const DEFAULT_LIMIT = 100;

export const VIEW_FLAG = {
  view: {
    type: "choice",
    choices: ["active", "deleted", "all"],
    summary: "which of them (default active)",
  },
} as const satisfies FlagSpecs;

export const LIMIT_FLAG = {
  limit: { type: "integer", value: "n", summary: "at most n lines (default 100, 0 for all)" },
} as const satisfies FlagSpecs;

export const SEARCH_FLAGS = {
  filter: {
    type: "string",
    value: "expression",
    summary: "only those it is true of, in MLflow's filter language",
  },
  "order-by": {
    type: "string",
    value: "column",
    repeat: true,
    summary: "`metrics.loss ASC`, `attributes.start_time DESC`",
  },
  "max-results": {
    type: "integer",
    value: "n",
    summary: "at most n of them (default 100, 0 for all)",
  },
  ...VIEW_FLAG,
} as const satisfies FlagSpecs;

/** Experiments by name or id; none are all. */
export const EXPERIMENTS_FLAG = {
  experiment: {
    type: "string",
    short: "e",
    value: "name",
    repeat: true,
    completes: "mlflow-experiments",
    summary: "only of this experiment, by name or id (default: of all)",
  },
} as const satisfies FlagSpecs;

interface Wanted {
  readonly filter?: string | undefined;
  readonly orderBy?: readonly string[];
  readonly view?: keyof typeof VIEWS | undefined;
  /** 0 for all. */
  readonly limit: number;
}

/** Items of a search, page after page, up to the limit; `hasMore` when it left some out. */
export async function collect<T>(
  search: (options: SearchOptions) => Promise<Page<T>>,
  wanted: Wanted,
): Promise<{ items: T[]; hasMore: boolean }> {
  const limit = wanted.limit === 0 ? Number.POSITIVE_INFINITY : wanted.limit;
  const items: T[] = [];
  let pageToken: string | null = null;
  do {
    const page: Page<T> = await search({
      viewType: VIEWS[wanted.view ?? "active"],
      maxResults: Math.min(PAGE_SIZE, limit - items.length),
      ...(wanted.filter === undefined ? {} : { filter: wanted.filter }),
      ...(wanted.orderBy === undefined ? {} : { orderBy: wanted.orderBy }),
      ...(pageToken === null ? {} : { pageToken }),
    });
    items.push(...page.items);
    pageToken = page.nextPageToken;
  } while (pageToken !== null && items.length < limit);
  return { items, hasMore: pageToken !== null };
}

/** Says on stderr that a listing is empty (to a person), or that there is more. */
export async function noteExtent(
  context: CommandContext,
  { items, hasMore }: { items: readonly unknown[]; hasMore: boolean },
  { flag, empty }: { flag: "--limit" | "--max-results"; empty: string },
): Promise<void> {
  if (items.length === 0 && context.io.stderr.isTTY) await context.note(empty);
  if (hasMore) await context.note(`the first ${items.length}, use ${flag} 0 for all`);
}
