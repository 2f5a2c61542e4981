/** Which rows a program means. */
import { requireListOf, requireString } from "../../core/arguments.ts";
import { SovereignError } from "../../core/errors.ts";
import type { Filter } from "../filter/filter.ts";
import { readFiltersJson } from "../filter/filters-json.ts";
import { filterRows, type VectorQuery } from "../search/run-query.ts";
import type { DiskCollection } from "../store/disk-collection.ts";

/** Which rows to delete: those named, and those a filter takes. */
export interface Selection extends Pick<VectorQuery, "filter" | "filtersJson"> {
  readonly ids?: readonly string[];
}

const requireIds = requireListOf(requireString);

function isAll(filter: Filter): boolean {
  return filter.kind === "and" && filter.parts.length === 0;
}

/** Ids of the rows a selection names, in the order they were written. */
export function selectIds(disk: DiskCollection, selection: Selection): string[] {
  checkSelection(selection);
  const { ids, ...filters } = selection;
  const { rows } = disk;
  const hasFilter = filters.filter !== undefined || filters.filtersJson !== undefined;
  const byFilter = hasFilter ? filterRows(disk, filters) : [];
  const byId = (ids ?? []).map((id) => rows.find(id)).filter((row) => row >= 0);
  return [...new Set([...byFilter, ...byId])].sort((a, b) => a - b).map((row) => rows.ids[row]!);
}

/** INVALID_PARAMETER_VALUE for what selects nothing by its form, such as a list of ids by itself. */
function checkSelection(selection: Selection): void {
  // A list has a `filter` of its own.
  const { ids, filter, filtersJson } = Array.isArray(selection) ? {} : (selection ?? {});
  if (ids !== undefined) requireIds(ids, "`ids`");
  // Without members it would take every row.
  const isEmpty = filtersJson !== undefined && isAll(readFiltersJson(filtersJson));
  const isGiven = !isEmpty && [ids, filter, filtersJson].some((part) => part !== undefined);
  if (isGiven) return;
  throw new SovereignError("INVALID_PARAMETER_VALUE", "it is not said which rows", {
    hint: "name ids, as a list (`ids`), or give a filter such as `year < 2000`",
  });
}
