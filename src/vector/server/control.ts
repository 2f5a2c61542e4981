/** Endpoints and indexes of the REST API: made, listed, described, deleted. */
import { SovereignError } from "../../core/errors.ts";
import type { Collection } from "../collection.ts";
import { isEmbedderName } from "../embed/open-embedder.ts";
import { MAX_DIMS } from "../store/section-file.ts";
import type { TableSource } from "../types.ts";
import type { Endpoint, Endpoints } from "./endpoints.ts";
import { shapeOf } from "./index-rows.ts";
import type { Indexes } from "./indexes.ts";
import {
  type Message,
  readChoice,
  readCount,
  readJson,
  readText,
  readTexts,
  refuse,
  refuseMembers,
  requireObject,
  requireText,
} from "./message.ts";
import { modelEndpointName } from "./model-endpoints.ts";

/** What the routes share. */
export interface Service {
  readonly endpoints: Endpoints;
  readonly indexes: Indexes;
  /** `http://127.0.0.1:5010`, for links. */
  readonly url: string;
}

const CREATOR = "local";

export async function createEndpoint({ endpoints }: Service, message: Message): Promise<unknown> {
  const type = readChoice(message, "endpoint_type", ["STANDARD", "STORAGE_OPTIMIZED"] as const);
  const made = await endpoints.create(requireText(message, "name"), type ?? "STANDARD");
  return describeEndpoint(made, 0);
}

export function getEndpoint(service: Service, name: string): unknown {
  return describeEndpoint(service.endpoints.get(name), indexesOf(service, name).length);
}

export function listEndpoints(service: Service): unknown {
  const endpoints = service.endpoints
    .list()
    .map((endpoint) => describeEndpoint(endpoint, indexesOf(service, endpoint.name).length));
  return { endpoints };
}

export async function deleteEndpoint(service: Service, name: string): Promise<unknown> {
  const indexes = indexesOf(service, name);
  if (indexes.length > 0) {
    throw new SovereignError(
      "RESOURCE_CONFLICT",
      `endpoint \`${name}\` has indexes: ${indexes.join(", ")}`,
      { hint: "delete them first" },
    );
  }
  await service.endpoints.delete(name);
  return {};
}

function indexesOf({ indexes }: Service, endpoint: string): string[] {
  return indexes.names().filter((name) => {
    try {
      return indexes.endpointOf(name) === endpoint;
    } catch (error) {
      // One damaged file must not hide the others.
      if (error instanceof SovereignError) return false;
      throw error;
    }
  });
}

function describeEndpoint(endpoint: Endpoint, indexCount: number): unknown {
  return {
    ...endpoint,
    id: endpoint.name,
    creator: CREATOR,
    endpoint_status: { state: "ONLINE" },
    last_updated_timestamp: endpoint.creation_timestamp,
    last_updated_user: CREATOR,
    num_indexes: indexCount,
  };
}

/** Indexes of an endpoint, without their rows. */
export async function listIndexes(service: Service, endpoint: string): Promise<unknown> {
  service.endpoints.get(endpoint);
  const names = indexesOf(service, endpoint);
  const described = await Promise.all(names.map((name) => describeIndex(service, name)));
  const vector_indexes = described.map(
    ({ name, endpoint_name, index_type, index_subtype, primary_key, creator }) => ({
      ...{ name, endpoint_name, index_type, index_subtype, primary_key, creator },
    }),
  );
  return { vector_indexes };
}

export async function createIndex(
  service: Service,
  message: Message,
  endpoint: string,
): Promise<unknown> {
  service.endpoints.get(endpoint);
  const name = requireText(message, "name");
  const type = readChoice(message, "index_type", ["DELTA_SYNC", "DIRECT_ACCESS"] as const);
  if (type === undefined) throw refuse("`index_type` is missing");
  const keyColumn = requireText(message, "primary_key");
  if (type === "DELTA_SYNC") {
    const spec = requireObject(message.delta_sync_index_spec, "`delta_sync_index_spec`");
    const { source, ...more } = readTableSpec(spec, keyColumn);
    const vectorColumn = source.vectorColumn ?? "__db_vector";
    const names = { endpoint, keyColumn, vectorColumn, schema: {} };
    await service.indexes.createOfTable(name, { source, names, ...more });
  } else {
    const spec = requireObject(message.direct_access_index_spec, "`direct_access_index_spec`");
    refuseMembers(spec, ["embedding_source_columns"]);
    const { column: vectorColumn, dims } = readVectorColumn(spec);
    const schema = readSchema(spec);
    if (vectorColumn === keyColumn) throw refuse(`\`${keyColumn}\` cannot be key and vector`);
    await service.indexes.create(name, {
      names: { endpoint, keyColumn, vectorColumn, schema },
      dims,
    });
  }
  return describeIndex(service, name);
}

