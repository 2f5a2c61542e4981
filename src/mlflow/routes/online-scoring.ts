/**
 * What new traces scorers are meant for: `/scorers/online-config(s)` of version 3.0. The settings
 * are kept for MLflow's own server, which runs such scorers; this one does not.
 */
import { type ExactJson, isJsonObject, JsonNumber } from "../../core/json/index.ts";
import { parseTraceFilter } from "../search/traces.ts";
import { listOnlineConfigs, type OnlineConfig, putOnlineConfig } from "../store/online-scoring.ts";
import { type Check, isArray, isString, itemsAreStrings, required } from "../wire/checks.ts";
import { invalidParameter } from "../wire/error.ts";
import { listOf, readDouble } from "../wire/fields.ts";
import { namePythonType, printPythonFloat } from "../wire/python-json.ts";
import { type PythonValue, pythonRepr } from "../wire/python-text.ts";
import { apiRoute, type Route } from "./route.ts";

const version = "3.0" as const;
const given = [required, isString];
const MAX_IDS = 10_000;

/** `isString` in the words that this one field has. */
const isTextOrNone: Check = {
  isTypeCheck: true,
  passes: (value) => {
    if (value === null || typeof value === "string") return true;
    const isFloat = value instanceof JsonNumber;
    const text = isFloat ? printPythonFloat(value.toNumber()) : pythonRepr(toPython(value));
    const shown = `Invalid value ${text} for parameter 'filter_string' supplied`;
    const type = `Value was of type '${namePythonType(value)}'. Expected type 'str' or None.`;
    throw invalidParameter(`${shown}: ${type}`);
  },
};

export const onlineScoringRoutes: readonly Route[] = [
  apiRoute({
    method: "GET",
    path: "/scorers/online-configs",
    version,
    fields: { scorer_ids: listOf("string") },
    checks: { scorer_ids: [required, isArray, itemsAreStrings] },
    handle: ({ context: { database }, message: { scorer_ids = [] } }) => {
      if (scorer_ids.length > MAX_IDS) {
        throw invalidParameter(`scorer_ids must hold at most ${MAX_IDS} ids.`);
      }
      return { configs: listOnlineConfigs(database, scorer_ids).map(wireConfig) };
    },
  }),
  apiRoute({
    method: "PUT",
    path: "/scorers/online-config",
    version,
    fields: {
      experiment_id: "string",
      name: "string",
      sample_rate: "any",
      filter_string: "string",
    },
    checks: {
      experiment_id: given,
      name: given,
      sample_rate: [required],
      filter_string: [isTextOrNone],
    },
    handle: ({ context: { database }, message }) => {
      const { experiment_id: experimentId = "", name = "", filter_string: filter = null } = message;
      const sampleRate = readRate(message.sample_rate ?? null);
      if (filter) parseTraceFilter(filter);
      const wanted = { experimentId, name, sampleRate, filter };
      return { config: wireConfig(database.transaction(() => putOnlineConfig(database, wanted))) };
    },
  }),
];

/** Whatever Python's `float()` takes, of the unit interval. */
function readRate(value: ExactJson): number {
  let rate: number;
  try {
    rate = value === "nan" ? Number.NaN : readDouble(value);
  } catch {
    throw invalidParameter(`sample_rate must be a number, got ${namePythonType(value)}`);
  }
  if (rate >= 0 && rate <= 1) return rate;
  const shown = Number.isNaN(rate) ? "nan" : printPythonFloat(rate);
  throw invalidParameter(`sample_rate must be between 0.0 and 1.0, got ${shown}`);
}

function toPython(value: ExactJson): PythonValue {
  if (value instanceof JsonNumber) return value.toNumber();
  if (Array.isArray(value)) return value.map(toPython);
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, toPython(item)]));
}

function wireConfig(config: OnlineConfig) {
  return {
    online_scoring_config_id: config.configId,
    scorer_id: config.scorerId,
    sample_rate: config.sampleRate,
    experiment_id: config.experimentId,
    filter_string: config.filter ?? undefined,
  };
}
