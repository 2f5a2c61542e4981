/**
 * What an MLflow server says when it refuses: `{"error_code", "message"}` with the status its
 * clients expect (mlflow/exceptions.py, ERROR_CODE_TO_HTTP_STATUS of 3.11.1). Clients retry 408,
 * 429 and every 5xx but 501, so a user's mistake never becomes one.
 */

const STATUS_OF = {
  INVALID_PARAMETER_VALUE: 400,
  BAD_REQUEST: 400,
  RESOURCE_ALREADY_EXISTS: 400,
  FEATURE_DISABLED: 400,
  UNAUTHENTICATED: 401,
  CUSTOMER_UNAUTHORIZED: 401,
  PERMISSION_DENIED: 403,
  RESOURCE_DOES_NOT_EXIST: 404,
  ENDPOINT_NOT_FOUND: 404,
  NOT_FOUND: 404,
  RESOURCE_CONFLICT: 409,
  ABORTED: 409,
  ALREADY_EXISTS: 409,
  REQUEST_LIMIT_EXCEEDED: 429,
  RESOURCE_EXHAUSTED: 429,
  CANCELLED: 499,
  // MLflow says 500, and its clients then retry what cannot succeed.
  INVALID_STATE: 409,
  INTERNAL_ERROR: 500,
  DATA_LOSS: 500,
  NOT_IMPLEMENTED: 501,
  TEMPORARILY_UNAVAILABLE: 503,
  DEADLINE_EXCEEDED: 504,
} as const;

/** A code of databricks.proto's ErrorCode that this server uses. */
export type WireErrorCode = keyof typeof STATUS_OF;

/** A refusal with MLflow's own code and words. */
export class MlflowError extends Error {
  readonly errorCode: WireErrorCode;
  readonly httpStatus: number;

  constructor(errorCode: WireErrorCode, message: string, httpStatus?: number) {
    super(message);
    this.name = "MlflowError";
    this.errorCode = errorCode;
    this.httpStatus = httpStatus ?? STATUS_OF[errorCode];
  }
}

/** The commonest refusal: 400 INVALID_PARAMETER_VALUE. */
export function invalidParameter(message: string): MlflowError {
  return new MlflowError("INVALID_PARAMETER_VALUE", message);
}

/** 404 RESOURCE_DOES_NOT_EXIST. */
export function doesNotExist(message: string): MlflowError {
  return new MlflowError("RESOURCE_DOES_NOT_EXIST", message);
}

/** 400 RESOURCE_ALREADY_EXISTS. */
export function alreadyExists(message: string): MlflowError {
  return new MlflowError("RESOURCE_ALREADY_EXISTS", message);
}
