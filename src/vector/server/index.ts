/** The REST API of Databricks Vector Search over collections; apart, so that commands stay light. */
export {
  type RunningVectorServer,
  startVectorServer,
  type VectorServerOptions,
} from "./server.ts";
