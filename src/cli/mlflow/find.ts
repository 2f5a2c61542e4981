/** Experiments by name or id; runs by id, by a beginning of it that is unique, or by name. */
import { SovereignError } from "../../core/errors.ts";
import { suggestName } from "../../core/suggest.ts";
import type { ExperimentEntity, MlflowClient, RunEntity } from "../../mlflow/index.ts";

/** The experiment that `word` names, deleted ones included. RESOURCE_DOES_NOT_EXIST when none. */
export async function findExperiment(
  client: MlflowClient,
  word: string,
): Promise<ExperimentEntity> {
  const byName = () => orNull(client.experiments.getByName(word));
  const byId = () => orNull(client.experiments.get(word));
  // Ids are digits everywhere; a name of digits is found when there is no such id.
  const found = /^\d+$/.test(word) ? ((await byId()) ?? (await byName())) : await byName();
  if (found !== null) return found;
  const names = (await allExperiments(client)).map(({ name }) => name);
  const near = suggestName(word, names);
  throw new SovereignError("RESOURCE_DOES_NOT_EXIST", `there is no experiment \`${word}\``, {
    hint:
      near === null
        ? "`sovereign mlflow experiments list` shows them"
        : `did you mean \`${near}\`?`,
  });
}

/** Ids of the experiments that words name, of all when there are none. */
export async function experimentIds(
  client: MlflowClient,
  words: readonly string[],
): Promise<string[]> {
  const experiments =
    words.length === 0
      ? await allExperiments(client)
      : await Promise.all(words.map((word) => findExperiment(client, word)));
  return experiments.map(({ experimentId }) => experimentId);
}

/** Every experiment, deleted ones included. */
export async function allExperiments(client: MlflowClient): Promise<ExperimentEntity[]> {
  const found: ExperimentEntity[] = [];
  let pageToken: string | null = null;
  do {
    const page = await client.experiments.search({
      viewType: "ALL",
      ...(pageToken === null ? {} : { pageToken }),
    });
    found.push(...page.items);
    pageToken = page.nextPageToken;
  } while (pageToken !== null);
  return found;
}

/**
 * The run that `word` names, deleted ones included. RESOURCE_DOES_NOT_EXIST when there is none,
 * INVALID_PARAMETER_VALUE when there are several.
 */
export async function findRun(client: MlflowClient, word: string): Promise<RunEntity> {
  if (/^[0-9a-f]{32}$/.test(word)) {
    const run = await orNull(client.runs.get(word));
    if (run !== null) return run;
  }
  const everywhere = await experimentIds(client, []);
  const search = async (filter: string) =>
    (await client.runs.search(everywhere, { filter, viewType: "ALL", maxResults: 6 })).items;
  const byId = /^[0-9a-f]{1,31}$/.test(word)
    ? await search(`attributes.run_id LIKE '${word}%'`)
    : [];
  const found = byId.length > 0 ? byId : await search(`attributes.run_name = ${quote(word)}`);
  const [run, ...others] = found;
  if (run === undefined) throw noRun(word);
  if (others.length === 0) return run;
  const list = found.map(({ runId, name }) => `${runId} (${name})`).join(", ");
  throw new SovereignError("INVALID_PARAMETER_VALUE", `several runs are called \`${word}\``, {
    hint: `name one by its id: ${list}`,
    details: { run_ids: found.map(({ runId }) => runId) },
  });
}

/** A text in MLflow's filter language, which has no escapes. */
function quote(text: string): string {
  if (!text.includes("'")) return `'${text}'`;
  if (!text.includes('"')) return `"${text}"`;
  throw noRun(text);
}

function noRun(word: string): SovereignError {
  return new SovereignError("RESOURCE_DOES_NOT_EXIST", `there is no run \`${word}\``, {
    hint: "`sovereign mlflow runs list` shows them; give an id, its beginning, or a name",
  });
}

async function orNull<T>(answer: Promise<T>): Promise<T | null> {
  try {
    return await answer;
  } catch (error) {
    const isMissing = error instanceof SovereignError && error.code === "RESOURCE_DOES_NOT_EXIST";
    if (isMissing) return null;
    throw error;
  }
}
