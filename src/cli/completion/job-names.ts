/** Jobs of the bundle a command line without `--file` would use. */
import { loadConfig } from "../../core/config/index.ts";
import type { Io } from "../io.ts";
import { findBundle } from "../run/bundle-flags.ts";
import type { Candidate } from "./complete.ts";

/** Empty when the bundle cannot be read: completion never complains. */
export async function readJobNames(io: Io): Promise<Candidate[]> {
  const { bundledPipeline, checkBundle } = await import("../../run/index.ts");
  const { projectRoot } = loadConfig({ cwd: io.cwd, env: io.env });
  const { bundle } = await checkBundle(findBundle([io.cwd, projectRoot]) ?? bundledPipeline());
  return (bundle?.jobs ?? []).map((job) => ({ word: job.key, text: `${job.tasks.length} tasks` }));
}
