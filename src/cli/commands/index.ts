/**
 * The command tree: names and one-line summaries, which listings and suggestions need, and for each
 * command the dynamic import that fetches the rest. Nothing else may be imported here, or by a
 * group's own file.
 */
import type { CommandNode } from "../command.ts";
import { MLFLOW_GROUP } from "./mlflow/group.ts";
import { TOKENIZE_GROUP } from "./tokenize/group.ts";
import { VECTOR_GROUP } from "./vector/group.ts";

export const COMMAND_TREE: readonly CommandNode[] = [
  {
    name: "lake",
    heading: "Data",
    summary: "Delta Lake tables and Spark SQL",
    verbs: [
      { name: "sql", summary: "Run Spark SQL", load: () => import("./lake/sql.ts") },
      {
        name: "shell",
        summary: "Type Spark SQL at a prompt",
        load: () => import("./lake/shell.ts"),
      },
      { name: "list", summary: "List tables and views", load: () => import("./lake/list.ts") },
      {
        name: "show",
        summary: "Show a table: columns, size, newest commits",
        load: () => import("./lake/show.ts"),
      },
      {
        name: "schema",
        summary: "Show the columns of a table",
        load: () => import("./lake/schema.ts"),
      },
      {
        name: "history",
        summary: "Show the commits of a table",
        load: () => import("./lake/history.ts"),
      },
      {
        name: "detail",
        summary: "Show place, size, protocol and properties of a table",
        load: () => import("./lake/detail.ts"),
      },
      {
        name: "head",
        summary: "Show the first rows of a table",
        load: () => import("./lake/head.ts"),
      },
      {
        name: "profile",
        summary: "Summarise what the columns of a table hold",
        load: () => import("./lake/profile.ts"),
      },
      {
        name: "diff",
        summary: "Show the rows in which two versions of a table differ",
        load: () => import("./lake/diff.ts"),
      },
      {
        name: "changes",
        summary: "Show the rows that commits of a table changed",
        load: () => import("./lake/changes.ts"),
      },
      {
        name: "import",
        summary: "Import files or stdin into a table",
        load: () => import("./lake/import.ts"),
      },
      {
        name: "export",
        summary: "Write a table or a query into a file",
        load: () => import("./lake/export.ts"),
      },
      {
        name: "convert",
        summary: "Make a folder of Parquet files a Delta table",
        load: () => import("./lake/convert.ts"),
      },
      {
        name: "clone",
        summary: "Make a table from another one",
        load: () => import("./lake/clone.ts"),
      },
      {
        name: "restore",
        summary: "Bring an old version of a table back",
        load: () => import("./lake/restore.ts"),
      },
      {
        name: "optimize",
        summary: "Put small files of a table together, and deleted rows away",
        load: () => import("./lake/optimize.ts"),
      },
      {
        name: "vacuum",
        summary: "Remove files that no version of a table needs any more",
        load: () => import("./lake/vacuum.ts"),
      },
      {
        name: "fsck",
        summary: "Take files out of a table's log that are missing",
        load: () => import("./lake/fsck.ts"),
      },
      {
        name: "fs",
        summary: "List folders and show files of the project",
        load: () => import("./lake/fs.ts"),
      },
      {
        name: "conf",
        summary: "Show settings of the SQL session",
        load: () => import("./lake/conf.ts"),
      },
    ],
  },
  MLFLOW_GROUP,
  TOKENIZE_GROUP,
  VECTOR_GROUP,
  {
    name: "run",
    heading: "Run",
    summary: "Jobs of a databricks.yml, and what became of them",
    verbs: [
      { name: "job", summary: "Run a job of a databricks.yml", load: () => import("./run/job.ts") },
      { name: "list", summary: "List the runs there were", load: () => import("./run/list.ts") },
      {
        name: "show",
        summary: "Show a run and its tasks",
        load: () => import("./run/show.ts"),
      },
      {
        name: "validate",
        summary: "Check a databricks.yml without running it",
        load: () => import("./run/validate.ts"),
      },
    ],
  },
  {
    name: "start",
    heading: "Run",
    summary: "Run the bundled pipeline from generated files to a report",
    load: () => import("./start.ts"),
  },
  {
    name: "init",
    heading: "Setup",
    summary: "Make a folder a project",
    load: () => import("./init.ts"),
  },
  {
    name: "doctor",
    heading: "Setup",
    summary: "Check that this machine has what sovereign needs",
    load: () => import("./doctor.ts"),
  },
  {
    name: "config",
    heading: "Setup",
    summary: "Show the configuration and where each value comes from",
    verbs: [
      {
        name: "show",
        summary: "Show every configuration value",
        load: () => import("./config/show.ts"),
      },
      {
        name: "path",
        summary: "Show which configuration files are read",
        load: () => import("./config/path.ts"),
      },
    ],
  },
  {
    name: "completion",
    heading: "Setup",
    summary: "Complete command lines in bash, zsh and fish",
    load: () => import("./completion.ts"),
  },
  {
    name: "__complete",
    heading: "Setup",
    summary: "Candidates for a half-typed command line",
    hidden: true,
    load: () => import("./complete.ts"),
  },
  {
    name: "help",
    heading: "Setup",
    summary: "Show help for a command or a topic",
    load: () => import("./help.ts"),
  },
];
