/**
 * Where reading differs from an expectation, and why. Upstream's and Spark's are met but for the
 * engine's one; a *derived* expectation (a second opinion by a small independent reader) may be
 * wrong itself. Keys: `suite/case`, `suite/case@version` or `spark/case`.
 */
export const KNOWN_DIFFERENCES: Readonly<Record<string, string>> = {
  "spark/variant": "DuckDB 1.5 reads the variant value `null` as SQL NULL (row 2)",
};
