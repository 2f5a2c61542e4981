/** The prompt engineering page of MLflow's web UI: one request makes a whole run with its model. */
import { Readable } from "node:stream";
import { type ExactJson, isJsonObject, JsonNumber } from "../../core/json/index.ts";
import { uploadArtifact } from "../artifacts/folder.ts";
import { below, placeOf } from "../artifacts/locate.ts";
import { makePromptlabFiles, type PromptlabTrial } from "../artifacts/promptlab-model.ts";
import type { KeyValue } from "../store/experiments.ts";
import { appendModel } from "../store/model-history.ts";
import { checkParam, checkTag, insertParams, upsertTags } from "../store/params-and-tags.ts";
import { loadRuns } from "../store/run-data.ts";
import { createRun, getRunInfo, updateRun } from "../store/runs.ts";
import { whenFree } from "../store/when-free.ts";
import { invalidParameter } from "../wire/error.ts";
import type { Int64 } from "../wire/fields.ts";
import { PrintedAnswer, printFields } from "../wire/print-json.ts";
import { printNewRun } from "../wire/run.ts";
import { apiRoute, type Context, type Route } from "./route.ts";

interface PromptlabRun {
  readonly experimentId: string;
  readonly runName: string;
  readonly userId: string;
  readonly startTime: Int64;
  readonly tags: readonly KeyValue[];
  readonly trial: PromptlabTrial;
}

const FIELDS = {
  experiment_id: "any",
  run_name: "any",
  tags: "any",
  prompt_template: "any",
  prompt_parameters: "any",
  model_route: "any",
  model_parameters: "any",
  model_input: "any",
  model_output: "any",
  model_output_parameters: "any",
  mlflow_version: "any",
  user_id: "any",
  start_time: "any",
} as const;
type Message = { [Name in keyof typeof FIELDS]?: ExactJson };

export const promptlabRoutes: readonly Route[] = [
  apiRoute({
    method: "POST",
    path: "/runs/create-promptlab-run",
    isAjaxOnly: true,
    fields: FIELDS,
    handle: async ({ context, message }) => {
      const runId = await createPromptlabRun(context, readRun(message, context.clock.nowMs()));
      const { database } = context;
      const [run] = loadRuns(database, [getRunInfo(database, runId)]);
      return new PrintedAnswer(printFields({ run: run === undefined ? null : printNewRun(run) }));
    },
  }),
];

async function createPromptlabRun(context: Context, run: PromptlabRun): Promise<string> {
  const { database, clock, settings } = context;
  const { trial } = run;
  const truncates = settings.environment.truncatesLongValues;
  const logged = [
    ...toKeyValues(trial.modelParameters),
    { key: "model_route", value: trial.modelRoute },
    { key: "prompt_template", value: trial.promptTemplate },
  ].map((param, index) => checkParam(param, `params[${index}]`, truncates));
  const facts = [
    {
      key: "mlflow.loggedArtifacts",
      value: '[{"path": "eval_results_table.json", "type": "table"}]',
    },
    { key: "mlflow.runSourceType", value: "PROMPT_ENGINEERING" },
  ];
  const start = () => {
    const id = createRun(database, run);
    insertParams(database, id, logged);
    upsertTags(database, id, facts);
    const { files, facts: modelFacts } = makePromptlabFiles(id, trial, clock.nowMs());
    appendModel(database, id, { ...modelFacts, flavors: {} }, truncates);
    return { runId: id, files };
  };
  const { runId, files } = await whenFree(database, () => database.transaction(start), { clock });
  const { artifactUri } = getRunInfo(database, runId);
  // As in MLflow, a run whose files cannot be written stays, as failed.
  const status = await writeFiles(context, artifactUri ?? "", files).then(
    () => "FINISHED" as const,
    () => "FAILED" as const,
  );
  const end = () => updateRun(database, runId, { status, endTime: clock.nowMs() });
  await whenFree(database, end, { clock });
  return runId;
}

async function writeFiles(
  { settings }: Context,
  artifactUri: string,
  files: Readonly<Record<string, string>>,
): Promise<void> {
  const root = placeOf(artifactUri, settings);
  for (const [path, text] of Object.entries(files)) {
    const place = below(root, path);
    await uploadArtifact(place.root, place.path, Readable.from([Buffer.from(text)]));
  }
}

function readRun(message: Message, nowMs: number): PromptlabRun {
  const need = (name: keyof Message): ExactJson => {
    const value = message[name];
    const isEmpty = Array.isArray(value) && value.length === 0;
    if (value && !isEmpty) return value;
    throw invalidParameter(`CreatePromptlabRun request must specify ${name}.`);
  };
  const experimentId = toText(need("experiment_id"));
  const promptTemplate = toText(need("prompt_template"));
  const promptParameters = toParameters(need("prompt_parameters"));
  const modelRoute = toText(need("model_route"));
  const modelInput = toText(need("model_input"));
  need("mlflow_version");
  const output = message.model_output ?? null;
  const start = message.start_time;
  return {
    experimentId,
    runName: toText(message.run_name ?? ""),
    userId: toText(message.user_id ?? "unknown"),
    startTime: typeof start === "number" || typeof start === "bigint" ? start : nowMs,
    tags: toKeyValues(toParameters(message.tags ?? [])).map((tag) => checkTag(tag, "", true)),
    trial: {
      promptTemplate,
      promptParameters,
      modelRoute,
      modelParameters: toParameters(message.model_parameters ?? []),
      modelInput,
      modelOutput: output === null ? null : toText(output),
      outputParameters: toParameters(message.model_output_parameters ?? []),
    },
  };
}

/** `[{"key": …, "value": …}]` by key. */
function toParameters(list: ExactJson): Record<string, string> {
  if (!Array.isArray(list)) return {};
  const entries = list
    .filter(isJsonObject)
    .map(({ key = "", value = "" }) => [toText(key), toText(value)]);
  return Object.fromEntries(entries) as Record<string, string>;
}

function toKeyValues(parameters: Readonly<Record<string, string>>): KeyValue[] {
  return Object.entries(parameters).map(([key, value]) => ({ key, value }));
}

function toText(value: ExactJson): string {
  if (typeof value === "string") return value;
  if (value instanceof JsonNumber) return value.text;
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}
