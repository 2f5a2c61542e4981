/** Jobs of the bundle a command line without `--file` would use, and the runs there were. */
import type { Candidate } from "./complete.ts";
import { openCompletionStore, readPlaceConfig, type ValuePlace } from "./place.ts";

/** Empty when the bundle cannot be read: completion never complains. */
export async function readJobNames(place: ValuePlace): Promise<Candidate[]> {
  const [{ bundledPipeline, checkBundle }, { findBundle }] = await Promise.all([
    import("../../run/index.ts"),
    import("../run/bundle-flags.ts"),
  ]);
  const { projectRoot } = readPlaceConfig(place);
  const { bundle } = await checkBundle(findBundle([place.cwd, projectRoot]) ?? bundledPipeline());
  return (bundle?.jobs ?? []).map((job) => ({ word: job.key, text: `${job.tasks.length} tasks` }));
}

/** Numbers of the newest runs. */
export async function readRunNumbers(place: ValuePlace): Promise<Candidate[]> {
  const { listRuns } = await import("../../run/index.ts");
  const { store } = openCompletionStore(place);
  try {
    return listRuns(store, { limit: 20 }).map((run) => ({
      word: String(run.runId),
      text: `${run.job}: ${run.status}`,
    }));
  } finally {
    store.close();
  }
}
