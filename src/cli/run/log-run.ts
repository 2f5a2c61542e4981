/** Logs a finished run of a job to the project's tracking database. A failure is only a warning. */
import type { LoggedJob } from "../../run/index.ts";
import type { CommandContext } from "../context.ts";

/** What is logged beside what the metadata store has of the run. */
export type RunFacts = Omit<LoggedJob, "record">;

/** Logs the run; notes nothing when it went well. */
export async function logRun(facts: RunFacts, context: CommandContext): Promise<void> {
  const { getRun, logToMlflow } = await import("../../run/index.ts");
  const { config, io } = context;
  try {
    const record = getRun(await context.store(), facts.outcome.runId);
    if (record === null) return;
    const { home, projectRoot } = config;
    const place = { home, projectFolder: projectRoot, clock: io.clock, env: io.env };
    await logToMlflow({ ...facts, record }, place);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    await context.warn(`the run is not in the tracking database: ${reason}`);
  }
}
