/** The MLflow-compatible tracking server, its store and its client. Read `README.md` first. */
export { MlflowError, type WireErrorCode } from "./wire/error.ts";
