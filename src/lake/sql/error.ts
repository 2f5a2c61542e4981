/**
 * Errors of the SQL front end. Each names Spark's error condition and SQLSTATE in `details`
 * (`error_class`, `sql_state`) and points at the place in the statement's text.
 *
 * Parse and bind errors exit 2, run-time ANSI errors and unsupported features exit 3.
 */
import { type ErrorCode, SovereignError } from "../../core/errors.ts";
import type { Span } from "./ast.ts";

export interface SqlErrorOptions {
  code?: ErrorCode;
  /** Spark's error condition, for example `UNRESOLVED_COLUMN.WITH_SUGGESTION`. */
  errorClass: string;
  sqlState: string;
  span?: Span | undefined;
  hint?: string;
  cause?: unknown;
}

/** An error whose span is turned into line and column once the statement's text is known. */
export class SqlError extends SovereignError {
  readonly span: Span | undefined;

  constructor(message: string, options: SqlErrorOptions) {
    super(options.code ?? "INVALID_PARAMETER_VALUE", message, {
      ...(options.hint === undefined ? {} : { hint: options.hint }),
      ...(options.cause === undefined ? {} : { cause: options.cause }),
      details: { error_class: options.errorClass, sql_state: options.sqlState },
    });
    this.span = options.span;
  }
}

/** A feature of Spark SQL that is recognised and not built: exit 3, never a guess. */
export function notImplemented(feature: string, span?: Span, hint?: string): SqlError {
  return new SqlError(`${feature} is not supported yet`, {
    code: "NOT_IMPLEMENTED",
    errorClass: "UNSUPPORTED_FEATURE",
    sqlState: "0A000",
    span,
    ...(hint === undefined ? {} : { hint }),
  });
}

/** 1-based line and column of an offset. */
export function locate(text: string, offset: number): { line: number; column: number } {
  const before = text.slice(0, offset);
  const line = before.split("\n").length;
  return { line, column: offset - before.lastIndexOf("\n") };
}

/**
 * The same error with `line L, column C` in front of its message and in `details`. `text` is the
 * statement's text; `scriptLine` is the line its first character stands on in a script.
 */
export function placeSqlError(error: SqlError, text: string, scriptLine = 1): SovereignError {
  if (!error.span) return error;
  const { line, column } = locate(text, error.span.start);
  return new SovereignError(
    error.code,
    `line ${line + scriptLine - 1}, column ${column}: ${error.message}`,
    {
      ...(error.hint === undefined ? {} : { hint: error.hint }),
      details: { ...error.details, line: line + scriptLine - 1, column },
      ...(error.cause === undefined ? {} : { cause: error.cause }),
    },
  );
}
