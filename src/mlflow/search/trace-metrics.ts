/**
 * The grammar of `traces/metrics` filters: one clause `trace.status = 'OK'`, `span.type = 'LLM'`,
 * `trace.tag.env = 'prod'` or `assessment.name = 'x'` each (SearchTraceMetricsUtils).
 */
import { invalidParameter } from "../wire/error.ts";
import { pythonRepr } from "../wire/python-text.ts";
import { readTextOf, trimBackticks, trimKey } from "./identifier.ts";
import { type ClauseParts, readClauses } from "./statement.ts";

/** `view.entity[.key] = value`. */
export interface TraceMetricClause {
  readonly view: "trace" | "span" | "assessment";
  readonly entity: string;
  readonly key: string | null;
  readonly value: string;
}

// Whether an entity of a view needs a key behind it.
const ENTITIES: Record<TraceMetricClause["view"], Readonly<Record<string, boolean>>> = {
  trace: { status: false, tag: true, metadata: true },
  span: { name: false, status: false, type: false },
  assessment: { name: false, type: false },
};
const VIEWS = ["trace", "span", "assessment"] as const;

/** The one clause of a metrics filter. Errors: 400 in MLflow's words. */
export function parseTraceMetricFilter(filter: string): TraceMetricClause {
  const style = { quotesRefused: false, timestamps: true, plain: true };
  const [clause, ...more] = readClauses(filter, style, readParts);
  if (clause !== undefined && more.length === 0) return clause;
  throw invalidParameter(`Invalid filter: '${filter}'. Expected one filter clause.`);
}

function readParts({ left, comparator, right }: ClauseParts): TraceMetricClause {
  const target = readTarget(left.text);
  if (comparator !== "=" || right === null) {
    throw invalidParameter(`Invalid comparator: '${comparator}', only '=' operator is supported`);
  }
  if (right.kind !== "string" && right.kind !== "identifier") {
    throw invalidParameter(
      `Expected a quoted string value for ${target.entity} value (e.g. 'my-value'). ` +
        `Got value ${right.text}`,
    );
  }
  return { ...target, value: readTextOf(target.entity, right) };
}

function readTarget(text: string) {
  const [first, entity, ...rest] = text.split(".");
  if (entity === undefined) {
    throw invalidParameter(
      `Invalid identifier ${pythonRepr(text)}. Columns should be specified as ` +
        "'trace.<key>', 'span.<key>', 'assessment.<key>'.",
    );
  }
  const name = trimBackticks(first!);
  const view = VIEWS.find((known) => known === name);
  if (view === undefined) {
    const known = `dict_keys(${pythonRepr(VIEWS)})`;
    throw invalidParameter(`Invalid view type '${name}'. Valid values are ${known}`);
  }
  const needsKey = Object.hasOwn(ENTITIES[view], entity) ? ENTITIES[view][entity] : undefined;
  if (needsKey === undefined) {
    throw invalidParameter(
      `Invalid entity '${entity}' specified for view type '${view}'. ` +
        `Valid entities are ${pythonRepr(Object.keys(ENTITIES[view]))}`,
    );
  }
  const key = rest.length === 0 ? null : rest.join(".");
  if (needsKey && key === null) {
    throw invalidParameter(
      `Filtering by ${entity} requires a key, e.g. '${view}.${entity}.<key> = <value>'`,
    );
  }
  if (!needsKey && key !== null) {
    throw invalidParameter(
      `Filtering by ${entity} does not require a key, use '${view}.${entity}' instead`,
    );
  }
  return { view, entity, key: key ? trimKey(key) : null };
}
