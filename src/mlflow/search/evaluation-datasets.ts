/**
 * The grammar of evaluation datasets: `name LIKE 'e%' AND tags.tier = 'gold'`
 * (SearchEvaluationDatasetsUtils). NOTE: only `tags.` may stand before a key, quotes around a key
 * are part of it, and comparators must be in upper case, all as in MLflow.
 */
import { invalidParameter } from "../wire/error.ts";
import { pythonSet } from "../wire/python-text.ts";
import {
  type Clause,
  type ClauseValue,
  type Comparator,
  NUMERIC_COMPARATORS,
  type OrderTerm,
  TEXT_COMPARATORS,
} from "./ast.ts";
import { readNumericAttribute, readTextAttribute } from "./experiments.ts";
import { readTextOf, splitIdentifier } from "./identifier.ts";
import { readOrderText } from "./order-text.ts";
import { type ClauseParts, readClauses } from "./statement.ts";

export type DatasetClause = Clause<"attribute" | "tag">;
export type DatasetOrderTerm = OrderTerm<"attribute">;

const NUMERIC_KEYS = ["created_time", "last_update_time"];
const ORDER_KEYS = [...NUMERIC_KEYS, "name"];
const FILTER_KEYS = [...ORDER_KEYS, "created_by", "last_updated_by"];
const ATTRIBUTE_COMPARATORS = [...NUMERIC_COMPARATORS, "LIKE", "ILIKE", "RLIKE"];

/** The clauses of a filter for evaluation datasets. Errors: 400 in MLflow's words. */
export function parseDatasetFilter(filter: string | null | undefined): DatasetClause[] {
  return readClauses(filter, { quotesRefused: false }, readParts).map(checkClause);
}

/** The terms of an order_by list for evaluation datasets. Errors: 400. */
export function parseDatasetOrder(orderBy: readonly string[]): DatasetOrderTerm[] {
  return orderBy.map((text) => {
    const { name, ascending } = readOrderText(text);
    const { kind, key } = readIdentifier(name.trim(), ORDER_KEYS);
    if (kind !== "attribute") throw invalidParameter(`Invalid order_by entity: ${kind}`);
    return { kind, key, ascending };
  });
}

interface WrittenClause {
  readonly kind: "attribute" | "tag";
  readonly key: string;
  readonly comparator: string;
  readonly value: ClauseValue;
}

function readParts({ left, comparator, right }: ClauseParts): WrittenClause {
  const { kind, key } = readIdentifier(left.text, FILTER_KEYS);
  if (right === null) {
    if (kind === "tag") return { kind, key, comparator, value: null };
    throw invalidParameter(
      "IS NULL / IS NOT NULL is only supported for tags and params, " +
        `not for '${kind}' '${key}'`,
    );
  }
  if (kind === "tag") return { kind, key, comparator, value: readTextOf(kind, right) };
  const isNumeric = NUMERIC_KEYS.includes(key);
  const value = isNumeric ? readNumericAttribute(key, right) : readTextAttribute(right);
  return { kind, key, comparator, value };
}

function readIdentifier(text: string, validKeys: readonly string[]) {
  const [entity, key] = splitIdentifier(text);
  if (entity === "tags") return { kind: "tag" as const, key };
  if (entity !== null) throw invalidParameter(`Invalid identifier token '${entity}' specified`);
  if (validKeys.includes(key)) return { kind: "attribute" as const, key };
  throw invalidParameter(
    `Invalid attribute key '${key}' specified. Valid keys are: ${pythonSet(validKeys)}`,
  );
}

function checkClause({ kind, key, comparator, value }: WrittenClause): DatasetClause {
  const valid = kind === "tag" ? TEXT_COMPARATORS : ATTRIBUTE_COMPARATORS;
  if (!valid.includes(comparator)) {
    throw invalidParameter(`Invalid comparator for ${kind}: ${comparator}`);
  }
  return { kind, key, comparator: comparator as Comparator, value };
}
