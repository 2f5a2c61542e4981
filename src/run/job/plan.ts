/** What a run will do, worked out and checked before it does any of it. */
import { SovereignError } from "../../core/errors.ts";
import { suggestName } from "../../core/suggest.ts";
import type { Bundle } from "../bundle/load.ts";
import { loadScripts, type TaskScript } from "../bundle/scripts.ts";
import type { BundleJob } from "./types.ts";

/** A job with everything it needs to run. */
export interface JobPlan {
  /** Its tasks stand in the order they run. */
  job: BundleJob;
  /** Values of the job's parameters, the given ones over the defaults. */
  parameters: Readonly<Record<string, string>>;
  /** By task key. */
  scripts: ReadonlyMap<string, TaskScript>;
}

/**
 * Checks a job's name, its parameters and its SQL files, and runs nothing. The same errors as
 * `runJob` before its first task.
 */
export async function planJob(
  bundle: Bundle,
  jobKey: string,
  parameters: Readonly<Record<string, string>> = {},
): Promise<JobPlan> {
  const job = findJob(bundle, jobKey);
  const chosen = chooseParameters(job, parameters);
  return { job, parameters: chosen, scripts: await loadScripts(bundle, job) };
}

/** The job of that key; RESOURCE_DOES_NOT_EXIST with a suggestion otherwise. */
export function findJob(bundle: Bundle, key: string): BundleJob {
  const job = bundle.jobs.find((candidate) => candidate.key === key);
  if (job !== undefined) return job;
  const keys = bundle.jobs.map((candidate) => candidate.key);
  const near = suggestName(key, keys);
  throw new SovereignError("RESOURCE_DOES_NOT_EXIST", `no job \`${key}\` in \`${bundle.path}\``, {
    hint: near === null ? `jobs: ${keys.join(", ") || "none"}` : `did you mean \`${near}\`?`,
  });
}

function chooseParameters(
  job: BundleJob,
  given: Readonly<Record<string, string>>,
): Record<string, string> {
  for (const name of Object.keys(given)) {
    if (job.parameters.has(name)) continue;
    const near = suggestName(name, job.parameters.keys());
    const known = [...job.parameters.keys()].join(", ") || "none";
    throw new SovereignError(
      "INVALID_PARAMETER_VALUE",
      `job \`${job.key}\` has no parameter \`${name}\``,
      { hint: near === null ? `parameters: ${known}` : `did you mean \`${near}\`?` },
    );
  }
  return { ...Object.fromEntries(job.parameters), ...given };
}
