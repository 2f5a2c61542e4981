/**
 * The statements of a SQL script without running them: for checks before a run, and for saying
 * which of them failed. Loads the SQL front end, never the engine.
 */
import { SovereignError } from "../core/errors.ts";
import type { StatementKind } from "./sql/ast.ts";
import { locate, placeSqlError, SqlError } from "./sql/error.ts";

/** One statement of a script. */
export interface ScriptStatementInfo {
  readonly kind: StatementKind;
  /** Its text, without the semicolon behind it. */
  readonly text: string;
  /** Where it starts in the script; both count from 1. */
  readonly line: number;
  readonly column: number;
}

/**
 * Parses a script, statement by statement, and runs nothing. Throws the first syntax error
 * (INVALID_PARAMETER_VALUE), its place in the message and as `line` and `column` of the details.
 */
export async function listStatements(script: string): Promise<ScriptStatementInfo[]> {
  const { parseScript } = await import("./sql-door.ts");
  return placeParseError(script, () => parseScript(script)).map(({ statement, text, offset }) => ({
    kind: statement.kind,
    text,
    ...locate(script, offset),
  }));
}

/** A syntax error says where it is, and that it is the text that must change. */
export function placeParseError<T>(text: string, parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    if (!(error instanceof SqlError)) throw error;
    const placed = placeSqlError(error, text);
    if (placed.hint !== undefined) throw placed;
    throw new SovereignError(placed.code, placed.message, {
      hint: "correct the statement there; a name that is a keyword goes between back-ticks",
      details: placed.details,
      cause: error,
    });
  }
}
