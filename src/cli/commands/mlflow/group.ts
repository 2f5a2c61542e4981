/** The `mlflow` group of the command tree; see `../index.ts`. */
import type { CommandGroup } from "../../command.ts";

export const MLFLOW_GROUP: CommandGroup = {
  name: "mlflow",
  heading: "Machine learning",
  summary: "Experiments, runs and models: a tracking server for MLflow's clients",
  verbs: [
    {
      name: "server",
      summary: "Serve MLflow's REST API",
      load: () => import("./server.ts"),
    },
    {
      name: "experiments",
      summary: "Groups of runs on one question",
      verbs: [
        {
          name: "list",
          summary: "List experiments",
          load: () => import("./experiments/list.ts"),
        },
        {
          name: "create",
          summary: "Create an experiment",
          load: () => import("./experiments/create.ts"),
        },
        {
          name: "show",
          summary: "Show an experiment",
          load: () => import("./experiments/show.ts"),
        },
        {
          name: "rename",
          summary: "Rename an experiment",
          load: () => import("./experiments/rename.ts"),
        },
        {
          name: "delete",
          summary: "Delete an experiment and its runs",
          load: () => import("./experiments/delete.ts"),
        },
        {
          name: "restore",
          summary: "Bring a deleted experiment back",
          load: () => import("./experiments/restore.ts"),
        },
        {
          name: "search",
          summary: "Find experiments by a filter",
          load: () => import("./experiments/search.ts"),
        },
      ],
    },
    {
      name: "runs",
      summary: "What was logged: params, metrics, artifacts",
      verbs: [
        {
          name: "list",
          summary: "List runs, the newest first",
          load: () => import("./runs/list.ts"),
        },
        {
          name: "create",
          summary: "Start a run",
          load: () => import("./runs/create.ts"),
        },
        {
          name: "end",
          summary: "Say how a run went",
          load: () => import("./runs/end.ts"),
        },
        {
          name: "show",
          summary: "Show a run with all it holds",
          load: () => import("./runs/show.ts"),
        },
        {
          name: "delete",
          summary: "Put runs aside",
          load: () => import("./runs/delete.ts"),
        },
        {
          name: "restore",
          summary: "Bring deleted runs back",
          load: () => import("./runs/restore.ts"),
        },
        {
          name: "search",
          summary: "Find runs by a filter, with metrics and params",
          load: () => import("./runs/search.ts"),
        },
        {
          name: "compare",
          summary: "Compare runs: metric curves and what differs",
          load: () => import("./runs/compare.ts"),
        },
        {
          name: "watch",
          summary: "Follow the metrics of a run",
          load: () => import("./runs/watch.ts"),
        },
      ],
    },
    {
      name: "log",
      summary: "Add to a run",
      verbs: [
        {
          name: "metric",
          summary: "Log values of metrics",
          load: () => import("./log/metric.ts"),
        },
        {
          name: "param",
          summary: "Log params of a run",
          load: () => import("./log/param.ts"),
        },
        {
          name: "tag",
          summary: "Set or remove tags of a run",
          load: () => import("./log/tag.ts"),
        },
        {
          name: "batch",
          summary: "Log many entries from a file or stdin",
          load: () => import("./log/batch.ts"),
        },
        {
          name: "artifact",
          summary: "Store a file or folder with a run",
          load: () => import("./log/artifact.ts"),
        },
        {
          name: "model",
          summary: "Log a folder as an MLflow model",
          load: () => import("./log/model.ts"),
        },
      ],
    },
    {
      name: "artifacts",
      summary: "The files of runs",
      verbs: [
        {
          name: "list",
          summary: "List the artifacts of a run",
          load: () => import("./artifacts/list.ts"),
        },
        {
          name: "get",
          summary: "Fetch artifacts of a run",
          load: () => import("./artifacts/get.ts"),
        },
        {
          name: "put",
          summary: "Store a file or folder with a run",
          load: () => import("./artifacts/put.ts"),
        },
      ],
    },
    {
      name: "models",
      summary: "Models with versions, aliases and stages",
      verbs: [
        {
          name: "list",
          summary: "List registered models",
          load: () => import("./models/list.ts"),
        },
        {
          name: "show",
          summary: "Show the versions of a model, or one of them",
          load: () => import("./models/show.ts"),
        },
        {
          name: "create",
          summary: "Create a model, or a version of one",
          load: () => import("./models/create.ts"),
        },
        {
          name: "alias",
          summary: "Give a version a name that can move",
          load: () => import("./models/alias.ts"),
        },
        {
          name: "stage",
          summary: "Move a version to a stage",
          load: () => import("./models/stage.ts"),
        },
        {
          name: "delete",
          summary: "Erase a version, or a model with all versions",
          load: () => import("./models/delete.ts"),
        },
      ],
    },
    {
      name: "traces",
      summary: "What programs did, span by span",
      verbs: [
        {
          name: "list",
          summary: "List traces",
          load: () => import("./traces/list.ts"),
        },
        {
          name: "show",
          summary: "Draw the spans of a trace",
          load: () => import("./traces/show.ts"),
        },
      ],
    },
    {
      name: "prompts",
      summary: "Prompts with versions",
      verbs: [
        {
          name: "list",
          summary: "List prompts",
          load: () => import("./prompts/list.ts"),
        },
        {
          name: "show",
          summary: "Print a prompt, or list its versions",
          load: () => import("./prompts/show.ts"),
        },
        {
          name: "register",
          summary: "Store a version of a prompt",
          load: () => import("./prompts/register.ts"),
        },
        {
          name: "compare",
          summary: "Show how two versions of a prompt differ",
          load: () => import("./prompts/compare.ts"),
        },
      ],
    },
    {
      name: "auth",
      summary: "Manage the accounts that may call the server",
      load: () => import("./auth.ts"),
    },
    {
      name: "import",
      summary: "Import mlruns folders into the database",
      load: () => import("./import.ts"),
    },
    {
      name: "gc",
      summary: "Erase what is deleted, with its artifacts",
      load: () => import("./gc.ts"),
    },
    {
      name: "db",
      summary: "Bring an older MLflow's database to the schema used here",
      load: () => import("./db.ts"),
    },
  ],
};
