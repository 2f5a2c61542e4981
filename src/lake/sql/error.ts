/**
 * Errors of the SQL front end. Each names Spark's error condition and SQLSTATE in `details`
 * (`error_class`, `sql_state`) and points at the place in the statement's text.
 *
 * Parse and bind errors exit 2, run-time ANSI errors and unsupported features exit 3.
 */
import { type ErrorCode, type ErrorDetails, SovereignError } from "../../core/errors.ts";
import type { Span } from "./ast.ts";

export interface SqlErrorOptions {
  code?: ErrorCode;
  /** Spark's error condition, for example `UNRESOLVED_COLUMN.WITH_SUGGESTION`. */
  errorClass: string;
  sqlState: string;
  span?: Span | undefined;
  hint?: string;
  /** Facts beside the error class and the SQLSTATE. */
  details?: ErrorDetails;
  cause?: unknown;
}

/** An error whose span is turned into line and column once the statement's text is known. */
export class SqlError extends SovereignError {
  readonly span: Span | undefined;

  constructor(message: string, options: SqlErrorOptions) {
    super(options.code ?? "INVALID_PARAMETER_VALUE", message, {
      ...(options.hint === undefined ? {} : { hint: options.hint }),
      ...(options.cause === undefined ? {} : { cause: options.cause }),
      details: {
        ...options.details,
        error_class: options.errorClass,
        sql_state: options.sqlState,
      },
    });
    this.span = options.span;
  }
}

/** A feature of Spark SQL that is recognised and not built: exit 3, never a guess. */
export function notImplemented(
  feature: string,
  span?: Span,
  hint = "this version lacks it: write the statement without it",
): SqlError {
  return new SqlError(`${feature} is not supported yet`, {
    code: "NOT_IMPLEMENTED",
    errorClass: "UNSUPPORTED_FEATURE",
    sqlState: "0A000",
    span,
    hint,
  });
}

/** The same error, pointing at a place in the statement's text. */
export function pointTo(error: SovereignError, span: Span): SqlError {
  const { error_class: errorClass, sql_state: sqlState, ...details } = error.details;
  return new SqlError(error.message, {
    code: error.code,
    errorClass: String(errorClass),
    sqlState: String(sqlState),
    span,
    details,
    ...(error.hint === undefined ? {} : { hint: error.hint }),
    ...(error.cause === undefined ? {} : { cause: error.cause }),
  });
}

/** A place in a text; both count from 1. */
export interface Place {
  line: number;
  column: number;
}

/** The place of an offset. */
export function locate(text: string, offset: number): Place {
  const before = text.slice(0, offset);
  const line = before.split("\n").length;
  return { line, column: offset - before.lastIndexOf("\n") };
}

/**
 * The same error with `line L, column C` in front of its message and in `details`. `text` is the
 * statement's text, `start` the place of its first character in a script.
 */
export function placeSqlError(
  error: SqlError,
  text: string,
  start: Place = { line: 1, column: 1 },
): SovereignError {
  if (!error.span) return error;
  const within = locate(text, error.span.start);
  const line = start.line + within.line - 1;
  const column = within.line === 1 ? start.column + within.column - 1 : within.column;
  return new SovereignError(error.code, `line ${line}, column ${column}: ${error.message}`, {
    ...(error.hint === undefined ? {} : { hint: error.hint }),
    details: { ...error.details, line, column },
    ...(error.cause === undefined ? {} : { cause: error.cause }),
  });
}
