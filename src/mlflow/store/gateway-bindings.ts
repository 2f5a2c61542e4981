/** What uses the gateway's endpoints, and their tags: `endpoint_bindings`, `endpoint_tags`. */
import { type Database, isUniqueViolation } from "../../core/store/index.ts";
import { MlflowError } from "../wire/error.ts";
import { type EndpointBinding, getEndpoint, listBindings, notFound } from "./gateway.ts";

/** The key of a binding. */
export type BindingKey = Readonly<Record<"endpointId" | "resourceType" | "resourceId", string>>;

/** Notes that a resource uses an endpoint. */
export function createBinding(
  database: Database,
  key: BindingKey,
  createdBy: string | null,
  nowMs: number,
): EndpointBinding {
  const { endpointId, resourceType, resourceId } = key;
  getEndpoint(database, { endpointId });
  try {
    database.run(
      `INSERT INTO endpoint_bindings (endpoint_id, resource_type, resource_id, created_by,
         last_updated_by, created_at, last_updated_at) VALUES (?, ?, ?, ?, ?, ?, ?)`,
      [endpointId, resourceType, resourceId, createdBy, createdBy, nowMs, nowMs],
    );
  } catch (error) {
    if (!isUniqueViolation(error)) throw error;
    const what = `${resourceType} '${resourceId}'`;
    throw new MlflowError(
      "BAD_REQUEST",
      `The ${what} is bound to endpoint '${endpointId}' already`,
    );
  }
  return listBindings(database, key)[0] as EndpointBinding;
}

/** Forgets that a resource uses an endpoint. */
export function deleteBinding(database: Database, key: BindingKey): void {
  const { changes } = database.run(
    "DELETE FROM endpoint_bindings WHERE endpoint_id = ? AND resource_type = ? AND resource_id = ?",
    [key.endpointId, key.resourceType, key.resourceId],
  );
  if (changes === 0) throw notFound("GatewayEndpointBinding", key);
}

/** Sets a tag of an endpoint. */
export function setEndpointTag(
  database: Database,
  endpointId: string,
  tag: { key: string; value: string },
): void {
  getEndpoint(database, { endpointId });
  database.run(
    `INSERT INTO endpoint_tags (endpoint_id, key, value) VALUES (?, ?, ?)
     ON CONFLICT (key, endpoint_id) DO UPDATE SET value = excluded.value`,
    [endpointId, tag.key, tag.value],
  );
}

/** Removes a tag of an endpoint, if it is there. */
export function deleteEndpointTag(database: Database, endpointId: string, key: string): void {
  getEndpoint(database, { endpointId });
  database.run("DELETE FROM endpoint_tags WHERE endpoint_id = ? AND key = ?", [endpointId, key]);
}
