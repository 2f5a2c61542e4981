/**
 * What a filter says, whichever way it was written: `parse-filter.ts` reads the house's grammar,
 * `filters-json.ts` that of Databricks Vector Search; `match-filter.ts` runs it over rows.
 */

export type Comparison = "=" | "!=" | "<" | "<=" | ">" | ">=";
export type Literal = string | number | bigint | boolean;

export type Filter =
  | { readonly kind: "and" | "or"; readonly parts: readonly Filter[] }
  | { readonly kind: "not"; readonly part: Filter }
  | {
      readonly kind: "compare";
      readonly field: string;
      readonly operator: Comparison;
      readonly value: Literal;
    }
  | { readonly kind: "in"; readonly field: string; readonly values: readonly Literal[] }
  /** SQL's LIKE: `%` any text, `_` one character, `\` takes the meaning of the next. */
  | { readonly kind: "like"; readonly field: string; readonly pattern: string }
  /** A text holds this text, or a list this item. */
  | { readonly kind: "contains"; readonly field: string; readonly value: Literal }
  /** One of the words of a text, as split at blanks, is this one: LIKE of `filters_json`. */
  | { readonly kind: "token"; readonly field: string; readonly value: string }
  | { readonly kind: "null"; readonly field: string };

/** The row's id as a field: where no metadata field has the name. */
export const ID_FIELD = "id";
