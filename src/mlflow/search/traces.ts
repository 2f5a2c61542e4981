/**
 * The grammar of traces: `status = 'OK' AND tags.env = 'prod' AND metadata.x IS NULL AND
 * span.name LIKE '%llm%' AND feedback.correct = 'true' AND timestamp > 5` (SearchTraceUtils).
 * Some keys stand for others, whatever is before the dot: `name` for the tag `mlflow.traceName`,
 * `run_id` for metadata, `prompt` for a tag that means a link, `text` for the spans' content.
 */
import { invalidParameter } from "../wire/error.ts";
import { pythonRepr, pythonSet } from "../wire/python-text.ts";
import {
  type Clause,
  type ClauseValue,
  type Comparator,
  NULL_COMPARATORS,
  NUMERIC_COMPARATORS,
  type OrderTerm,
} from "./ast.ts";
import {
  badComparator,
  checkListUse,
  isNumber,
  isTextNode,
  readNumber,
  readQuoted,
  readTextOf,
  splitIdentifier,
  trimBackticks,
  trimKey,
  unknownAttribute,
} from "./identifier.ts";
import type { Node } from "./nodes.ts";
import { readOrderText } from "./order-text.ts";
import { readTextList } from "./python-literal.ts";
import { type ClauseParts, readClauses } from "./statement.ts";

export type TraceClauseKind =
  | "attribute"
  | "tag"
  | "request_metadata"
  | "span"
  | "feedback"
  | "expectation"
  | "issue";
export type TraceClause = Clause<TraceClauseKind>;
export type TraceOrderTerm = OrderTerm<"attribute" | "tag" | "request_metadata">;

/** The tag that `prompt` stands for; clauses on it look for links, not for tags. */
export const LINKED_PROMPTS_TAG = "mlflow.linkedPrompts";
/** The metadata key that `run_id` stands for. */
export const SOURCE_RUN_KEY = "mlflow.sourceRun";
/** What `span.attributes.x` has before the name of the attribute. */
export const SPAN_ATTRIBUTE_PREFIX = "attributes.";

const KINDS: readonly TraceClauseKind[] = [
  "attribute",
  "tag",
  "request_metadata",
  "span",
  "feedback",
  "expectation",
  "issue",
];
const KIND_OF = new Map<string, TraceClauseKind>([
  ...KINDS.map((kind) => [kind, kind] as const),
  ["tags", "tag"],
  ["attributes", "attribute"],
  ["trace", "attribute"],
  ["metadata", "request_metadata"],
]);
const NUMERIC_KEYS =
  "timestamp timestamp_ms execution_time execution_time_ms end_time end_time_ms".split(" ");
const ORDER_KEYS = [...NUMERIC_KEYS, "experiment_id", "status", "request_id", "name", "run_id"];
const FILTER_KEYS = [
  ...NUMERIC_KEYS,
  ..."request_id status client_request_id name run_id prompt text".split(" "),
];
const LIST_KEYS = ["name", "status", "request_id", "run_id", "client_request_id"];
const STANDS_FOR = new Map<string, readonly [TraceClauseKind | null, string]>([
  ["name", ["tag", "mlflow.traceName"]],
  ["prompt", ["tag", LINKED_PROMPTS_TAG]],
  ["run_id", ["request_metadata", SOURCE_RUN_KEY]],
  ["text", ["span", "content"]],
  ["timestamp", [null, "timestamp_ms"]],
  ["execution_time", [null, "execution_time_ms"]],
  ["end_time", [null, "end_time_ms"]],
]);
const TEXTS = ["!=", "=", "LIKE", "ILIKE", "RLIKE"];
const TEXTS_OR_LIST = [...TEXTS, "IN", "NOT IN"];
const TEXTS_OR_NULL = [...TEXTS, ...NULL_COMPARATORS];

/** The clauses of a filter for traces. Errors: 400 in MLflow's words. */
export function parseTraceFilter(filter: string | null | undefined): TraceClause[] {
  const style = { quotesRefused: true, timestamps: true };
  return readClauses(filter, style, readParts).map(replaceKey).map(checkClause);
}

/** The terms of an order_by list for traces. Errors: 400, also for a field named twice. */
export function parseTraceOrder(orderBy: readonly string[]): TraceOrderTerm[] {
  const seen = new Set<string>();
  return orderBy.map((text) => {
    const { name, ascending } = readOrderText(text);
    const { kind, key } = replaceKey(readIdentifier(name.trim(), ORDER_KEYS));
    if (kind !== "attribute" && kind !== "tag" && kind !== "request_metadata") {
      throw invalidParameter(`Invalid identifier type '${kind}'`);
    }
    if (seen.has(`${kind}.${key}`)) {
      throw invalidParameter(`\`order_by\` contains duplicate fields: ${pythonRepr(orderBy)}`);
    }
    seen.add(`${kind}.${key}`);
    return { kind, key, ascending };
  });
}

interface WrittenClause {
  readonly kind: TraceClauseKind;
  readonly key: string;
  readonly comparator: string;
  readonly value: ClauseValue;
}

function readParts({ left, comparator, right }: ClauseParts): WrittenClause {
  const { kind, key } = readIdentifier(left.text, FILTER_KEYS);
  if (right === null) return { kind, key, comparator, value: null };
  const clause = { kind, key, comparator, value: readValue(kind, key, right) };
  // NOTE: the comparator of a span must be in upper case, unlike all others.
  if (kind === "span") checkSpan(clause);
  return clause;
}

