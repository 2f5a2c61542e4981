/** Experiments over any transport. */
import { SovereignError } from "../../core/errors.ts";
import {
  type ExperimentEntity,
  object,
  type Page,
  text,
  toExperiment,
  toPage,
} from "./entities.ts";
import type { Transport } from "./transport.ts";

/** What is asked of a search, and which page of it. */
export interface SearchOptions {
  /** In MLflow's filter language. */
  filter?: string;
  orderBy?: readonly string[];
  maxResults?: number;
  pageToken?: string;
  /** Default `ACTIVE_ONLY`. */
  viewType?: "ACTIVE_ONLY" | "DELETED_ONLY" | "ALL";
}

/** Experiments of a store. */
export interface ExperimentClient {
  create(
    name: string,
    options?: { artifactLocation?: string; tags?: Readonly<Record<string, string>> },
  ): Promise<string>;
  get(experimentId: string): Promise<ExperimentEntity>;
  getByName(name: string): Promise<ExperimentEntity>;
  /** The id of the experiment of this name, which is made when it is missing. */
  ensure(name: string): Promise<string>;
  rename(experimentId: string, name: string): Promise<void>;
  /** Deletes the experiment and its runs; `restore` brings them back. */
  delete(experimentId: string): Promise<void>;
  restore(experimentId: string): Promise<void>;
  setTag(experimentId: string, key: string, value: string): Promise<void>;
  search(options?: SearchOptions): Promise<Page<ExperimentEntity>>;
}

/** @internal Experiments over `transport`. */
export function createExperimentClient(transport: Transport): ExperimentClient {
  const post = (path: string, params: Readonly<Record<string, unknown>>) =>
    transport.call({ method: "POST", path: `/experiments/${path}`, params });
  const get = async (path: string, params: Readonly<Record<string, unknown>>) => {
    const answer = await transport.call({ method: "GET", path: `/experiments/${path}`, params });
    return toExperiment(object(answer.experiment));
  };
  const client: ExperimentClient = {
    create: async (name, options = {}) => {
      const tags = toPairs(options.tags ?? {});
      const location = options.artifactLocation;
      const answer = await post("create", { name, artifact_location: location, tags });
      return text(answer.experiment_id);
    },
    get: (experimentId) => get("get", { experiment_id: experimentId }),
    getByName: (name) => get("get-by-name", { experiment_name: name }),
    ensure: async (name) => {
      const find = async () => (await client.getByName(name)).experimentId;
      const found = await find().catch(unless("RESOURCE_DOES_NOT_EXIST"));
      if (found !== null) return found;
      // Another process may make it in between.
      const created = await client.create(name).catch(unless("RESOURCE_ALREADY_EXISTS"));
      return created ?? find();
    },
    rename: async (experimentId, name) => {
      await post("update", { experiment_id: experimentId, new_name: name });
    },
    delete: async (experimentId) => {
      await post("delete", { experiment_id: experimentId });
    },
    restore: async (experimentId) => {
      await post("restore", { experiment_id: experimentId });
    },
    setTag: async (experimentId, key, value) => {
      await post("set-experiment-tag", { experiment_id: experimentId, key, value });
    },
    search: async (options = {}) =>
      toPage(await post("search", searchParams(options, 1000)), "experiments", toExperiment),
  };
  return client;
}

/** Null for a refusal with this code. */
function unless(code: string): (error: unknown) => null {
  return (error) => {
    if (error instanceof SovereignError && error.code === code) return null;
    throw error;
  };
}

/** @internal The parameters that all searches share. */
export function searchParams(options: SearchOptions, maxResults: number) {
  return {
    filter: options.filter,
    order_by: options.orderBy,
    max_results: options.maxResults ?? maxResults,
    page_token: options.pageToken,
    view_type: options.viewType,
  };
}

/** A map as `[{key, value}]`. */
export function toPairs(map: Readonly<Record<string, string>>) {
  return Object.entries(map).map(([key, value]) => ({ key, value }));
}
