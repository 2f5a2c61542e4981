/** Experiments and runs of the project's own tracking database, read-only. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Candidate } from "./complete.ts";
import { readPlaceConfig, type ValuePlace } from "./place.ts";

const MOST = 100;

/** By name; runs that share one, or have none, by id. Nothing where there is no database. */
export async function readMlflowNames(
  place: ValuePlace,
  source: "mlflow-experiments" | "mlflow-runs",
): Promise<Candidate[]> {
  const path = join(readPlaceConfig(place).home, "mlflow.db");
  if (!existsSync(path)) return [];
  const { listExperimentNames, listRunNames, openTrackingDatabase } = await import(
    "../../mlflow/index.ts"
  );
  const database = openTrackingDatabase(path, { cwd: place.cwd, readOnly: true });
  try {
    if (source === "mlflow-experiments") {
      return listExperimentNames(database, MOST).map(({ name, experimentId }) => ({
        word: name,
        text: `experiment ${experimentId}`,
      }));
    }
    return listRunNames(database, MOST).map(({ runId, name, status, isShared }) =>
      isShared || name === ""
        ? { word: runId, text: `${name} ${status}`.trim() }
        : { word: name, text: status },
    );
  } finally {
    database.close();
  }
}
