/** `--version-as-of` and `--timestamp-as-of`: which state of a table a command reads. */
import { SovereignError } from "../../core/errors.ts";
import type { FlagSpecs } from "../command.ts";
import { quoteText } from "./table-name.ts";

export const VERSION_FLAGS = {
  "version-as-of": {
    type: "integer",
    value: "n",
    completes: "versions",
    summary: "read this version of the table",
  },
  "timestamp-as-of": {
    type: "string",
    value: "time",
    summary: "read the table as it was then: `2026-01-31`, `2026-01-31 12:00:00`",
  },
} as const satisfies FlagSpecs;

interface VersionFlagValues {
  readonly "version-as-of": number | undefined;
  readonly "timestamp-as-of": string | undefined;
}

/** The SQL clause, with a space in front, or nothing. */
export function formatTimeTravel(flags: VersionFlagValues): string {
  const version = flags["version-as-of"];
  const timestamp = flags["timestamp-as-of"];
  if (version !== undefined && timestamp !== undefined) {
    throw new SovereignError(
      "INVALID_PARAMETER_VALUE",
      "two versions of one table were asked for",
      {
        hint: "give `--version-as-of` or `--timestamp-as-of`, not both",
      },
    );
  }
  if (version !== undefined) return ` VERSION AS OF ${version}`;
  return timestamp === undefined ? "" : ` TIMESTAMP AS OF ${quoteText(timestamp)}`;
}
