/** Flags of every command that reads a `databricks.yml`, and finding the file. */
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";

import type { LoadBundleOptions } from "../../run/index.ts";
import type { FlagSpecs } from "../command.ts";
import type { CommandContext } from "../context.ts";
import { readPairs } from "../pairs.ts";

export const BUNDLE_FLAGS = {
  file: {
    type: "string",
    value: "path",
    short: "f",
    group: "Bundle",
    completes: "files",
    summary: "the bundle (default: databricks.yml here or in the project, else the bundled one)",
  },
  target: {
    type: "string",
    value: "name",
    short: "t",
    group: "Bundle",
    summary: "the bundle's target (default: the one it marks)",
  },
  var: {
    type: "string",
    value: "name=value",
    repeat: true,
    group: "Bundle",
    summary: "value of a bundle variable",
  },
} as const satisfies FlagSpecs;

export interface BundleFlagValues {
  readonly file: string | undefined;
  readonly target: string | undefined;
  readonly var: readonly string[];
}

/** Path and options of the bundle a command line means. */
export async function chooseBundle(
  context: CommandContext,
  flags: BundleFlagValues,
): Promise<{ path: string; options: LoadBundleOptions }> {
  const { bundledPipeline } = await import("../../run/index.ts");
  const options: LoadBundleOptions = {
    target: flags.target,
    variables: readPairs(flags.var, "--var"),
    workspaceRoot: context.config.projectRoot,
  };
  if (flags.file !== undefined) return { path: resolve(context.io.cwd, flags.file), options };
  const found = findBundle([context.io.cwd, context.config.projectRoot]);
  if (found !== null) return { path: found, options };
  const path = bundledPipeline();
  await context.detail(`no databricks.yml in this project: using ${path}`);
  return { path, options };
}

/** The first `databricks.yml` in these folders, or null. */
export function findBundle(folders: readonly string[]): string | null {
  const paths = folders.map((folder) => join(folder, "databricks.yml"));
  return paths.find((path) => existsSync(path)) ?? null;
}
