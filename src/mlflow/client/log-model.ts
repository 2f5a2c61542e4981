/**
 * Logging a model folder (`MLmodel` and what it names) as MLflow 3 does: a logged model that is
 * PENDING while its files go up, READY when they are there, FAILED when they did not get there, and
 * an output of the run that made it.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { SovereignError } from "../../core/errors.ts";
import type { MlflowClient } from "./client.ts";
import { object, text } from "./entities.ts";
import { toPairs } from "./experiments.ts";
import type { WireAnswer } from "./transport.ts";

/** A model that is to be logged. */
export interface LogModelOptions {
  /** Of the run, or of the model alone. */
  experimentId: string;
  /** The folder that holds `MLmodel`. */
  folder: string;
  name: string;
  /** The run that made it. */
  runId?: string;
  /** `classifier`, `agent` …: any word. */
  modelType?: string;
  params?: Readonly<Record<string, string>>;
  tags?: Readonly<Record<string, string>>;
}

/** A model as the store keeps it, registered or not. */
export interface LoggedModelEntity {
  modelId: string;
  experimentId: string;
  name: string;
  /** `LOGGED_MODEL_READY`, … */
  status: string;
  artifactUri: string;
  sourceRunId: string;
}

/**
 * Logs the folder and returns the model. RESOURCE_DOES_NOT_EXIST without an `MLmodel`, DATA_LOSS
 * for one that is none; the errors of the store and of its artifacts.
 */
export async function logModel(
  client: MlflowClient,
  options: LogModelOptions,
): Promise<LoggedModelEntity> {
  const { folder, runId, name, experimentId, modelType, params = {}, tags = {} } = options;
  const description = await readDescription(join(folder, "MLmodel"));
  const send = (method: "POST" | "PATCH", path: string, body: Record<string, unknown>) =>
    client.transport.call({ method, path, params: body });
  const created = toLoggedModel(
    await send("POST", "/logged-models", {
      experiment_id: experimentId,
      name,
      model_type: modelType,
      source_run_id: runId,
      params: toPairs(params),
      tags: toPairs(tags),
    }),
  );
  const { modelId, artifactUri } = created;
  const finish = async (status: string) =>
    toLoggedModel(await send("PATCH", `/logged-models/${modelId}`, { model_id: modelId, status }));
  try {
    await client.artifacts.put(artifactUri, folder);
    const own = { model_id: modelId, model_uuid: modelId, artifact_path: artifactUri };
    const facts = Object.entries(runId === undefined ? own : { ...own, run_id: runId });
    for (const [key, value] of facts) description.set(key, value);
    await client.artifacts.writeText(artifactUri, "MLmodel", String(description));
    const models = [{ model_id: modelId, step: 0 }];
    if (runId !== undefined) await send("POST", "/runs/outputs", { run_id: runId, models });
  } catch (error) {
    await finish("LOGGED_MODEL_UPLOAD_FAILED");
    throw error;
  }
  return finish("LOGGED_MODEL_READY");
}

/** The `MLmodel` file, a YAML map with flavors. */
async function readDescription(path: string) {
  if (!existsSync(path)) {
    throw new SovereignError(
      "RESOURCE_DOES_NOT_EXIST",
      `there is no model: \`${path}\` is missing`,
      {
        hint: "name the folder that `save_model` wrote; other folders are artifacts: `sovereign mlflow log artifact`",
      },
    );
  }
  const { isMap, parseDocument } = await import("yaml");
  const document = parseDocument(readFileSync(path, "utf8"), { version: "1.1" });
  const flavors =
    document.errors.length === 0 && isMap(document.contents) && document.get("flavors");
  if (isMap(flavors) && flavors.items.length > 0) return document;
  throw new SovereignError("DATA_LOSS", `\`${path}\` describes no model: it names no flavors`, {
    hint: "save the model again: `MLmodel` is YAML with a `flavors` map",
  });
}

function toLoggedModel(answer: WireAnswer): LoggedModelEntity {
  const info = object(object(answer.model).info);
  return {
    modelId: text(info.model_id),
    experimentId: text(info.experiment_id),
    name: text(info.name),
    status: text(info.status),
    artifactUri: text(info.artifact_uri),
    sourceRunId: text(info.source_run_id),
  };
}
