/** Which rows a program means. */
import { SovereignError } from "../../core/errors.ts";
import type { VectorQuery } from "../search/run-query.ts";

/** Which rows to delete: those named, and those a filter takes. */
export interface Selection extends Pick<VectorQuery, "filter" | "filtersJson"> {
  readonly ids?: readonly string[];
}

/** INVALID_PARAMETER_VALUE for what selects nothing by its form, such as a list of ids by itself. */
export function checkSelection(selection: Selection): void {
  // A list has a `filter` of its own.
  const { ids, filter, filtersJson } = Array.isArray(selection) ? {} : (selection ?? {});
  const isGiven = [ids, filter, filtersJson].some((part) => part !== undefined);
  if (isGiven && (ids === undefined || Array.isArray(ids))) return;
  throw new SovereignError("INVALID_PARAMETER_VALUE", "it is not said which rows", {
    hint: 'give `{ ids: ["a", "b"] }`, or a filter: `{ filter: "year < 2000" }`',
  });
}
