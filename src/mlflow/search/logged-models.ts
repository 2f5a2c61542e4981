/**
 * The grammar of logged models: `metrics.acc > 0.5 AND params.lr = '0.1' AND name LIKE 'net%'`
 * (mlflow/utils/search_logged_model_utils.py). Apart from the others: entities are plural, texts
 * may stand without quotes, comparators must be in upper case, and order_by is a list of objects.
 */
import { invalidParameter } from "../wire/error.ts";
import { pythonRepr, pythonTuple } from "../wire/python-text.ts";
import {
  type Clause,
  type ClauseValue,
  type Comparator,
  LIST_COMPARATORS,
  NUMERIC_COMPARATORS,
} from "./ast.ts";
import { checkListUse } from "./identifier.ts";
import { readTuple } from "./python-literal.ts";
import { type ClauseParts, readLooseClauses } from "./statement.ts";

export type LoggedModelClauseKind = "attributes" | "metrics" | "params" | "tags";
export type LoggedModelClause = Clause<LoggedModelClauseKind>;

/** One order_by object of the wire. */
export interface LoggedModelOrder {
  readonly field_name?: string;
  readonly ascending?: boolean;
  readonly dataset_name?: string;
  readonly dataset_digest?: string;
}

/** One term to order by; `dataset` narrows a metric. */
export interface LoggedModelOrderTerm {
  readonly kind: "attributes" | "metrics";
  readonly key: string;
  readonly ascending: boolean;
  readonly datasetName: string | null;
  readonly datasetDigest: string | null;
}

const KINDS: readonly LoggedModelClauseKind[] = ["attributes", "metrics", "params", "tags"];
const ALIASES = new Map([
  ["creation_time", "creation_timestamp_ms"],
  ["creation_timestamp", "creation_timestamp_ms"],
  ["last_updated_timestamp", "last_updated_timestamp_ms"],
]);
const NUMERIC_KEYS = ["creation_timestamp_ms", "last_updated_timestamp_ms"];
const COLUMNS = [
  ..."model_id experiment_id name artifact_location status lifecycle_stage".split(" "),
  ..."model_type source_run_id status_message".split(" "),
  ...NUMERIC_KEYS,
];
const TEXTS_OR_LIST = ["=", "!=", "LIKE", "ILIKE", ...LIST_COMPARATORS];

/** The clauses of a filter for logged models. Errors: 400, in MLflow's words where it has any. */
export function parseLoggedModelFilter(filter: string | null | undefined): LoggedModelClause[] {
  return readLooseClauses(filter, readClause).map(checkClause);
}

/** The terms of an order_by list for logged models. Errors: 400. */
export function parseLoggedModelOrder(
  orderBy: readonly LoggedModelOrder[],
): LoggedModelOrderTerm[] {
  return orderBy.map((order) => {
    const name = order.field_name ?? "";
    const dot = name.indexOf(".");
    const common = {
      ascending: order.ascending ?? true,
      datasetName: order.dataset_name || null,
      datasetDigest: order.dataset_digest || null,
    };
    if (dot < 0) {
      const key = ALIASES.get(name) ?? name;
      if (COLUMNS.includes(key)) return { kind: "attributes", key, ...common };
      throw invalidParameter(`Invalid order by field name: ${name}`);
    }
    if (name.slice(0, dot) === "metrics") {
      return { kind: "metrics", key: name.slice(dot + 1), ...common };
    }
    throw invalidParameter(`Invalid order by field name: ${name}. Only metrics are supported.`);
  });
}

function readClause({ left, comparator, right }: ClauseParts): LoggedModelClause {
  const { kind, key: written } = readEntity(left.text);
  const key = kind === "attributes" ? (ALIASES.get(written) ?? written) : written;
  const isNumeric = kind === "metrics" || (kind === "attributes" && NUMERIC_KEYS.includes(key));
  const valid = isNumeric ? NUMERIC_COMPARATORS : TEXTS_OR_LIST;
  if (!valid.includes(comparator)) {
    throw invalidParameter(
      `Invalid comparison operator for ${kind}.${written}: ${pythonRepr(comparator)}. ` +
        `Expected one of ${pythonTuple(TEXTS_OR_LIST)}.`,
    );
  }
  const text = right?.text ?? "";
  const isList = right?.kind === "parenthesis";
  const value = isNumeric ? readFloat(text) : isList ? readList(text) : stripQuotes(text);
  return { kind, key, comparator: comparator as Comparator, value };
}

// What MLflow finds out from its database, and answers 500 for.
function checkClause(clause: LoggedModelClause): LoggedModelClause {
  const { kind, key, comparator, value } = clause;
  checkListUse(comparator, value);
  if (kind === "attributes" && !COLUMNS.includes(key)) {
    throw invalidParameter(`Invalid attribute key ${pythonRepr(key)} for logged models.`);
  }
  return clause;
}

function readEntity(text: string): { kind: LoggedModelClauseKind; key: string } {
  const [, entity, key] = /^([a-z]+)\.(.+)\n?$/.exec(text) ?? [];
  if (entity === undefined || key === undefined) {
    return { kind: "attributes", key: stripBackticks(ALIASES.get(text) ?? text) };
  }
  const kind = KINDS.find((known) => known === entity);
  if (kind !== undefined) return { kind, key: stripBackticks(key) };
  throw invalidParameter(
    `Invalid entity type: ${pythonRepr(entity)}. Expected one of ${pythonRepr(KINDS)}.`,
  );
}

// A number as Python's float() reads it.
function readFloat(text: string): number {
  if (/^[-+]?nan$/i.test(text)) return Number.NaN;
  const infinite = /^([-+]?)inf(inity)?$/i.exec(text);
  if (infinite !== null) return infinite[1] === "-" ? -Infinity : Infinity;
  if (/^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(text)) return Number(text);
  throw invalidParameter(`Expected a number. Got value ${text}`);
}

function readList(text: string): ClauseValue {
  return readTuple(text).map(String);
}

function stripBackticks(text: string): string {
  return text.replace(/^`+/, "").replace(/`+$/, "");
}

function stripQuotes(text: string): string {
  return text.replace(/^'+/, "").replace(/'+$/, "");
}
