/** The switches of MLflow's own server that are environment variables, under MLflow's names. */
import type { Environment } from "../core/config/index.ts";
import { SovereignError } from "../core/errors.ts";
import { compilePattern } from "./search/regexp.ts";

export interface MlflowEnvironment {
  /** MLFLOW_SERVER_ALLOWED_HOSTS: patterns of the Host header; null means the defaults. */
  readonly allowedHosts: readonly string[] | null;
  /** MLFLOW_SERVER_CORS_ALLOWED_ORIGINS. */
  readonly corsAllowedOrigins: readonly string[];
  /** MLFLOW_SERVER_X_FRAME_OPTIONS, `SAMEORIGIN` unless set; null for `NONE`. */
  readonly frameOptions: string | null;
  /** MLFLOW_SERVER_DISABLE_SECURITY_MIDDLEWARE. */
  readonly disablesSecurity: boolean;
  /** MLFLOW_TRUNCATE_LONG_VALUES: cut long params and tags instead of refusing them. */
  readonly truncatesLongValues: boolean;
  /** MLFLOW_ARTIFACT_LOCATION_MAX_LENGTH. */
  readonly maxArtifactLocationLength: number;
  /** MLFLOW_CREATE_MODEL_VERSION_SOURCE_VALIDATION_REGEX: found in every source; null for any. */
  readonly modelSourcePattern: RegExp | null;
  /** MLFLOW_WEBHOOK_ALLOWED_SCHEMES. */
  readonly webhookSchemes: readonly string[];
  /** MLFLOW_WEBHOOK_ALLOW_PRIVATE_IPS. */
  readonly webhooksMayBePrivate: boolean;
  /** MLFLOW_WEBHOOK_SECRET_ENCRYPTION_KEY: a Fernet key. */
  readonly webhookSecretKey: string | null;
  /** MLFLOW_WEBHOOK_REQUEST_TIMEOUT. */
  readonly webhookTimeoutMs: number;
  /** MLFLOW_WEBHOOK_REQUEST_MAX_RETRIES. */
  readonly webhookMaxRetries: number;
  /** MLFLOW_CRYPTO_KEK_PASSPHRASE: encrypts the gateway's secrets; null for MLflow's default. */
  readonly kekPassphrase: string | null;
  /** MLFLOW_CRYPTO_KEK_VERSION. */
  readonly kekVersion: number;
}

/** Reads MLflow's switches. INVALID_PARAMETER_VALUE for a value that is none. */
export function readMlflowEnvironment(env: Environment): MlflowEnvironment {
  const frameOptions = (env.MLFLOW_SERVER_X_FRAME_OPTIONS || "SAMEORIGIN").toUpperCase();
  return {
    allowedHosts: splitList(env.MLFLOW_SERVER_ALLOWED_HOSTS),
    corsAllowedOrigins: splitList(env.MLFLOW_SERVER_CORS_ALLOWED_ORIGINS) ?? [],
    frameOptions: frameOptions === "NONE" ? null : frameOptions,
    disablesSecurity: readFlag(env, "MLFLOW_SERVER_DISABLE_SECURITY_MIDDLEWARE", false),
    truncatesLongValues: readFlag(env, "MLFLOW_TRUNCATE_LONG_VALUES", true),
    maxArtifactLocationLength: readCount(env, "MLFLOW_ARTIFACT_LOCATION_MAX_LENGTH", 2048),
    modelSourcePattern: readPattern(env, "MLFLOW_CREATE_MODEL_VERSION_SOURCE_VALIDATION_REGEX"),
    webhookSchemes: splitList(env.MLFLOW_WEBHOOK_ALLOWED_SCHEMES) ?? ["https"],
    webhooksMayBePrivate: readFlag(env, "MLFLOW_WEBHOOK_ALLOW_PRIVATE_IPS", false),
    webhookSecretKey: env.MLFLOW_WEBHOOK_SECRET_ENCRYPTION_KEY || null,
    webhookTimeoutMs: readCount(env, "MLFLOW_WEBHOOK_REQUEST_TIMEOUT", 30) * 1000,
    webhookMaxRetries: readCount(env, "MLFLOW_WEBHOOK_REQUEST_MAX_RETRIES", 3),
    kekPassphrase: env.MLFLOW_CRYPTO_KEK_PASSPHRASE || null,
    kekVersion: readCount(env, "MLFLOW_CRYPTO_KEK_VERSION", 1),
  };
}

/** A comma-separated list; null when unset or empty. */
export function splitList(text: string | undefined): readonly string[] | null {
  const items = (text ?? "").split(",").map((item) => item.trim());
  const given = items.filter((item) => item !== "");
  return given.length === 0 ? null : given;
}

function readFlag(env: Environment, name: string, otherwise: boolean): boolean {
  const text = env[name]?.toLowerCase();
  if (text === undefined || text === "") return otherwise;
  if (["true", "1"].includes(text)) return true;
  if (["false", "0"].includes(text)) return false;
  throw new SovereignError(
    "INVALID_PARAMETER_VALUE",
    `\`${name}\` is \`${env[name]}\`, neither true nor false`,
    { hint: `set \`${name}\` to \`true\` or \`false\`, or unset it` },
  );
}

function readPattern(env: Environment, name: string): RegExp | null {
  const text = env[name];
  if (text === undefined || text === "") return null;
  const pattern = compilePattern(text);
  if (pattern !== null) return pattern;
  throw new SovereignError("INVALID_PARAMETER_VALUE", `\`${name}\` is no regular expression`, {
    hint: `correct \`${name}\`, or unset it`,
  });
}

function readCount(env: Environment, name: string, otherwise: number): number {
  const text = env[name];
  if (text === undefined || text === "") return otherwise;
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new SovereignError("INVALID_PARAMETER_VALUE", `\`${name}\` is \`${text}\`, not a number`, {
    hint: `set \`${name}\` to a whole number, or unset it`,
  });
}
