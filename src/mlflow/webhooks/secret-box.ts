/**
 * Webhook secrets as MLflow keeps them in its database: Fernet tokens (version 0x80, time, IV,
 * AES-128-CBC, HMAC-SHA256 over all of it; github.com/fernet/spec). With the key of
 * MLFLOW_WEBHOOK_SECRET_ENCRYPTION_KEY both servers read each other's; without one, ours is kept in
 * a file beside the database that only its owner may read.
 */
import { createCipheriv, createDecipheriv, createHmac, timingSafeEqual } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import type { Clock } from "../../core/clock.ts";
import { SovereignError } from "../../core/errors.ts";
import { newSecretBytes } from "../../core/ids.ts";
import { errnoOf } from "../../core/io/index.ts";

/** Encrypts and decrypts texts under one key. */
export interface SecretBox {
  encrypt(text: string): string;
  /** PERMISSION_DENIED for what was encrypted under another key, or is no token. */
  decrypt(token: string): string;
}

const VERSION = 0x80;
const HEADER_BYTES = 1 + 8 + 16;
const MAC_BYTES = 32;
const KEY = "MLFLOW_WEBHOOK_SECRET_ENCRYPTION_KEY";

/** The box of a Fernet key: 32 bytes in URL-safe base64. INVALID_PARAMETER_VALUE for another. */
export function createSecretBox(key: string, clock: Clock): SecretBox {
  const bytes = Buffer.from(key, "base64url");
  if (!/^\s*[A-Za-z0-9_+/-]{43}=?\s*$/.test(key) || bytes.length !== 32) {
    throw new SovereignError("INVALID_PARAMETER_VALUE", `\`${KEY}\` is not a Fernet key`, {
      hint: "set it to 32 random bytes in URL-safe base64, or unset it to use a key file",
    });
  }
  const [signingKey, cipherKey] = [bytes.subarray(0, 16), bytes.subarray(16)];
  const sign = (content: Buffer) => createHmac("sha256", signingKey).update(content).digest();
  return {
    encrypt(text) {
      const head = Buffer.alloc(9, VERSION);
      head.writeBigUInt64BE(BigInt(Math.floor(clock.nowMs() / 1000)), 1);
      const iv = newSecretBytes(16);
      const cipher = createCipheriv("aes-128-cbc", cipherKey, iv);
      const content = Buffer.concat([head, iv, cipher.update(text, "utf8"), cipher.final()]);
      return padded(Buffer.concat([content, sign(content)]));
    },
    decrypt(token) {
      const all = Buffer.from(token, "base64url");
      const content = all.subarray(0, Math.max(0, all.length - MAC_BYTES));
      const isOurs =
        content.length >= HEADER_BYTES &&
        content[0] === VERSION &&
        timingSafeEqual(sign(content), all.subarray(content.length));
      if (!isOurs) throw cannotDecrypt();
      const cipher = createDecipheriv("aes-128-cbc", cipherKey, content.subarray(9, HEADER_BYTES));
      const text = [cipher.update(content.subarray(HEADER_BYTES)), cipher.final()];
      return Buffer.concat(text).toString("utf8");
    },
  };
}

/** The key kept beside the database at `databasePath`, made when it is missing. */
export function readKeyFile(databasePath: string): string {
  const fresh = padded(newSecretBytes(32));
  // A database in memory is gone with the process, and so may its key be.
  if (databasePath === ":memory:") return fresh;
  const path = `${databasePath}.webhook-key`;
  try {
    writeFileSync(path, `${fresh}\n`, { flag: "wx", mode: 0o600 });
    return fresh;
  } catch (error) {
    if (errnoOf(error) !== "EEXIST") throw error;
    return readFileSync(path, "utf8");
  }
}

function padded(bytes: Buffer): string {
  const text = bytes.toString("base64url");
  return text.padEnd(Math.ceil(text.length / 4) * 4, "=");
}

function cannotDecrypt(): SovereignError {
  return new SovereignError("PERMISSION_DENIED", "a webhook's secret has another key", {
    hint: `set \`${KEY}\` to the key it was stored under, or set the secret again`,
  });
}
