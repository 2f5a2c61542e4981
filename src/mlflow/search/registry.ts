/**
 * The grammars of registered models and of model versions: `name LIKE 'x%' AND tags.a = '1'`,
 * `run_id IN ('a') AND version_number > 2` (SearchModelUtils, SearchModelVersionUtils).
 */
import { invalidParameter } from "../wire/error.ts";
import { pythonRepr, pythonSet } from "../wire/python-text.ts";
import {
  type Clause,
  type ClauseValue,
  type Comparator,
  NUMERIC_COMPARATORS,
  type OrderTerm,
  TEXT_COMPARATORS,
} from "./ast.ts";
import { readPlainEntity, readPlainOrder } from "./experiments.ts";
import {
  checkListUse,
  isNumber,
  isTextNode,
  readNumber,
  readQuoted,
  readRunIds,
  readTextOf,
  splitIdentifier,
  trimKey,
  unknownAttribute,
} from "./identifier.ts";
import type { Node } from "./nodes.ts";
import { readOrderText } from "./order-text.ts";
import { type ClauseParts, readClauses } from "./statement.ts";

export type RegistryClause = Clause<"attribute" | "tag">;
export type RegistryOrderTerm = OrderTerm<"attribute">;

const MODEL_KEYS = ["name"];
const VERSION_KEYS = ["name", "run_id", "source_path", "version_number"];
const VERSION_NUMERIC_KEYS = ["creation_timestamp", "last_updated_timestamp", "version_number"];
const VERSION_ORDER_KEYS = ["name", ...VERSION_NUMERIC_KEYS];

/** The clauses of a filter for registered models. Errors: 400 in MLflow's words. */
export function parseModelFilter(filter: string | null | undefined): RegistryClause[] {
  const style = { quotesRefused: false };
  return readClauses(filter, style, (parts) => readParts(parts, MODEL_KEYS, [])).map((clause) => {
    if (!TEXT_COMPARATORS.includes(clause.comparator)) throw badRegistryComparator(clause);
    return finish(clause);
  });
}

/** The clauses of a filter for model versions. Errors: 400 in MLflow's words. */
export function parseVersionFilter(filter: string | null | undefined): RegistryClause[] {
  const style = { quotesRefused: false };
  const read = (parts: ClauseParts) => readParts(parts, VERSION_KEYS, VERSION_NUMERIC_KEYS);
  return readClauses(filter, style, read).map((clause) => {
    const { kind, key, comparator } = clause;
    if (kind === "attribute" && VERSION_NUMERIC_KEYS.includes(key)) {
      if (NUMERIC_COMPARATORS.includes(comparator)) return finish(clause);
      throw invalidParameter(`Invalid comparator for attribute ${key}: ${comparator}`);
    }
    const isRunList = kind === "attribute" && key === "run_id" && comparator === "IN";
    if (!isRunList && !TEXT_COMPARATORS.includes(comparator)) throw badRegistryComparator(clause);
    return finish(clause);
  });
}

/**
 * The terms of an order_by list for registered models: `name` and `last_updated_timestamp`.
 * Errors: 400, also for a field named twice.
 */
export function parseModelOrder(orderBy: readonly string[]): RegistryOrderTerm[] {
  const terms = orderBy.map((text) => {
    const { name, ascending } = readOrderText(text);
    const key = name.trim();
    if (!["name", "timestamp", "last_updated_timestamp"].includes(key)) {
      throw invalidParameter(
        `Invalid order by key '${key}' specified. ` +
          `Valid keys are '${pythonSet(["name", "timestamp"])}'`,
      );
    }
    const field = key === "timestamp" ? "last_updated_timestamp" : key;
    return { kind: "attribute" as const, key: field, ascending };
  });
  return refuseDuplicates(terms, orderBy);
}

/** The terms of an order_by list for model versions. Errors: 400, also for a field named twice. */
export function parseVersionOrder(orderBy: readonly string[]): RegistryOrderTerm[] {
  const terms = orderBy.map((text) => {
    // NOTE: MLflow never looks at the entity: `tags.name` is `name`.
    const { key, ascending } = readPlainOrder(text, VERSION_ORDER_KEYS);
    if (!VERSION_ORDER_KEYS.includes(key)) {
      throw invalidParameter(
        `Invalid order by key '${key}' specified. Valid keys are ${pythonSet(VERSION_ORDER_KEYS)}`,
      );
    }
    return { kind: "attribute" as const, key, ascending };
  });
  return refuseDuplicates(terms, orderBy);
}

function refuseDuplicates(terms: RegistryOrderTerm[], orderBy: readonly string[]) {
  if (new Set(terms.map(({ key }) => key)).size === terms.length) return terms;
  throw invalidParameter(`\`order_by\` contains duplicate fields: ${pythonRepr(orderBy)}`);
}

interface WrittenClause {
  readonly kind: "attribute" | "tag";
  readonly key: string;
  readonly comparator: string;
  readonly value: ClauseValue;
}

function readParts(
  { left, comparator, right }: ClauseParts,
  validKeys: readonly string[],
  numericKeys: readonly string[],
): WrittenClause {
  const [entity, written] = splitIdentifier(left.text);
  const kind = readPlainEntity(entity);
  // Quotes around an attribute are part of it here.
  if (kind === "attribute" && !validKeys.includes(written)) {
    throw unknownAttribute(written, validKeys);
  }
  if (right === null) {
    throw invalidParameter(`${comparator} is not supported for '${left.text}'`);
  }
  const key = trimKey(written);
  const value =
    kind === "tag" ? readTextOf(kind, right) : readAttributeValue(key, right, numericKeys);
  return { kind, key, comparator: comparator.toUpperCase(), value };
}

function readAttributeValue(key: string, node: Node, numericKeys: readonly string[]): ClauseValue {
  if (isTextNode(node)) return readQuoted(node);
  if (node.kind === "parenthesis") {
    if (key === "run_id") return readRunIds(node);
    throw invalidParameter(
      "Only the 'run_id' attribute supports comparison with a list of quoted string values.",
    );
  }
  if (numericKeys.length > 0 && isNumber(node)) {
    if (numericKeys.includes(key)) return readNumber(node);
    throw invalidParameter(
      `Only the '${pythonSet(numericKeys)}' attributes support comparison with numeric values.`,
    );
  }
  throw invalidParameter(
    "Expected a quoted string value or a list of quoted string values for " +
      `attributes. Got value ${node.text}`,
  );
}

function badRegistryComparator({ kind, comparator }: WrittenClause) {
  return invalidParameter(`Invalid comparator for ${kind}: ${comparator}`);
}

function finish({ kind, key, comparator, value }: WrittenClause): RegistryClause {
  checkListUse(comparator, value);
  return { kind, key, comparator: comparator as Comparator, value };
}
