/**
 * The command tree: names and one-line summaries, which listings and suggestions need, and for each
 * command the dynamic import that fetches the rest. Nothing else may be imported here.
 */
import type { CommandNode } from "../command.ts";

export const COMMAND_TREE: readonly CommandNode[] = [
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
    ],
  },
  {
    name: "completion",
    heading: "Setup",
    summary: "Print the completion script of a shell",
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
