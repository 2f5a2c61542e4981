/**
 * What a database knows of MLflow's AI gateway: secrets (masked), model definitions, endpoints and
 * their bindings. The other `gateway-*.ts` files write them.
 */
import type { Database, SqlValue } from "../../core/store/index.ts";
import { doesNotExist, invalidParameter, type MlflowError } from "../wire/error.ts";
import { groupRows } from "./rows.ts";

interface Stamps {
  createdAt: number;
  lastUpdatedAt: number;
  createdBy: string | null;
  lastUpdatedBy: string | null;
}

export interface GatewaySecret extends Stamps {
  secretId: string;
  name: string;
  /** JSON objects as texts. */
  maskedValue: string;
  authConfig: string | null;
  provider: string | null;
}

export interface ModelDefinition extends Stamps {
  modelDefinitionId: string;
  name: string;
  secretId: string | null;
  secretName: string | null;
  provider: string;
  modelName: string;
}

export interface ModelMapping {
  mappingId: string;
  endpointId: string;
  modelDefinitionId: string;
  definition: ModelDefinition | null;
  weight: number;
  linkageType: string;
  fallbackOrder: number | null;
  createdAt: number;
  createdBy: string | null;
}

export interface GatewayEndpoint extends Stamps {
  endpointId: string;
  name: string | null;
  routingStrategy: string | null;
  /** A JSON object as a text. */
  fallbackConfig: string | null;
  experimentId: string | null;
  usesTracking: number;
  mappings: ModelMapping[];
  tags: { key: string; value: string | null }[];
}

export interface EndpointBinding extends Stamps {
  endpointId: string;
  resourceType: string;
  resourceId: string;
  displayName: string | null;
}

const stamps = (alias: string) =>
  `${alias}.created_at AS createdAt, ${alias}.last_updated_at AS lastUpdatedAt,
   ${alias}.created_by AS createdBy, ${alias}.last_updated_by AS lastUpdatedBy`;

/** Secrets without their values. */
export function listSecrets(database: Database, wanted: Wanted): GatewaySecret[] {
  const { where, values } = conditions(wanted, { secretId: "s.secret_id", provider: "s.provider" });
  return database.all<GatewaySecret>(
    `SELECT s.secret_id AS secretId, s.secret_name AS name, s.masked_value AS maskedValue,
            s.auth_config AS authConfig, s.provider, ${stamps("s")}
       FROM secrets s WHERE ${where} ORDER BY s.rowid`,
    values,
  );
}

/** Model definitions with the names of their secrets. */
export function listDefinitions(database: Database, wanted: Wanted): ModelDefinition[] {
  const { where, values } = conditions(wanted, {
    modelDefinitionId: "m.model_definition_id",
    secretId: "m.secret_id",
    provider: "m.provider",
  });
  return database.all<ModelDefinition>(
    `SELECT m.model_definition_id AS modelDefinitionId, m.name, m.secret_id AS secretId,
            s.secret_name AS secretName, m.provider, m.model_name AS modelName, ${stamps("m")}
       FROM model_definitions m LEFT JOIN secrets s ON s.secret_id = m.secret_id
      WHERE ${where} ORDER BY m.rowid`,
    values,
  );
}

/** Endpoints that have models, with these and their tags; `provider` is of any of the models. */
export function listEndpoints(database: Database, wanted: Wanted): GatewayEndpoint[] {
  const { where, values } = conditions(wanted, {
    provider: `EXISTS (SELECT 1 FROM endpoint_model_mappings x JOIN model_definitions d
      ON d.model_definition_id = x.model_definition_id
      WHERE x.endpoint_id = e.endpoint_id AND d.provider = ?)`,
  });
  const hasModels =
    "EXISTS (SELECT 1 FROM endpoint_model_mappings y WHERE y.endpoint_id = e.endpoint_id)";
  return readEndpoints(database, `${where} AND ${hasModels}`, values);
}

/** The endpoint of an id or a name. */
export function getEndpoint(database: Database, wanted: Wanted): GatewayEndpoint {
  const columns = { endpointId: "e.endpoint_id", name: "e.name" };
  const { where, values } = conditions(wanted, columns);
  return requireOne(readEndpoints(database, where, values), "GatewayEndpoint", wanted);
}

/** The secret of an id, without its value. */
export function getSecret(database: Database, secretId: string): GatewaySecret {
  return requireOne(listSecrets(database, { secretId }), "GatewaySecret", { secretId });
}

