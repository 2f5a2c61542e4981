/**
 * The files of a run of MLflow's prompt engineering page: a table with what the model answered, and
 * a model that `mlflow.pyfunc` of 3.11.1 loads to ask its gateway again. The YAML files are written
 * as JSON, which YAML includes.
 */
import { newHexId } from "../../core/ids.ts";

/** What the page sends; parameters by name. */
export interface PromptlabTrial {
  readonly promptTemplate: string;
  readonly promptParameters: Readonly<Record<string, string>>;
  readonly modelRoute: string;
  readonly modelParameters: Readonly<Record<string, string>>;
  readonly modelInput: string;
  readonly modelOutput: string | null;
  readonly outputParameters: Readonly<Record<string, string>>;
}

export interface PromptlabFiles {
  /** What the run's model history keeps. */
  readonly facts: {
    readonly run_id: string;
    readonly artifact_path: string;
    readonly utc_time_created: string;
    readonly model_uuid: string;
  };
  /** Texts by path below the run's artifacts. */
  readonly files: Readonly<Record<string, string>>;
}

const PYTHON = "3.11";
const REQUIREMENT = "mlflow[gateway]==3.11.1";

/** The table and the model of a trial. */
export function makePromptlabFiles(
  runId: string,
  trial: PromptlabTrial,
  nowMs: number,
): PromptlabFiles {
  const utcTime = new Date(nowMs).toISOString().replace("T", " ").replace("Z", "000");
  const facts = {
    run_id: runId,
    artifact_path: "model",
    utc_time_created: utcTime,
    model_uuid: newHexId(),
  };
  const example = { inputs: Object.values(trial.promptParameters) };
  return {
    facts,
    files: {
      "eval_results_table.json": JSON.stringify(makeTable(trial)),
      "model/MLmodel": print(describeModel(facts, trial)),
      "model/parameters.yaml": print({
        prompt_template: trial.promptTemplate,
        prompt_parameters: trial.promptParameters,
        model_parameters: trial.modelParameters,
        model_route: trial.modelRoute,
      }),
      "model/requirements.txt": REQUIREMENT,
      "model/conda.yaml": print({
        channels: ["conda-forge"],
        dependencies: [`python=${PYTHON}`, "pip", { pip: [REQUIREMENT] }],
        name: "mlflow-env",
      }),
      "model/python_env.yaml": print({
        python: PYTHON,
        build_dependencies: ["pip", "setuptools", "wheel"],
        dependencies: ["-r requirements.txt"],
      }),
      "model/input_example.json": JSON.stringify(example),
      "model/serving_input_example.json": JSON.stringify({ inputs: example }),
    },
  };
}

function makeTable(trial: PromptlabTrial) {
  const { promptParameters, outputParameters } = trial;
  const names = [
    Object.keys(promptParameters),
    ["prompt", "output"],
    Object.keys(outputParameters),
  ];
  const values = [
    Object.values(promptParameters),
    [trial.modelInput, trial.modelOutput],
    Object.values(outputParameters),
  ];
  return { columns: names.flat(), data: [values.flat()] };
}

function describeModel(facts: PromptlabFiles["facts"], { promptParameters }: PromptlabTrial) {
  const column = (name: string) => ({ type: "string", name, required: true });
  return {
    ...facts,
    mlflow_version: "3.11.1",
    flavors: {
      python_function: {
        env: { conda: "conda.yaml", virtualenv: "python_env.yaml" },
        loader_module: "mlflow.prompt.promptlab_model",
        parameters_path: "parameters.yaml",
        python_version: PYTHON,
      },
    },
    saved_input_example_info: {
      artifact_path: "input_example.json",
      serving_input_path: "serving_input_example.json",
      type: "json_object",
    },
    signature: {
      inputs: JSON.stringify(Object.keys(promptParameters).map(column)),
      outputs: JSON.stringify([column("output")]),
      params: null,
    },
  };
}

function print(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
