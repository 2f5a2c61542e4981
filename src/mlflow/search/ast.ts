/**
 * What every grammar parses to: clauses joined by AND, and terms to order by. Keys are without
 * quotes, comparators in upper case, aliases resolved (`created` is `start_time`).
 */

export type Comparator =
  | "="
  | "!="
  | ">"
  | ">="
  | "<"
  | "<="
  | "LIKE"
  | "ILIKE"
  | "RLIKE"
  | "IN"
  | "NOT IN"
  | "IS NULL"
  | "IS NOT NULL";

/** A list only with IN and NOT IN; null only with IS NULL and IS NOT NULL. */
export type ClauseValue = string | number | bigint | readonly string[] | null;

/** `key comparator value` of an entity kind (`metric`, `tag`, `attribute`, ...). */
export interface Clause<Kind extends string> {
  readonly kind: Kind;
  readonly key: string;
  readonly comparator: Comparator;
  readonly value: ClauseValue;
}

/** One term of an order_by list. */
export interface OrderTerm<Kind extends string> {
  readonly kind: Kind;
  readonly key: string;
  readonly ascending: boolean;
}

export const NUMERIC_COMPARATORS: readonly string[] = [">", ">=", "!=", "=", "<", "<="];
export const TEXT_COMPARATORS: readonly string[] = ["!=", "=", "LIKE", "ILIKE"];
export const LIST_COMPARATORS: readonly string[] = ["IN", "NOT IN"];
export const NULL_COMPARATORS: readonly string[] = ["IS NULL", "IS NOT NULL"];
