/**
 * Where reading differs from an expectation, and why. Upstream's and Spark's are all met; a
 * *derived* expectation (a second opinion by a small independent reader) may be wrong itself.
 * Keys: `suite/case`, `suite/case@version` or `spark/case`.
 */
export const KNOWN_DIFFERENCES: Readonly<Record<string, string>> = {};

/** Recorded tables whose rows are refused, by the words of the refusal. */
export const KNOWN_REFUSALS: Readonly<Record<string, RegExp>> = {
  // DuckDB 1.5 reads the variant value `null` (row 2) as SQL NULL.
  "spark/variant": /`v` holds the value null, which is not SQL NULL/,
};
