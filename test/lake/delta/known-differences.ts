/**
 * Where reading differs from an expectation, and why. Upstream's and Spark's are all met; a
 * *derived* expectation (a second opinion by a small independent reader) may be wrong itself.
 * Keys: `suite/case`, `suite/case@version` or `spark/case`.
 */
export const KNOWN_DIFFERENCES: Readonly<Record<string, string>> = {};
