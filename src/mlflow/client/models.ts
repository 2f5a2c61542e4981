/** The model registry over any transport: models, versions, aliases, stages. */
import {
  type ModelVersionEntity,
  object,
  type Page,
  type RegisteredModelEntity,
  text,
  toModelVersion,
  toPage,
  toRegisteredModel,
} from "./entities.ts";
import { type SearchOptions, searchParams, toPairs } from "./experiments.ts";
import type { ApiCall, Transport, WireObject } from "./transport.ts";

/** A version that is to be registered. */
export interface NewModelVersion {
  name: string;
  /** `runs:/ID/path`, `models:/m-…`, `mlflow-artifacts:/…`. */
  source: string;
  runId?: string;
  description?: string;
  tags?: Readonly<Record<string, string>>;
}

/** The model registry of a store. */
export interface ModelClient {
  create(
    name: string,
    options?: { description?: string; tags?: Readonly<Record<string, string>> },
  ): Promise<RegisteredModelEntity>;
  get(name: string): Promise<RegisteredModelEntity>;
  rename(name: string, newName: string): Promise<RegisteredModelEntity>;
  describe(name: string, description: string): Promise<RegisteredModelEntity>;
  delete(name: string): Promise<void>;
  search(options?: SearchOptions): Promise<Page<RegisteredModelEntity>>;
  setTag(name: string, key: string, value: string): Promise<void>;
  setAlias(name: string, alias: string, version: string): Promise<void>;
  deleteAlias(name: string, alias: string): Promise<void>;
  getByAlias(name: string, alias: string): Promise<ModelVersionEntity>;
  createVersion(version: NewModelVersion): Promise<ModelVersionEntity>;
  getVersion(name: string, version: string): Promise<ModelVersionEntity>;
  searchVersions(options?: SearchOptions): Promise<Page<ModelVersionEntity>>;
  deleteVersion(name: string, version: string): Promise<void>;
  setVersionTag(name: string, version: string, key: string, value: string): Promise<void>;
  /** `None`, `Staging`, `Production` or `Archived`; `archiveOthers` moves the stage's others out. */
  moveToStage(
    name: string,
    version: string,
    stage: string,
    archiveOthers?: boolean,
  ): Promise<ModelVersionEntity>;
  /** Where the files of a version lie. */
  artifactUri(name: string, version: string): Promise<string>;
}

/** @internal The registry over `transport`. */
export function createModelClient(transport: Transport): ModelClient {
  const send = (method: ApiCall["method"], path: string, params: WireObject) =>
    transport.call({ method, path, params });
  const model = async (method: ApiCall["method"], path: string, params: WireObject) =>
    toRegisteredModel(
      object((await send(method, `/registered-models/${path}`, params)).registered_model),
    );
  const version = async (method: ApiCall["method"], path: string, params: WireObject) =>
    toModelVersion(object((await send(method, path, params)).model_version));
  return {
    create: (name, { description, tags = {} } = {}) =>
      model("POST", "create", { name, description, tags: toPairs(tags) }),
    get: (name) => model("GET", "get", { name }),
    rename: (name, newName) => model("POST", "rename", { name, new_name: newName }),
    describe: (name, description) => model("PATCH", "update", { name, description }),
    delete: async (name) => {
      await send("DELETE", "/registered-models/delete", { name });
    },
    search: async (options = {}) => {
      const { view_type: _, ...params } = searchParams(options, 100);
      const answer = await send("GET", "/registered-models/search", params);
      return toPage(answer, "registered_models", toRegisteredModel);
    },
    setTag: async (name, key, value) => {
      await send("POST", "/registered-models/set-tag", { name, key, value });
    },
    setAlias: async (name, alias, versionOf) => {
      await send("POST", "/registered-models/alias", { name, alias, version: versionOf });
    },
    deleteAlias: async (name, alias) => {
      await send("DELETE", "/registered-models/alias", { name, alias });
    },
    getByAlias: (name, alias) => version("GET", "/registered-models/alias", { name, alias }),
    createVersion: ({ name, source, runId, description, tags = {} }) =>
      version("POST", "/model-versions/create", {
        name,
        source,
        run_id: runId,
        description,
        tags: toPairs(tags),
      }),
    getVersion: (name, of) => version("GET", "/model-versions/get", { name, version: of }),
    searchVersions: async (options = {}) => {
      const { view_type: _, ...params } = searchParams(options, 1000);
      const answer = await send("GET", "/model-versions/search", params);
      return toPage(answer, "model_versions", toModelVersion);
    },
    deleteVersion: async (name, of) => {
      await send("DELETE", "/model-versions/delete", { name, version: of });
    },
    setVersionTag: async (name, of, key, value) => {
      await send("POST", "/model-versions/set-tag", { name, version: of, key, value });
    },
    moveToStage: (name, of, stage, archiveOthers = false) =>
      version("POST", "/model-versions/transition-stage", {
        name,
        version: of,
        stage,
        archive_existing_versions: archiveOthers,
      }),
    artifactUri: async (name, of) => {
      const params = { name, version: of };
      return text((await send("GET", "/model-versions/get-download-uri", params)).artifact_uri);
    },
  };
}
