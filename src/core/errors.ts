/**
 * The one error class of the house. A code (MLflow's vocabulary plus a few of ours) fixes the exit
 * code and the HTTP status together, so a failure reads the same from the CLI, the library and a
 * server.
 */

const CODES = {
  INVALID_PARAMETER_VALUE: { exitCode: 2, httpStatus: 400 },
  BAD_REQUEST: { exitCode: 2, httpStatus: 400 },
  RESOURCE_DOES_NOT_EXIST: { exitCode: 3, httpStatus: 404 },
  RESOURCE_ALREADY_EXISTS: { exitCode: 3, httpStatus: 400 },
  RESOURCE_CONFLICT: { exitCode: 3, httpStatus: 409 },
  /** A statement broke a rule of its data at run time: ANSI arithmetic, constraint, schema. */
  INVALID_STATE: { exitCode: 3, httpStatus: 400 },
  DATA_LOSS: { exitCode: 3, httpStatus: 500 },
  NOT_IMPLEMENTED: { exitCode: 3, httpStatus: 501 },
  PERMISSION_DENIED: { exitCode: 4, httpStatus: 403 },
  TEMPORARILY_UNAVAILABLE: { exitCode: 4, httpStatus: 503 },
  RESOURCE_EXHAUSTED: { exitCode: 4, httpStatus: 429 },
  CHECK_FAILED: { exitCode: 1, httpStatus: 400 },
  CANCELLED: { exitCode: 130, httpStatus: 499 },
  INTERNAL_ERROR: { exitCode: 70, httpStatus: 500 },
} as const;

/** What kind of failure it is; `listErrorCodes` gives the exit code and HTTP status of each. */
export type ErrorCode = keyof typeof CODES;

/** Facts a program may read off an error; snake_case keys, JSON-serialisable values. */
export type ErrorDetails = Readonly<Record<string, unknown>>;

/** What an error carries beside its code and message. */
export interface ErrorOptions {
  /** The command or edit that fixes it. Required in spirit for every exit code 2, 3 and 4. */
  hint?: string;
  details?: ErrorDetails;
  cause?: unknown;
}

/** Every failure this program foresees: branch on `code`, show `message` and `hint`. */
export class SovereignError extends Error {
  readonly code: ErrorCode;
  readonly hint: string | undefined;
  readonly details: ErrorDetails;

  constructor(code: ErrorCode, message: string, options: ErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "SovereignError";
    this.code = code;
    this.hint = options.hint;
    this.details = options.details ?? {};
  }

  get exitCode(): number {
    return CODES[this.code].exitCode;
  }

  get httpStatus(): number {
    return CODES[this.code].httpStatus;
  }
}

/** Every code with its exit code and HTTP status, for `help exit-codes` and its test. */
export function listErrorCodes(): { code: ErrorCode; exitCode: number; httpStatus: number }[] {
  return (Object.keys(CODES) as ErrorCode[]).map((code) => ({ code, ...CODES[code] }));
}
