/**
 * What the real MLflow answered and wrote, when the folder with it is beside the checkout (or named
 * by SOVEREIGN_CONFORMANCE). Nothing of it is in the repository; without it such tests skip.
 */
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";

const CONFORMANCE =
  process.env.SOVEREIGN_CONFORMANCE ?? resolve(import.meta.dirname, "../../../shared/conformance");

/** `replay/`, `sample-3.11.1/mlflow.db` and so on are in here. */
export const recordedFolder = join(CONFORMANCE, "mlflow");
export const hasRecorded = existsSync(recordedFolder);
