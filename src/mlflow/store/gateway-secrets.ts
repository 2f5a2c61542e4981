/** The gateway's secrets, written: `secrets`. What they hold arrives encrypted and masked. */
import { type Database, isUniqueViolation } from "../../core/store/index.ts";
import type { SealedSecret, SecretOwner, SecretValue } from "../gateway/secret-envelope.ts";
import { alreadyExists } from "../wire/error.ts";
import { dumpJson } from "../wire/python-dump.ts";
import { type GatewaySecret, getSecret } from "./gateway.ts";

/** A value as it is kept and as it is shown. */
export interface StoredValue {
  readonly sealed: SealedSecret;
  readonly masked: SecretValue;
}

export interface NewSecret extends SecretOwner, StoredValue {
  readonly provider: string | null;
  /** Null for none. */
  readonly authConfig: SecretValue | null;
  readonly createdBy: string | null;
}

/** Adds a secret. 400 for a name that is taken. */
export function createSecret(database: Database, fresh: NewSecret, nowMs: number): GatewaySecret {
  const { sealed, createdBy } = fresh;
  try {
    database.run(
      `INSERT INTO secrets (secret_id, secret_name, encrypted_value, wrapped_dek, kek_version,
         masked_value, provider, auth_config, created_by, last_updated_by, created_at,
         last_updated_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      [
        ...[fresh.secretId, fresh.name, sealed.encryptedValue, sealed.wrappedKey],
        ...[sealed.kekVersion, dumpJson(fresh.masked), fresh.provider],
        ...[dumpAuth(fresh.authConfig), createdBy, createdBy, nowMs, nowMs],
      ],
    );
  } catch (error) {
    if (!isUniqueViolation(error)) throw error;
    throw alreadyExists(`Secret with name '${fresh.name}' already exists`);
  }
  return getSecret(database, fresh.secretId);
}

/** What changes in a secret: null leaves it as it is. */
export interface SecretChanges {
  readonly value: StoredValue | null;
  readonly authConfig: SecretValue | null;
  readonly updatedBy: string | null;
}

/** Changes a secret's value or configuration. */
export function updateSecret(
  database: Database,
  secretId: string,
  changes: SecretChanges,
  nowMs: number,
): GatewaySecret {
  getSecret(database, secretId);
  const { value, authConfig, updatedBy } = changes;
  if (value !== null) {
    database.run(
      `UPDATE secrets SET encrypted_value = ?, wrapped_dek = ?, kek_version = ?, masked_value = ?
        WHERE secret_id = ?`,
      [
        ...[value.sealed.encryptedValue, value.sealed.wrappedKey, value.sealed.kekVersion],
        ...[dumpJson(value.masked), secretId],
      ],
    );
  }
  database.run(
    `UPDATE secrets SET auth_config = COALESCE(?, auth_config), last_updated_by = ?,
       last_updated_at = ? WHERE secret_id = ?`,
    [dumpAuth(authConfig), updatedBy, nowMs, secretId],
  );
  return getSecret(database, secretId);
}

/** Deletes a secret; model definitions that used it stay, without one. */
export function deleteSecret(database: Database, secretId: string): void {
  getSecret(database, secretId);
  database.run("DELETE FROM secrets WHERE secret_id = ?", [secretId]);
}

function dumpAuth(authConfig: SecretValue | null): string | null {
  return authConfig === null ? null : dumpJson(authConfig);
}
