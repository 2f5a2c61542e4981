/** `sovereign mlflow log model`: a folder with an `MLmodel` as a logged model. */
import { resolve } from "node:path";
import { SovereignError } from "../../../../core/errors.ts";
import { STRING } from "../../../../lake/schema/data-type.ts";
import { defineCommand } from "../../../command.ts";
import { findExperiment, findRun } from "../../../mlflow/find.ts";
import { openTracking, TRACKING_FLAGS } from "../../../mlflow/tracking.ts";
import { readPairs } from "../../../pairs.ts";

const FIELDS = [
  { name: "model_id", type: STRING },
  { name: "name", type: STRING },
  { name: "status", type: STRING },
  { name: "source_run_id", type: STRING },
  { name: "artifact_uri", type: STRING },
] as const;

export const command = defineCommand({
  args: {
    folder: { summary: "the folder that holds `MLmodel`", required: true, completes: "files" },
  },
  flags: {
    run: { type: "string", value: "run", summary: "the run that made it" },
    experiment: {
      type: "string",
      short: "e",
      value: "name",
      summary: "the experiment of a model that no run made",
    },
    name: { type: "string", value: "text", summary: "the model's name (default model)" },
    type: { type: "string", value: "word", summary: "what kind it is: `classifier`, `agent` …" },
    param: { type: "string", value: "key=value", repeat: true, summary: "a param of it" },
    tag: { type: "string", value: "key=value", repeat: true, summary: "a tag of it" },
    ...TRACKING_FLAGS,
  },
  examples: [
    { comment: "What a run made", run: "sovereign mlflow log model model --run baseline" },
    {
      comment: "A model from elsewhere",
      run: "sovereign mlflow log model model -e churn --name imported",
    },
  ],
  notes:
    "The folder is what `save_model` of MLflow writes. It becomes a logged model of MLflow 3, which Python loads as `models:/<model_id>`; `MLmodel` gets the model's and the run's ids, the folder stays as it is.",
  fields: FIELDS,
  databricks: "`mlflow.<flavor>.log_model` in Python",
  seeAlso: ["mlflow log artifact", "mlflow runs show"],
  async run(context, { args, flags }) {
    const [params, tags] = [readPairs(flags.param, "--param"), readPairs(flags.tag, "--tag")];
    if ((flags.run === undefined) === (flags.experiment === undefined)) {
      throw new SovereignError(
        "INVALID_PARAMETER_VALUE",
        "a model belongs to a run or an experiment",
        {
          hint: "give one of `--run RUN` and `--experiment NAME`",
        },
      );
    }
    const client = await openTracking(context, flags, { writes: true });
    const { logModel } = await import("../../../../mlflow/index.ts");
    const place =
      flags.run === undefined
        ? { experimentId: (await findExperiment(client, flags.experiment ?? "")).experimentId }
        : await findRun(client, flags.run);
    const runId = "runId" in place ? { runId: place.runId } : {};
    const model = await logModel(client, {
      experimentId: place.experimentId,
      ...runId,
      folder: resolve(context.io.cwd, args.folder),
      name: flags.name ?? "model",
      ...(flags.type === undefined ? {} : { modelType: flags.type }),
      params,
      tags,
    });
    await context.printRecord(FIELDS, {
      model_id: model.modelId,
      name: model.name,
      status: model.status,
      source_run_id: model.sourceRunId === "" ? null : model.sourceRunId,
      artifact_uri: model.artifactUri,
    });
    await context.note(`logged \`models:/${model.modelId}\``);
    return 0;
  },
});
