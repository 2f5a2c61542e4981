/** Reads `[ERROR_CLASS|SQLSTATE] message` out of what the engine threw, where a check of ours raised it. */
import { SovereignError } from "../../../core/errors.ts";

const RAISED =
  /\[((?:DELTA_|ARITHMETIC_OVERFLOW|EXCEED_LIMIT_LENGTH|MALFORMED_RECORD)[A-Z_]*)\|(\w{5})\] ([\s\S]*)/;

const HINTS: Readonly<Record<string, string>> = {
  DELTA_NOT_NULL_CONSTRAINT_VIOLATED: "give the column a value in every row",
  DELTA_VIOLATE_CONSTRAINT_WITH_VALUES: "correct the row, or filter it out; nothing was written",
  ARITHMETIC_OVERFLOW: "values of an identity column are 64-bit; make the table anew with another",
  EXCEED_LIMIT_LENGTH: "shorten the value, or widen the column",
  MALFORMED_RECORD_IN_PARSING: "correct the file, or read it with mode PERMISSIVE",
};

/** The house's error of a failed check, or null when the message is none. */
export function readCheckError(message: string): SovereignError | null {
  const match = RAISED.exec(message);
  if (!match) return null;
  const errorClass = match[1]!;
  return new SovereignError("INVALID_STATE", match[3]!.trim(), {
    hint: HINTS[errorClass] ?? "correct the data and run the statement again",
    details: { error_class: errorClass, sql_state: match[2] },
  });
}