function readTableSpec(
  spec: Message,
  keyColumn: string,
): { source: TableSource; dims?: number; embedder?: string; embedField?: string } {
  refuseMembers(spec, ["embedding_writeback_table"]);
  const columns = readTexts(spec, "columns_to_sync");
  const pipeline = readChoice(spec, "pipeline_type", ["TRIGGERED", "CONTINUOUS"] as const);
  const hasVector = ![undefined, null].includes(spec.embedding_vector_columns as null);
  const vector = hasVector ? readVectorColumn(spec) : null;
  return {
    source: {
      table: requireText(spec, "source_table"),
      keyColumn,
      ...(vector === null ? {} : { vectorColumn: vector.column }),
      ...(columns === undefined || columns.length === 0 ? {} : { columns }),
      pipeline: pipeline === "CONTINUOUS" ? "continuous" : "triggered",
    },
    ...(vector === null ? readSourceColumn(spec) : { dims: vector.dims }),
  };
}

/** A column of texts and what embeds them, by the names of `vector create --embedder`. */
function readSourceColumn(spec: Message): { embedder?: string; embedField?: string } {
  const columns = spec.embedding_source_columns ?? [];
  if (!Array.isArray(columns) || columns.length > 1) {
    throw refuse("`embedding_source_columns` must hold one column");
  }
  if (columns.length === 0) return {};
  const column = requireObject(columns[0], "`embedding_source_columns`");
  const embedder = requireText(column, "embedding_model_endpoint_name");
  if (!isEmbedderName(embedder)) {
    throw refuse(`there is no model endpoint \`${embedder}\`: use lsa, tfidf or lab-hash`);
  }
  return { embedder, embedField: requireText(column, "name") };
}

function readVectorColumn(spec: Message): { column: string; dims: number } {
  const columns = spec.embedding_vector_columns;
  if (!Array.isArray(columns) || columns.length !== 1) {
    throw refuse("`embedding_vector_columns` must hold one column");
  }
  const column = requireObject(columns[0], "`embedding_vector_columns`");
  const dims = readCount(column, "embedding_dimension", MAX_DIMS);
  if (dims === undefined) throw refuse("`embedding_dimension` is missing");
  return { column: requireText(column, "name"), dims };
}

function readSchema(spec: Message): Record<string, string> {
  const text = readText(spec, "schema_json");
  if (text === undefined || text === "") return {};
  const schema = requireObject(readJson(text, "`schema_json`"), "`schema_json`");
  return Object.fromEntries(Object.keys(schema).map((name) => [name, requireText(schema, name)]));
}

/** Everything about an index but its rows. */
export async function describeIndex(service: Service, name: string) {
  return service.indexes.use(name, "read", (collection) => describe(service, name, collection));
}

function describe(service: Service, name: string, collection: Collection) {
  const { running, isFilling, failure } = service.indexes.statusOf(name);
  const { source, names, synced, dims, text } = collection.settings;
  const { keyColumn, vectorColumn } = shapeOf(collection);
  const { embedder } = collection.settings;
  const embedding_vector_columns =
    vectorColumn === null || embedder !== undefined
      ? []
      : [{ name: vectorColumn, embedding_dimension: dims }];
  const embedding_source_columns =
    embedder === undefined
      ? []
      : [{ name: embedder.field, embedding_model_endpoint_name: modelEndpointName(embedder.spec) }];
  const isReady = source === undefined || (synced !== undefined && !isFilling);
  const state = stateOf(source, {
    isReady,
    isSyncing: running !== null,
    hasFailed: failure !== null,
  });
  const spec =
    source === undefined
      ? {
          direct_access_index_spec: {
            embedding_vector_columns,
            schema_json: JSON.stringify(names?.schema ?? {}),
          },
        }
      : {
          delta_sync_index_spec: {
            source_table: source.table,
            pipeline_type: source.pipeline.toUpperCase(),
            embedding_vector_columns,
            ...(embedder === undefined ? {} : { embedding_source_columns }),
            ...(source.columns === undefined ? {} : { columns_to_sync: source.columns }),
          },
        };
  return {
    name,
    endpoint_name: service.indexes.endpointOf(name),
    primary_key: keyColumn,
    index_type: source === undefined ? "DIRECT_ACCESS" : "DELTA_SYNC",
    index_subtype: dims === 0 ? "FULL_TEXT" : text.length > 0 ? "HYBRID" : "VECTOR",
    creator: CREATOR,
    ...spec,
    status: {
      detailed_state: state,
      ready: isReady,
      indexed_row_count: collection.count,
      index_url: `${service.url}/api/2.0/vector-search/indexes/${encodeURIComponent(name)}`,
      message: failure ?? (isReady ? "Index is ready" : "The table is being read"),
    },
  };
}

/** `detailed_state` as the API names it. */
function stateOf(
  source: TableSource | undefined,
  { isReady, isSyncing, hasFailed }: { isReady: boolean; isSyncing: boolean; hasFailed: boolean },
): string {
  if (source === undefined) return "ONLINE_DIRECT_ACCESS";
  if (hasFailed) return isReady ? "ONLINE_PIPELINE_FAILED" : "OFFLINE_FAILED";
  if (!isReady) return "PROVISIONING_INITIAL_SNAPSHOT";
  if (source.pipeline === "continuous") return "ONLINE_CONTINUOUS_UPDATE";
  return isSyncing ? "ONLINE_TRIGGERED_UPDATE" : "ONLINE_NO_PENDING_UPDATE";
}
