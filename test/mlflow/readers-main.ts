/** Bundled by the readers' test, with the threads beside it: what it needs of the sources. */
export { startWorker } from "../../src/core/privacy/index.ts";
export { startReaders } from "../../src/mlflow/readers.ts";
export { ROUTES } from "../../src/mlflow/routes/index.ts";
