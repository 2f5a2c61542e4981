/**
 * Model serving endpoints as the clients of indexes ask for them: `get_index` of an index with an
 * embedder looks its endpoint up (api/2.0/serving-endpoints). Here embedders run in this process,
 * so every one that can be named, or that a collection has, is READY.
 */
import { basename } from "node:path";
import { SovereignError } from "../../core/errors.ts";
import { BUILT_IN_NAMES, isEmbedderName } from "../embed/open-embedder.ts";

/** What an embedder is called as an endpoint: a model by the name of its folder. */
export function modelEndpointName(spec: string): string {
  return isEmbedderName(spec) ? spec : basename(spec);
}

/** All endpoints, of built-in embedders and of those `inUse`. */
export function listModelEndpoints(inUse: readonly string[]): unknown {
  const names = new Set([...BUILT_IN_NAMES, ...inUse.map(modelEndpointName)]);
  return { endpoints: [...names].sort().map(describe) };
}

/** One of them; RESOURCE_DOES_NOT_EXIST without one of that name. */
export function getModelEndpoint(name: string, inUse: readonly string[]): unknown {
  if (isEmbedderName(name) || inUse.some((spec) => modelEndpointName(spec) === name)) {
    return describe(name);
  }
  throw new SovereignError("RESOURCE_DOES_NOT_EXIST", `there is no model endpoint \`${name}\``, {
    hint: `there are ${BUILT_IN_NAMES.join(", ")}, and the embedders of collections`,
  });
}

function describe(name: string): unknown {
  return {
    ...{ name, id: name, creator: "local", creation_timestamp: 0, last_updated_timestamp: 0 },
    state: { ready: "READY", config_update: "NOT_UPDATING" },
    task: "llm/v1/embeddings",
    config: { served_entities: [{ name, entity_name: name }] },
    route_optimized: false,
  };
}
