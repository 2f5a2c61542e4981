/**
 * The gateway's secrets as MLflow keeps them in its database (mlflow/utils/crypto.py of 3.11.1), so
 * that both servers read each other's: the value is encrypted with AES-256-GCM under a key of its
 * own, and that key under one derived from MLFLOW_CRYPTO_KEK_PASSPHRASE. A ciphertext is a nonce of
 * 12 bytes, the encrypted bytes, a tag of 16; the value's is bound to the secret's id and name.
 */
import { createCipheriv, createDecipheriv, pbkdf2 } from "node:crypto";
import { promisify } from "node:util";
import { SovereignError } from "../../core/errors.ts";
import { newSecretBytes } from "../../core/ids.ts";
import type { MlflowEnvironment } from "../environment.ts";
import { dumpJson } from "../wire/python-dump.ts";

/** Keys and values, as a provider wants them. */
export type SecretValue = Readonly<Record<string, string>>;

/** What the database keeps of a value. */
export interface SealedSecret {
  readonly encryptedValue: Buffer;
  readonly wrappedKey: Buffer;
  readonly kekVersion: number;
}

/** Who a value belongs to: neither may change once it is sealed. */
export interface SecretOwner {
  readonly secretId: string;
  readonly name: string;
}

/** MLflow's own, so that a server without a passphrase reads the other's secrets. */
const DEFAULT_PASSPHRASE = "mlflow-default-kek-passphrase-for-development-only";
const SALT = "mlflow-secrets-kek-v1-2025";
const ITERATIONS = 600_000;
const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const CIPHER = "aes-256-gcm";

const derived = new WeakMap<MlflowEnvironment, Promise<Buffer>>();

/** Encrypts a value for its owner. */
export async function sealSecret(
  environment: MlflowEnvironment,
  owner: SecretOwner,
  value: SecretValue,
): Promise<SealedSecret> {
  const kek = await deriveKek(environment);
  const key = newSecretBytes(KEY_BYTES);
  return {
    encryptedValue: encrypt(Buffer.from(dumpJson(value)), key, boundTo(owner)),
    wrappedKey: encrypt(key, kek, Buffer.alloc(0)),
    kekVersion: environment.kekVersion,
  };
}

/** The JSON text of a sealed value. PERMISSION_DENIED under another passphrase, or for no secret. */
export async function openSecret(
  environment: MlflowEnvironment,
  owner: SecretOwner,
  sealed: SealedSecret,
): Promise<string> {
  const kek = await deriveKek(environment);
  const key = decrypt(sealed.wrappedKey, kek, Buffer.alloc(0));
  return decrypt(sealed.encryptedValue, key, boundTo(owner)).toString("utf8");
}

/** What a value looks like to those who may not read it: `sk-...1234`, or `***` when it is short. */
export function maskSecret(value: SecretValue): SecretValue {
  return Object.fromEntries(Object.entries(value).map(([key, text]) => [key, mask(text)]));
}

function mask(text: string): string {
  const letters = [...text];
  if (letters.length < 8) return "***";
  return `${letters.slice(0, 3).join("")}...${letters.slice(-4).join("")}`;
}

/** Takes a good part of a second, so once for each server and off its thread. */
function deriveKek(environment: MlflowEnvironment): Promise<Buffer> {
  const known = derived.get(environment);
  if (known !== undefined) return known;
  const version = Buffer.alloc(4);
  version.writeUInt32BE(environment.kekVersion);
  const salt = Buffer.concat([Buffer.from(SALT), version]);
  const passphrase = environment.kekPassphrase ?? DEFAULT_PASSPHRASE;
  const kek = promisify(pbkdf2)(passphrase, salt, ITERATIONS, KEY_BYTES, "sha256");
  derived.set(environment, kek);
  return kek;
}

function boundTo({ secretId, name }: SecretOwner): Buffer {
  return Buffer.from(`${secretId}|${name}`);
}

function encrypt(bytes: Buffer, key: Buffer, bound: Buffer): Buffer {
  const nonce = newSecretBytes(NONCE_BYTES);
  const cipher = createCipheriv(CIPHER, key, nonce).setAAD(bound);
  const encrypted = [cipher.update(bytes), cipher.final()];
  return Buffer.concat([nonce, ...encrypted, cipher.getAuthTag()]);
}

function decrypt(all: Buffer, key: Buffer, bound: Buffer): Buffer {
  if (key.length !== KEY_BYTES || all.length < NONCE_BYTES + TAG_BYTES) throw cannotOpen();
  const end = all.length - TAG_BYTES;
  const options = { authTagLength: TAG_BYTES };
  const cipher = createDecipheriv(CIPHER, key, all.subarray(0, NONCE_BYTES), options);
  cipher.setAAD(bound).setAuthTag(all.subarray(end));
  try {
    return Buffer.concat([cipher.update(all.subarray(NONCE_BYTES, end)), cipher.final()]);
  } catch {
    throw cannotOpen();
  }
}

function cannotOpen(): SovereignError {
  return new SovereignError(
    "PERMISSION_DENIED",
    "a gateway secret was encrypted under another key",
    {
      hint: "set `MLFLOW_CRYPTO_KEK_PASSPHRASE` to the passphrase it was stored under",
    },
  );
}
