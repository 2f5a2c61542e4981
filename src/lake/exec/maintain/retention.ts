/**
 * How old a file must be before VACUUM takes it: the table's property, or RETAIN, under the guard
 * against short ones (delta-spark 4.4, `VacuumCommand`). Since 4.4 RETAIN counts only when it is 0;
 * a session setting brings the older rule back.
 */
import type { Metadata } from "../../delta/index.ts";
import { intervalProperty } from "../../delta/write/table-property.ts";
import { SqlError } from "../../sql/error.ts";
import type { Session } from "../session.ts";
import type { StatementOf } from "../statement.ts";

const WEEK_MS = 7 * 86_400_000;
const HOUR_MS = 3_600_000;

export const GUARD = "spark.databricks.delta.retentionDurationCheck.enabled";
export const LITE = "spark.databricks.delta.vacuum.lite.enabled";
export const LOGGING = "spark.databricks.delta.vacuum.logging.enabled";
const IGNORES_RETAIN = "spark.databricks.delta.vacuum.retentionWindowIgnore.enabled";

/** Settings of the session that steer VACUUM, with what they are unless set. */
export const VACUUM_FLAGS: Readonly<Record<string, "true" | "false">> = {
  [GUARD]: "true",
  [LITE]: "false",
  [LOGGING]: "true",
  [IGNORES_RETAIN]: "true",
};

export interface Retention {
  /** Of the table. */
  tableMs: number;
  /** Of the statement; null when it gives none that counts. */
  givenMs: number | null;
  /** Whether the statement gave one that does not count. */
  isIgnored: boolean;
}

/** Whether a setting of the session is on. */
export function isOn(session: Session, key: string): boolean {
  return (session.settings.get(key) ?? VACUUM_FLAGS[key])?.toLowerCase() === "true";
}

/** Settles the retention of a statement; refuses one that is negative or, guarded, too short. */
export function checkRetention(
  session: Session,
  { retainHours, span }: StatementOf<"vacuum">,
  metadata: Metadata,
): Retention {
  const tableMs = intervalProperty(metadata, "delta.deletedFileRetentionDuration", WEEK_MS);
  // Math.round, for hours that are no whole number, goes up at one half as Java's does.
  const askedMs = retainHours === undefined ? null : Math.round(Number(retainHours)) * HOUR_MS;
  const isIgnored = askedMs !== null && askedMs !== 0 && isOn(session, IGNORES_RETAIN);
  const givenMs = isIgnored ? null : askedMs;
  if (givenMs !== null && !Number.isSafeInteger(givenMs)) {
    throw new SqlError(`\`${retainHours}\` is not a number of hours`, {
      errorClass: "INVALID_PARAMETER_VALUE",
      sqlState: "22023",
      span,
      hint: "VACUUM t RETAIN 168 HOURS",
    });
  }
  if (givenMs !== null && givenMs < 0) {
    throw new SqlError("the retention of VACUUM cannot be less than 0 hours", {
      errorClass: "DELTA_VACUUM_RETENTION_PERIOD_NEGATIVE",
      sqlState: "22003",
      span,
      hint: "leave RETAIN out to keep what the table's property says",
    });
  }
  if (givenMs !== null && givenMs < tableMs && isOn(session, GUARD)) {
    const hours = Math.ceil(tableMs / HOUR_MS);
    throw new SqlError(
      `RETAIN ${retainHours} HOURS is less than the ${hours} hours the table keeps removed files, and could take files from under readers and writers`,
      {
        errorClass: "DELTA_VACUUM_RETENTION_PERIOD_TOO_SHORT",
        sqlState: "22003",
        span,
        hint: `keep ${hours} hours, or, when nothing else uses the table, SET ${GUARD} = false (\`lake vacuum --force\`)`,
      },
    );
  }
  return { tableMs, givenMs, isIgnored };
}
