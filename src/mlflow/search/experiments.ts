/**
 * The grammar of experiments: `name LIKE 'a%' AND tags.team IS NOT NULL AND creation_time > 5`
 * (SearchExperimentsUtils). NOTE: comparators must be in upper case here, as in MLflow.
 */
import { invalidParameter } from "../wire/error.ts";
import { pythonTuple } from "../wire/python-text.ts";
import {
  type Clause,
  type ClauseValue,
  type Comparator,
  LIST_COMPARATORS,
  NULL_COMPARATORS,
  NUMERIC_COMPARATORS,
  type OrderTerm,
  TEXT_COMPARATORS,
} from "./ast.ts";
import {
  badComparator,
  isNumber,
  isTextNode,
  readNumber,
  readQuoted,
  readTextOf,
  splitIdentifier,
  trimKey,
  unknownAttribute,
} from "./identifier.ts";
import type { Node } from "./nodes.ts";
import { readOrderText } from "./order-text.ts";
import { type ClauseParts, readClauses } from "./statement.ts";

export type ExperimentClause = Clause<"attribute" | "tag">;
export type ExperimentOrderTerm = OrderTerm<"attribute">;

const ENTITIES = ["attribute", "tag", "tags"];
const FILTER_KEYS = ["creation_time", "last_update_time", "name"];
const ORDER_KEYS = [...FILTER_KEYS, "experiment_id"];
const NUMERIC_KEYS = ["creation_time", "last_update_time"];
const TEXT_OR_LIST = [...TEXT_COMPARATORS, ...LIST_COMPARATORS];

/** The clauses of a filter for experiments. Errors: 400 in MLflow's words. */
export function parseExperimentFilter(filter: string | null | undefined): ExperimentClause[] {
  return readClauses(filter, { quotesRefused: false }, readParts).map(checkClause);
}

/** The terms of an order_by list for experiments. Errors: 400. */
export function parseExperimentOrder(orderBy: readonly string[]): ExperimentOrderTerm[] {
  return orderBy.map((text) => {
    const { kind, key, ascending } = readPlainOrder(text, ORDER_KEYS);
    if (kind !== "attribute") throw invalidParameter(`Invalid order_by entity: ${kind}`);
    return { kind, key, ascending };
  });
}

/** An order_by text of attributes (and tags) alone, as three grammars read it. */
export function readPlainOrder(text: string, validKeys: readonly string[]) {
  const { name, ascending } = readOrderText(text);
  return { ...readIdentifier(name.trim(), validKeys), ascending };
}

/** Whether `entity` (before the dot) means tags; no entity means attributes. Errors: 400. */
export function readPlainEntity(entity: string | null): "attribute" | "tag" {
  if (entity !== null && !ENTITIES.includes(entity)) {
    throw invalidParameter(
      `Invalid entity type '${entity}'. Valid entity types are ${pythonTuple(ENTITIES)}`,
    );
  }
  return entity === null || entity === "attribute" ? "attribute" : "tag";
}

function readIdentifier(text: string, validKeys: readonly string[]) {
  const [entity, written] = splitIdentifier(text);
  const kind = readPlainEntity(entity);
  const key = trimKey(written);
  if (kind === "attribute" && !validKeys.includes(key)) throw unknownAttribute(key, validKeys);
  return { kind, key };
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
      `IS NULL / IS NOT NULL is only supported for tags, not for attribute '${key}'`,
    );
  }
  const value = kind === "tag" ? readTextOf(kind, right) : readAttributeValue(key, right);
  return { kind, key, comparator, value };
}

function readAttributeValue(key: string, node: Node): ClauseValue {
  return NUMERIC_KEYS.includes(key) ? readNumericAttribute(key, node) : readTextAttribute(node);
}

/** The number an attribute of numbers is compared with. Errors: 400. */
export function readNumericAttribute(key: string, node: Node): number | bigint {
  if (isNumber(node)) return readNumber(node);
  throw invalidParameter(
    `Expected numeric value type for numeric attribute: ${key}. Found ${node.text}`,
  );
}

/** The text an attribute is compared with, where no list is allowed. Errors: 400. */
export function readTextAttribute(node: Node): string {
  if (isTextNode(node)) return readQuoted(node);
  throw invalidParameter(
    node.kind === "parenthesis"
      ? "Only the 'run_id' attribute supports comparison with a list of quoted string values."
      : `Expected a quoted string value for attributes. Got value ${node.text}`,
  );
}

function checkClause({ kind, key, comparator, value }: WrittenClause): ExperimentClause {
  const valid = validComparators(kind, key);
  if (!valid.includes(comparator)) {
    if (kind === "tag") throw invalidParameter(`Invalid comparator for tag: ${comparator}`);
    throw badComparator(comparator, TEXT_OR_LIST, NUMERIC_KEYS.includes(key) ? "" : "'");
  }
  return { kind, key, comparator: comparator as Comparator, value };
}

function validComparators(kind: string, key: string): readonly string[] {
  if (kind === "tag") return [...TEXT_COMPARATORS, ...NULL_COMPARATORS];
  return NUMERIC_KEYS.includes(key) ? NUMERIC_COMPARATORS : TEXT_COMPARATORS;
}
