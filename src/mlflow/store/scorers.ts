/**
 * Scorers registered with an experiment (`scorers`, `scorer_versions`). A scorer whose judge is a
 * gateway endpoint is stored with the endpoint's id and shown with its name.
 */
import { newUuid } from "../../core/ids.ts";
import { type ExactJson, isJsonObject } from "../../core/json/index.ts";
import type { Database } from "../../core/store/index.ts";
import { doesNotExist, invalidParameter, type MlflowError } from "../wire/error.ts";
import { dumpJson } from "../wire/python-dump.ts";
import { namePythonType, parseBody } from "../wire/python-json.ts";
import { getExperiment, requireActive } from "./experiments.ts";

export interface ScorerVersion {
  experimentId: number;
  scorerId: string;
  name: string;
  version: number;
  serialized: string;
  creationTime: number | null;
}

type JsonObject = { readonly [key: string]: ExactJson };

const SELECT_VERSIONS = `SELECT s.experiment_id AS experimentId, s.scorer_id AS scorerId,
    s.scorer_name AS name, v.scorer_version AS version, v.serialized_scorer AS serialized,
    v.creation_time AS creationTime
  FROM scorers s JOIN scorer_versions v ON v.scorer_id = s.scorer_id`;
/** The keys under which the kinds of judges keep their model. */
const JUDGES = ["instructions_judge_pydantic_data", "builtin_scorer_pydantic_data"];
const NESTED_JUDGE = "memory_augmented_judge_data";

/** Adds the next version of a scorer, making the scorer with its first. */
export function registerScorer(
  database: Database,
  fresh: { experimentId: string; name: string; serialized: string },
  nowMs: number,
): ScorerVersion {
  const { name } = fresh;
  if (name.trim() === "") {
    throw invalidParameter("Scorer name cannot be empty or contain only whitespace.");
  }
  const experimentId = requireExperiment(database, fresh.experimentId);
  const { serialized, endpointId } = referToEndpoint(database, fresh.serialized);
  const old = findScorer(database, experimentId, name);
  const scorerId = old ?? newUuid();
  if (old === null) {
    database.run("INSERT INTO scorers (experiment_id, scorer_name, scorer_id) VALUES (?, ?, ?)", [
      experimentId,
      name,
      scorerId,
    ]);
  }
  database.run(
    `INSERT INTO scorer_versions (scorer_id, scorer_version, serialized_scorer, creation_time)
     SELECT ?, COALESCE(MAX(scorer_version), 0) + 1, ?, ? FROM scorer_versions
      WHERE scorer_id = ?`,
    [scorerId, serialized, nowMs, scorerId],
  );
  if (endpointId !== null) bindEndpoint(database, { endpointId, scorerId, name }, nowMs);
  return getScorer(database, fresh.experimentId, name, null);
}

/** The newest version of every scorer of an experiment, by name. */
export function listScorers(database: Database, experimentId: string): ScorerVersion[] {
  const id = requireExperiment(database, experimentId);
  const rows = database.all<ScorerVersion>(
    `${SELECT_VERSIONS} WHERE s.experiment_id = ? AND v.scorer_version =
       (SELECT MAX(scorer_version) FROM scorer_versions WHERE scorer_id = s.scorer_id)
      ORDER BY s.scorer_name`,
    [id],
  );
  return rows.map((row) => reprint(showEndpoint(database, row)));
}

/** Every version of a scorer, oldest first. */
export function listScorerVersions(
  database: Database,
  experimentId: string,
  name: string,
): ScorerVersion[] {
  const id = requireExperiment(database, experimentId);
  const scorerId = findScorer(database, id, name);
  if (scorerId === null) throw notFound(experimentId, name);
  const rows = database.all<ScorerVersion>(
    `${SELECT_VERSIONS} WHERE s.scorer_id = ? ORDER BY v.scorer_version`,
    [scorerId],
  );
  if (rows.length === 0) throw notFound(experimentId, name);
  return rows.map((row) => reprint(showEndpoint(database, row)));
}

/** One version of a scorer, the newest for null. */
export function getScorer(
  database: Database,
  experimentId: string,
  name: string,
  version: number | null,
): ScorerVersion {
  const id = requireExperiment(database, experimentId);
  const scorerId = findScorer(database, id, name);
  if (scorerId === null) throw notFound(experimentId, name);
  const row = database.get<ScorerVersion>(
    `${SELECT_VERSIONS} WHERE s.scorer_id = ? AND (? IS NULL OR v.scorer_version = ?)
      ORDER BY v.scorer_version DESC LIMIT 1`,
    [scorerId, version, version],
  );
  if (row === null) throw notFound(experimentId, name, version);
  return showEndpoint(database, row);
}

/** Deletes one version, or for null the scorer with all of them. */
export function deleteScorer(
  database: Database,
  experimentId: string,
  name: string,
  version: number | null,
): void {
  const id = requireExperiment(database, experimentId);
  const scorerId = findScorer(database, id, name);
  if (scorerId === null) throw notFound(experimentId, name);
  const { changes } = database.run(
    "DELETE FROM scorer_versions WHERE scorer_id = ? AND (? IS NULL OR scorer_version = ?)",
    [scorerId, version, version],
  );
  if (changes === 0) throw notFound(experimentId, name, version);
  if (version !== null) return;
  unbindEndpoints(database, scorerId);
  database.run("DELETE FROM scorers WHERE scorer_id = ?", [scorerId]);
}

