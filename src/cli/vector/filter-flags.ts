/** Which rows a command means. */
export const FILTER_FLAGS = {
  filter: {
    type: "string",
    value: "text",
    summary: "only rows that fit, such as `price < 10 AND city IN ('Bern', 'Basel')`",
    group: "Filters",
  },
  "filters-json": {
    type: "string",
    value: "json",
    summary: 'the same as Databricks takes it, such as `{"price <": 10}`',
    group: "Filters",
  },
} as const;

/** The filters as the library takes them. */
export function readFilters(flags: {
  readonly filter: string | undefined;
  readonly "filters-json": string | undefined;
}): { filter?: string; filtersJson?: string } {
  return {
    ...(flags.filter === undefined ? {} : { filter: flags.filter }),
    ...(flags["filters-json"] === undefined ? {} : { filtersJson: flags["filters-json"] }),
  };
}
