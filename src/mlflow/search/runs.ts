/**
 * The grammar of runs: `metrics.loss < 0.5 AND params.lr = '0.1' AND tags.a IS NULL AND status =
 * 'FINISHED' AND dataset.name IN ('iris')` (mlflow/utils/search_utils.py, SearchUtils).
 */
import { invalidParameter } from "../wire/error.ts";
import { pythonRepr, pythonSet } from "../wire/python-text.ts";
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
  checkListUse,
  isNumber,
  isTextNode,
  readNumber,
  readQuoted,
  readRunIds,
  readTextOf,
  splitIdentifier,
  trimBackticks,
  trimKey,
  unknownAttribute,
} from "./identifier.ts";
import type { Node } from "./nodes.ts";
import { readOrderText } from "./order-text.ts";
import { type ClauseParts, readClauses } from "./statement.ts";

export type RunClauseKind = "metric" | "parameter" | "tag" | "attribute" | "dataset";
export type RunClause = Clause<RunClauseKind>;
export type RunOrderKind = "metric" | "parameter" | "tag" | "attribute";
export type RunOrderTerm = OrderTerm<RunOrderKind>;

const KINDS: readonly RunClauseKind[] = ["metric", "parameter", "tag", "attribute", "dataset"];
const KIND_OF = new Map<string, RunClauseKind>([
  ...KINDS.map((kind) => [kind, kind] as const),
  ["metrics", "metric"],
  ["parameters", "parameter"],
  ["param", "parameter"],
  ["params", "parameter"],
  ["tags", "tag"],
  ["attr", "attribute"],
  ["attributes", "attribute"],
  ["run", "attribute"],
  ["datasets", "dataset"],
]);
const NUMERIC_KEYS = ["start_time", "end_time", "created", "Created"];
const ORDER_KEYS = [...NUMERIC_KEYS, "artifact_uri", "run_id", "run_name", "status", "user_id"];
const FILTER_KEYS = [...ORDER_KEYS, "run name", "Run name", "Run Name"];
const DATASET_KEYS = ["name", "digest", "context"];
const TEXT_OR_LIST = [...TEXT_COMPARATORS, ...LIST_COMPARATORS];
const TEXT_OR_NULL = [...TEXT_COMPARATORS, ...NULL_COMPARATORS];

/** The clauses of a filter for runs. Errors: 400 in MLflow's words. */
export function parseRunFilter(filter: string | null | undefined): RunClause[] {
  return readClauses(filter, { quotesRefused: true }, readParts).map(checkClause);
}

/** The terms of an order_by list for runs. Errors: 400, also for a field named twice. */
export function parseRunOrder(orderBy: readonly string[]): RunOrderTerm[] {
  const seen = new Set<string>();
  return orderBy.map((text) => {
    const { name, ascending } = readOrderText(text);
    const { kind, key: written } = readIdentifier(name.trim(), ORDER_KEYS);
    const key = resolveAlias(written);
    if (kind === "dataset") throw invalidParameter(`Invalid identifier type '${kind}'`);
    if (seen.has(`${kind}.${key}`)) {
      throw invalidParameter(`\`order_by\` contains duplicate fields: ${pythonRepr(orderBy)}`);
    }
    seen.add(`${kind}.${key}`);
    return { kind, key, ascending };
  });
}

interface WrittenClause {
  readonly kind: RunClauseKind;
  readonly key: string;
  readonly comparator: string;
  readonly value: ClauseValue;
}

function readParts({ left, comparator, right }: ClauseParts): WrittenClause {
  const { kind, key } = readIdentifier(left.text, FILTER_KEYS);
  if (right !== null) return { kind, key, comparator, value: readValue(kind, key, right) };
  if (kind !== "tag" && kind !== "parameter") {
    throw invalidParameter(
      "IS NULL / IS NOT NULL is only supported for tags and params, " +
        `not for '${kind}' '${key}'`,
    );
  }
  return { kind, key, comparator, value: null };
}

function readIdentifier(text: string, validKeys: readonly string[]) {
  const [entity, written] = splitIdentifier(text);
  const kind = entity === null ? "attribute" : KIND_OF.get(trimBackticks(entity));
  if (kind === undefined) {
    throw invalidParameter(
      `Invalid entity type '${trimBackticks(entity ?? "")}'. Valid values are ${pythonRepr(KINDS)}`,
    );
  }
  const key = trimKey(written);
  if (kind === "attribute" && !validKeys.includes(key)) throw unknownAttribute(key, validKeys);
  if (kind === "dataset" && !DATASET_KEYS.includes(key)) {
    throw invalidParameter(
      `Invalid dataset key '${key}' specified. Valid keys are '${pythonSet(DATASET_KEYS)}'`,
    );
  }
  return { kind, key };
}

function readValue(kind: RunClauseKind, key: string, node: Node): ClauseValue {
  switch (kind) {
    case "metric":
      if (isNumber(node)) return Number(node.text);
      throw invalidParameter(`Expected numeric value type for metric. Found ${node.text}`);
    case "parameter":
    case "tag":
      return readTextOf(kind, node);
    case "attribute":
      return readAttributeValue(key, node);
    case "dataset":
      if (isTextNode(node)) return readQuoted(node);
      if (node.kind === "parenthesis") return readRunIds(node);
      throw invalidParameter(
        `Expected a quoted string value for dataset attributes. Got value ${node.text}`,
      );
  }
}

function readAttributeValue(key: string, node: Node): ClauseValue {
  if (NUMERIC_KEYS.includes(key)) {
    if (isNumber(node)) return readNumber(node);
    throw invalidParameter(
      `Expected numeric value type for numeric attribute: ${key}. Found ${node.text}`,
    );
  }
  if (isTextNode(node)) return readQuoted(node);
  if (node.kind !== "parenthesis") {
    throw invalidParameter(`Expected a quoted string value for attributes. Got value ${node.text}`);
  }
  if (key !== "run_id") {
    throw invalidParameter(
      "Only the 'run_id' attribute supports comparison with a list of quoted string values.",
    );
  }
  return readRunIds(node);
}

function checkClause({ kind, key: written, comparator: word, value }: WrittenClause): RunClause {
  const comparator = word.toUpperCase();
  const key = resolveAlias(written);
  const isNumeric = kind === "metric" || (kind === "attribute" && NUMERIC_KEYS.includes(key));
  const valid = isNumeric
    ? NUMERIC_COMPARATORS
    : kind === "parameter" || kind === "tag"
      ? TEXT_OR_NULL
      : TEXT_OR_LIST;
  if (!valid.includes(comparator)) {
    // NOTE: MLflow names the comparators of texts for times too.
    const named = kind === "attribute" ? TEXT_OR_LIST : valid;
    const closes = kind === "parameter" || (kind === "attribute" && !isNumeric);
    throw badComparator(comparator, named, closes ? "'" : "");
  }
  checkListUse(comparator, value);
  return { kind, key, comparator: comparator as Comparator, value };
}

function resolveAlias(key: string): string {
  if (key === "created" || key === "Created") return "start_time";
  return key === "run name" || key === "Run name" || key === "Run Name" ? "run_name" : key;
}
