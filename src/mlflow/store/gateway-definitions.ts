/** The gateway's model definitions, written: `model_definitions`. */
import { newHexId } from "../../core/ids.ts";
import { type Database, isConstraintViolation, isUniqueViolation } from "../../core/store/index.ts";
import { alreadyExists, MlflowError } from "../wire/error.ts";
import { getDefinition, getSecret, type ModelDefinition } from "./gateway.ts";

export interface NewDefinition {
  readonly name: string;
  readonly secretId: string;
  readonly provider: string;
  readonly modelName: string;
  readonly createdBy: string | null;
}

/** Adds a model definition. 400 for a name that is taken, 404 for no secret. */
export function createDefinition(
  database: Database,
  fresh: NewDefinition,
  nowMs: number,
): ModelDefinition {
  const { name, secretId, provider, modelName, createdBy } = fresh;
  getSecret(database, secretId);
  const id = `d-${newHexId()}`;
  refuseTaken(name, () =>
    database.run(
      `INSERT INTO model_definitions (model_definition_id, name, secret_id, provider, model_name,
         created_by, last_updated_by, created_at, last_updated_at)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      [id, name, secretId, provider, modelName, createdBy, createdBy, nowMs, nowMs],
    ),
  );
  return getDefinition(database, id);
}

/** What changes in a model definition: null leaves it as it is. */
export type DefinitionChanges = {
  readonly [Key in "name" | "secretId" | "provider" | "modelName" | "updatedBy"]: string | null;
};

/** Changes a model definition. */
export function updateDefinition(
  database: Database,
  id: string,
  changes: DefinitionChanges,
  nowMs: number,
): ModelDefinition {
  const { name, secretId, provider, modelName, updatedBy } = changes;
  getDefinition(database, id);
  if (secretId !== null) getSecret(database, secretId);
  refuseTaken(name, () =>
    database.run(
      `UPDATE model_definitions SET name = COALESCE(?, name), secret_id = COALESCE(?, secret_id),
         provider = COALESCE(?, provider), model_name = COALESCE(?, model_name),
         last_updated_by = COALESCE(?, last_updated_by), last_updated_at = ?
       WHERE model_definition_id = ?`,
      [name, secretId, provider, modelName, updatedBy, nowMs, id],
    ),
  );
  return getDefinition(database, id);
}

/** Deletes a model definition that no endpoint uses. */
export function deleteDefinition(database: Database, id: string): void {
  getDefinition(database, id);
  try {
    database.run("DELETE FROM model_definitions WHERE model_definition_id = ?", [id]);
  } catch (error) {
    if (!isConstraintViolation(error)) throw error;
    throw new MlflowError(
      "INVALID_STATE",
      "Cannot delete model definition that is currently in use by endpoints. Detach it from all endpoints first.",
    );
  }
}

function refuseTaken(name: string | null, write: () => unknown): void {
  try {
    write();
  } catch (error) {
    if (!isUniqueViolation(error)) throw error;
    throw alreadyExists(`Model definition with name '${name}' already exists`);
  }
}
