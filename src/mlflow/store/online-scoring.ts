/** How often scorers are to score new traces, and which: `online_scoring_configs`. */
import { newHexId } from "../../core/ids.ts";
import type { Database } from "../../core/store/index.ts";
import { invalidParameter } from "../wire/error.ts";
import { getJudge, getScorer } from "./scorers.ts";

export interface OnlineConfig {
  readonly configId: string;
  readonly scorerId: string;
  readonly experimentId: string;
  /** Of the unit interval. */
  readonly sampleRate: number;
  /** Of trace searches; null for every trace. */
  readonly filter: string | null;
}

/** The settings of those scorers that have some. */
export function listOnlineConfigs(
  database: Database,
  scorerIds: readonly string[],
): OnlineConfig[] {
  return database.all<OnlineConfig>(
    `SELECT online_scoring_config_id AS configId, scorer_id AS scorerId,
            CAST(experiment_id AS TEXT) AS experimentId, sample_rate AS sampleRate,
            filter_string AS filter
       FROM online_scoring_configs WHERE scorer_id IN (SELECT value FROM json_each(?))
      ORDER BY rowid`,
    [JSON.stringify(scorerIds)],
  );
}

/** Sets how a scorer scores new traces; with a rate above zero its judge must be a gateway's. */
export function putOnlineConfig(
  database: Database,
  wanted: { experimentId: string; name: string; sampleRate: number; filter: string | null },
): OnlineConfig {
  const { experimentId, name, sampleRate, filter } = wanted;
  const scorer = getScorer(database, experimentId, name, null);
  if (sampleRate > 0) requireAutomatic(name, scorer.serialized);
  database.run("DELETE FROM online_scoring_configs WHERE scorer_id = ?", [scorer.scorerId]);
  database.run(
    `INSERT INTO online_scoring_configs (online_scoring_config_id, scorer_id, sample_rate,
       experiment_id, filter_string) VALUES (?, ?, ?, ?, ?)`,
    [newHexId(), scorer.scorerId, sampleRate, scorer.experimentId, filter],
  );
  return listOnlineConfigs(database, [scorer.scorerId])[0] as OnlineConfig;
}

function requireAutomatic(name: string, serialized: string): void {
  const { model, instructions } = getJudge(serialized);
  if (model === null || !/^gateway:\/+./s.test(model)) {
    throw invalidParameter(
      `Scorer '${name}' does not use a gateway model. Automatic evaluation is only supported for scorers that use gateway models.`,
    );
  }
  if (instructions === null || !/\{\{\s*expectations\s*\}\}/.test(instructions)) return;
  throw invalidParameter(
    `Scorer '${name}' requires expectations, but scorers with expectations are not currently supported for automatic evaluation.`,
  );
}