function readIdentifier(text: string, validKeys: readonly string[]) {
  const [entity, written] = splitIdentifier(text);
  const kind = entity === null ? "attribute" : KIND_OF.get(trimBackticks(entity));
  if (kind === undefined) {
    throw invalidParameter(
      `Invalid entity type '${trimBackticks(entity ?? "")}'. ` +
        `Valid values are ${pythonSet(KIND_OF.keys())}`,
    );
  }
  const key = trimKey(written);
  if (kind === "attribute" && !validKeys.includes(key)) throw unknownAttribute(key, validKeys);
  return { kind, key };
}

function readValue(kind: TraceClauseKind, key: string, node: Node): ClauseValue {
  if (kind === "attribute") return readAttributeValue(key, node);
  const takesLists = kind === "tag" || kind === "span";
  return takesLists && node.kind === "parenthesis"
    ? readTextList(node.text)
    : readTextOf(kind, node);
}

function readAttributeValue(key: string, node: Node): ClauseValue {
  if (isTextNode(node)) return readQuoted(node);
  if (node.kind === "parenthesis") {
    if (LIST_KEYS.includes(key)) return readTextList(node.text);
    throw invalidParameter(
      `Only attributes in ${pythonSet(LIST_KEYS)} supports comparison ` +
        "with a list of quoted string values.",
    );
  }
  if (!isNumber(node)) {
    throw invalidParameter(
      "Expected a quoted string value or a list of quoted string values for " +
        `attributes. Got value ${node.text}`,
    );
  }
  if (NUMERIC_KEYS.includes(key)) return readNumber(node);
  throw invalidParameter(
    `Only the '${pythonSet(NUMERIC_KEYS)}' attributes support comparison with numeric values.`,
  );
}

function replaceKey<T extends { kind: TraceClauseKind; key: string }>(clause: T): T {
  if (clause.kind === "span") return clause;
  const other = STANDS_FOR.get(clause.key.toLowerCase());
  return other === undefined ? clause : { ...clause, kind: other[0] ?? clause.kind, key: other[1] };
}

function checkClause(written: WrittenClause): TraceClause {
  const clause = { ...written, comparator: written.comparator.toUpperCase() };
  const { kind, key, comparator, value } = clause;
  switch (kind) {
    case "issue":
      checkIssue(clause);
      break;
    case "span":
      checkSpan(clause);
      if (key.startsWith(SPAN_ATTRIBUTE_PREFIX) && typeof value !== "string") {
        throw invalidParameter(`Expected a quoted string value for span.${key}.`);
      }
      break;
    case "feedback":
    case "expectation":
      checkAssessment(clause);
      break;
    case "tag":
      if (!TEXTS_OR_NULL.includes(comparator)) throw badComparator(comparator, TEXTS_OR_NULL);
      if (key === LINKED_PROMPTS_TAG) checkPrompt(comparator, value);
      break;
    case "request_metadata":
      if (!TEXTS_OR_NULL.includes(comparator)) throw badComparator(comparator, TEXTS_OR_NULL, "'");
      break;
    case "attribute":
      checkAttribute(key, comparator);
      break;
  }
  checkListUse(comparator, value);
  return { kind, key, comparator: comparator as Comparator, value };
}

function checkAttribute(key: string, comparator: string): void {
  const isNumeric = NUMERIC_KEYS.includes(key);
  const valid = isNumeric ? NUMERIC_COMPARATORS : TEXTS_OR_LIST;
  if (!valid.includes(comparator)) {
    throw badComparator(comparator, TEXTS_OR_LIST, isNumeric ? "" : "'");
  }
}

function checkIssue({ key, comparator }: WrittenClause): void {
  if (key !== "id") {
    throw invalidParameter(`Invalid issue attribute '${key}'. Supported attributes: id`);
  }
  if (comparator === "=") return;
  throw invalidParameter(`issue.id comparator '${comparator}' not one of '${pythonSet(["="])}'`);
}

function checkSpan({ key, comparator }: WrittenClause): void {
  if (key === SPAN_ATTRIBUTE_PREFIX) {
    throw invalidParameter("Span attribute name cannot be empty after 'attributes.'");
  }
  const isKnown =
    key.startsWith(SPAN_ATTRIBUTE_PREFIX) || ["name", "type", "status", "content"].includes(key);
  if (!isKnown) {
    throw invalidParameter(
      `Invalid span attribute '${key}'. ` +
        "Supported attributes: name, status, type, attributes.<attribute_name>.",
    );
  }
  const valid = key === "content" ? ["LIKE", "ILIKE"] : TEXTS_OR_LIST;
  if (valid.includes(comparator)) return;
  throw invalidParameter(`span.${key} comparator '${comparator}' not one of '${pythonSet(valid)}'`);
}

function checkAssessment({ key, comparator }: WrittenClause): void {
  if (key === "") throw invalidParameter("Assessment field name cannot be empty");
  if (TEXTS_OR_NULL.includes(comparator)) return;
  throw invalidParameter(
    `assessment.${key} comparator '${comparator}' not one of '${pythonSet(TEXTS_OR_NULL)}'`,
  );
}

function checkPrompt(comparator: string, value: ClauseValue): void {
  if (comparator !== "=") {
    throw invalidParameter(
      `Invalid comparator '${comparator}' for prompts filter. ` +
        "Only '=' is supported with format: prompt = \"name/version\"",
    );
  }
  if (typeof value === "string" && value.split("/").length === 2) return;
  throw invalidParameter(
    `Invalid prompts filter value '${String(value)}'. ` +
      'Expected format: prompt = "name/version"',
  );
}
