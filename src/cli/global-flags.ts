/** The flags every command takes, and what the frame makes of them. */
import type { FlagSpecs } from "./command.ts";

export const OUTPUT_FORMATS = ["table", "tsv", "csv", "json", "jsonl", "arrow", "md"] as const;
export type OutputFormat = (typeof OUTPUT_FORMATS)[number];

export const GLOBAL_FLAGS = {
  output: {
    type: "choice",
    short: "o",
    choices: OUTPUT_FORMATS,
    group: "Output",
    summary: "how to print rows (default: table on a terminal, tsv in a pipe)",
  },
  json: {
    type: "string",
    value: "fields",
    group: "Output",
    summary: "print JSON; with a list of fields, only those",
  },
  quiet: {
    type: "boolean",
    short: "q",
    group: "Output",
    summary: "no notes and no progress; twice: no warnings either",
  },
  verbose: { type: "boolean", short: "v", group: "Output", summary: "say more on stderr" },
  "no-color": { type: "boolean", group: "Output", summary: "plain text" },
  profile: {
    type: "string",
    short: "p",
    value: "name",
    completes: "profiles",
    group: "Global",
    summary: "use [profile.<name>] of batuta.toml",
  },
  cwd: {
    type: "string",
    short: "C",
    value: "dir",
    completes: "files",
    group: "Global",
    summary: "run as if started in this folder",
  },
  yes: { type: "boolean", short: "y", group: "Global", summary: "answer yes to every question" },
  "no-input": { type: "boolean", group: "Global", summary: "never ask; fail instead" },
  "dry-run": { type: "boolean", group: "Global", summary: "say what would change, change nothing" },
  debug: { type: "boolean", group: "Global", summary: "print the stack of an error" },
  help: { type: "boolean", short: "h", group: "Global", summary: "show help" },
  version: { type: "boolean", group: "Global", summary: "show the version" },
} as const satisfies FlagSpecs;

export interface GlobalOptions {
  /** As asked for; undefined leaves the choice to the terminal. */
  readonly output: OutputFormat | undefined;
  /** Fields of `--json a,b`; empty for all of them. */
  readonly jsonFields: readonly string[];
  /** 0, 1 or 2 and more. */
  readonly quiet: number;
  readonly verbose: boolean;
  readonly noColor: boolean;
  readonly noInput: boolean;
  readonly yes: boolean;
  readonly dryRun: boolean;
  readonly debug: boolean;
  readonly profile: string | undefined;
  readonly cwd: string | undefined;
}
