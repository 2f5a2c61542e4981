/**
 * Recorded answers that are not Spark 4.2.0's in ANSI mode and UTC: files that Spark runs under
 * another configuration (their `--SET` lines are not in the recordings), and cases 4.2 answers
 * otherwise than the recorded 4.1.
 */

/** File and the configuration its answers were recorded under. */
const OTHER_SETTINGS: Readonly<Record<string, string>> = {
  binary_basic: "spark.sql.binaryOutputStyle = BASIC",
  binary_hex: "spark.sql.binaryOutputStyle = HEX",
  binary_hex_discrete: "spark.sql.binaryOutputStyle = HEX_DISCRETE",
  "cte-legacy": "spark.sql.legacy.ctePrecedencePolicy = LEGACY",
  "identifier-clause-legacy": "spark.sql.legacy.identifierClause = true",
  "timestampNTZ/datetime-special": "spark.sql.timestampType = TIMESTAMP_NTZ",
  "timestampNTZ/timestamp-ansi": "spark.sql.timestampType = TIMESTAMP_NTZ",
};

/** Whether a differing answer is excused by how it was recorded. */
export function isRecordedElsewhere(file: string, _sql: string): boolean {
  return OTHER_SETTINGS[file] !== undefined;
}