/** The model of a scorer's judge and what it is told; null for what the scorer has not. */
export function getJudge(serialized: string): {
  model: string | null;
  instructions: string | null;
} {
  const scorer = parseBody(serialized, true);
  if (!isJsonObject(scorer)) return { model: null, instructions: null };
  const model = findModel(scorer);
  const judge = scorer.instructions_judge_pydantic_data;
  const instructions = isJsonObject(judge) ? judge.instructions : null;
  return {
    model: typeof model === "string" ? model : null,
    instructions: typeof instructions === "string" ? instructions : null,
  };
}

function requireExperiment(database: Database, experimentId: string): string {
  const experiment = getExperiment(database, experimentId, "ALL");
  requireActive(experiment);
  return experiment.experimentId;
}

function findScorer(database: Database, experimentId: string, name: string): string | null {
  const row = database.get<{ scorerId: string }>(
    "SELECT scorer_id AS scorerId FROM scorers WHERE experiment_id = ? AND scorer_name = ?",
    [experimentId, name],
  );
  return row?.scorerId ?? null;
}

function notFound(experimentId: string, name: string, version: number | null = null): MlflowError {
  const which = version === null ? "" : ` and version ${version}`;
  return doesNotExist(
    `Scorer with name '${name}'${which} not found for experiment ${experimentId}.`,
  );
}

/** Puts the id of an endpoint in the place of its name. */
function referToEndpoint(database: Database, text: string) {
  const scorer = parseBody(text, true);
  if (!isJsonObject(scorer)) throw invalidParameter("The serialized scorer is no JSON object.");
  const model = findModel(scorer);
  if (model === null) return { serialized: text, endpointId: null };
  if (typeof model !== "string") {
    throw invalidParameter(`Scorer model must be a string, got ${namePythonType(model)}.`);
  }
  if (model.trim() === "") {
    throw invalidParameter("Scorer model cannot be empty or contain only whitespace.");
  }
  const name = readEndpoint(model);
  if (name === null) return { serialized: text, endpointId: null };
  const endpointId = database.get<{ id: string }>(
    "SELECT endpoint_id AS id FROM endpoints WHERE workspace = 'default' AND name = ?",
    [name],
  )?.id;
  if (endpointId === undefined) throw doesNotExist(`GatewayEndpoint not found (name='${name}')`);
  return { serialized: dumpJson(withModel(scorer, `gateway:/${endpointId}`)), endpointId };
}

function showEndpoint(database: Database, version: ScorerVersion): ScorerVersion {
  if (!version.serialized.includes("gateway:/")) return version;
  const scorer = parseBody(version.serialized, true);
  const model = isJsonObject(scorer) ? findModel(scorer) : null;
  const id = typeof model === "string" ? readEndpoint(model) : null;
  if (id === null || !isJsonObject(scorer)) return version;
  const name = database.get<{ name: string | null }>(
    "SELECT name FROM endpoints WHERE endpoint_id = ?",
    [id],
  )?.name;
  // MLflow takes the model out of a list's scorer whose endpoint is gone.
  const shown = name === undefined || name === null ? null : `gateway:/${name}`;
  return { ...version, serialized: dumpJson(withModel(scorer, shown)) };
}

/** Lists show the JSON as Python prints it anew; a single scorer is shown as it was given. */
function reprint(version: ScorerVersion): ScorerVersion {
  const scorer = parseBody(version.serialized, true);
  return scorer === undefined ? version : { ...version, serialized: dumpJson(scorer) };
}

function readEndpoint(model: string): string | null {
  return /^gateway:\/+(.+)$/s.exec(model)?.[1] ?? null;
}

function findModel(scorer: JsonObject): ExactJson {
  for (const key of JUDGES) {
    const judge = scorer[key];
    if (isJsonObject(judge)) return judge.model ?? null;
  }
  const nested = scorer[NESTED_JUDGE];
  const base = isJsonObject(nested) ? nested.base_judge : undefined;
  return isJsonObject(base) ? findModel(base) : null;
}

function withModel(scorer: JsonObject, model: string | null): { [key: string]: ExactJson } {
  const key = JUDGES.find((name) => isJsonObject(scorer[name]));
  if (key !== undefined) return { ...scorer, [key]: { ...(scorer[key] as JsonObject), model } };
  const nested = scorer[NESTED_JUDGE] as JsonObject;
  const base = withModel(nested.base_judge as JsonObject, model);
  return { ...scorer, [NESTED_JUDGE]: { ...nested, base_judge: base } };
}

function bindEndpoint(
  database: Database,
  binding: { endpointId: string; scorerId: string; name: string },
  nowMs: number,
): void {
  unbindEndpoints(database, binding.scorerId);
  database.run(
    `INSERT INTO endpoint_bindings (endpoint_id, resource_type, resource_id, display_name,
       created_at, last_updated_at) VALUES (?, 'scorer', ?, ?, ?, ?)`,
    [binding.endpointId, binding.scorerId, binding.name, nowMs, nowMs],
  );
}

function unbindEndpoints(database: Database, scorerId: string): void {
  database.run("DELETE FROM endpoint_bindings WHERE resource_type = 'scorer' AND resource_id = ?", [
    scorerId,
  ]);
}