/** The model definition of an id. */
export function getDefinition(database: Database, modelDefinitionId: string): ModelDefinition {
  const wanted = { modelDefinitionId };
  return requireOne(listDefinitions(database, wanted), "GatewayModelDefinition", wanted);
}

function readEndpoints(database: Database, where: string, values: SqlValue[]): GatewayEndpoint[] {
  const rows = database.all<Omit<GatewayEndpoint, "mappings" | "tags">>(
    `SELECT e.endpoint_id AS endpointId, e.name, e.routing_strategy AS routingStrategy,
            e.fallback_config_json AS fallbackConfig, e.usage_tracking AS usesTracking,
            CAST(e.experiment_id AS TEXT) AS experimentId, ${stamps("e")}
       FROM endpoints e WHERE ${where} ORDER BY e.rowid`,
    values,
  );
  const ids = JSON.stringify(rows.map(({ endpointId }) => endpointId));
  const mine = "endpoint_id IN (SELECT value FROM json_each(?))";
  const mappings = groupRows(
    database.all<Omit<ModelMapping, "definition">>(
      `SELECT mapping_id AS mappingId, endpoint_id AS endpointId,
              model_definition_id AS modelDefinitionId, weight, linkage_type AS linkageType,
              fallback_order AS fallbackOrder, created_at AS createdAt, created_by AS createdBy
         FROM endpoint_model_mappings WHERE ${mine} ORDER BY rowid`,
      [ids],
    ),
    ({ endpointId }) => endpointId,
  );
  const tags = groupRows(
    database.all<{ endpointId: string; key: string; value: string | null }>(
      `SELECT endpoint_id AS endpointId, key, value FROM endpoint_tags WHERE ${mine} ORDER BY rowid`,
      [ids],
    ),
    ({ endpointId }) => endpointId,
  );
  const definitions = new Map(
    listDefinitions(database, {}).map((one) => [one.modelDefinitionId, one]),
  );
  return rows.map((row) => ({
    ...row,
    mappings: (mappings.get(row.endpointId) ?? []).map((mapping) => ({
      ...mapping,
      definition: definitions.get(mapping.modelDefinitionId) ?? null,
    })),
    tags: tags.get(row.endpointId) ?? [],
  }));
}

/** What endpoints are used by. */
export function listBindings(database: Database, wanted: Wanted): EndpointBinding[] {
  const { where, values } = conditions(wanted, {
    endpointId: "b.endpoint_id",
    resourceType: "b.resource_type",
    resourceId: "b.resource_id",
  });
  return database.all<EndpointBinding>(
    `SELECT b.endpoint_id AS endpointId, b.resource_type AS resourceType,
            b.resource_id AS resourceId, b.display_name AS displayName, ${stamps("b")}
       FROM endpoint_bindings b WHERE ${where} ORDER BY b.rowid`,
    values,
  );
}

/** The only one that was found. 404 as MLflow says it. */
export function requireOne<Item>(items: readonly Item[], what: string, wanted: Wanted): Item {
  const [item] = items;
  if (item === undefined) throw notFound(what, wanted);
  return item;
}

/** `GatewaySecret not found (secret_id='s-1')`. */
export function notFound(what: string, wanted: Wanted): MlflowError {
  const shown = given(wanted).map(([key, value]) => {
    const column = key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
    return `${column}='${value}'`;
  });
  return doesNotExist(`${what} not found (${shown.join(", ")})`);
}

/** Refuses both, and neither, of an endpoint's id and name. */
export function checkOneOf(wanted: Wanted): void {
  if (given(wanted).length === 1) return;
  throw invalidParameter("Exactly one of endpoint_id or name must be provided");
}

/** What rows must be equal to; undefined asks for nothing. */
export type Wanted = Readonly<Record<string, string | undefined>>;

function given(wanted: Wanted): [string, string][] {
  return Object.entries(wanted).filter((entry): entry is [string, string] => {
    return entry[1] !== undefined;
  });
}

function conditions(wanted: Wanted, columns: Readonly<Record<string, string>>) {
  const values: SqlValue[] = [];
  const parts = given(wanted).map(([key, value]) => {
    const column = columns[key] ?? "NULL";
    values.push(value);
    return column.includes("?") ? column : `${column} = ?`;
  });
  return { where: ["1", ...parts].join(" AND "), values };
}
