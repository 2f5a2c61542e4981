/**
 * Completion for every session: one file where each shell looks by itself, so that no start-up file
 * has to be changed. zsh has no such folder; what its `.zshrc` needs is said instead.
 */
import { existsSync, readFileSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";

import type { Environment } from "../../core/config/index.ts";
import { SovereignError } from "../../core/errors.ts";
import { createFolders, writeFileAtomic } from "../../core/io/index.ts";
import { completionScript, SHELLS, type ShellName } from "./scripts.ts";

export interface InstalledCompletion {
  readonly shell: ShellName;
  readonly path: string;
  /** `outdated`: the file of another version of this program. */
  readonly status: "installed" | "outdated" | "absent";
}

/** What is installed for each shell. */
export function listInstalled(env: Environment): InstalledCompletion[] {
  return SHELLS.map((shell) => {
    const path = scriptPath(shell, env);
    if (!existsSync(path)) return { shell, path, status: "absent" };
    const isCurrent = readFileSync(path, "utf8") === completionScript(shell);
    return { shell, path, status: isCurrent ? "installed" : "outdated" };
  });
}

/** Writes the script and returns its path; a file that is not ours stays. */
export async function installCompletion(shell: ShellName, env: Environment): Promise<string> {
  const path = scriptPath(shell, env);
  requireOurs(path);
  createFolders(dirname(path));
  await writeFileAtomic(path, completionScript(shell));
  return path;
}

/** Removes the script; false when there was none. */
export function uninstallCompletion(shell: ShellName, env: Environment): boolean {
  const path = scriptPath(shell, env);
  if (!existsSync(path)) return false;
  requireOurs(path);
  rmSync(path);
  return true;
}

/** The shell of the command line, else that of SHELL. */
export function chooseShell(word: ShellName | undefined, env: Environment): ShellName {
  const own = env.SHELL?.replace(/^.*\//, "");
  const shell = word ?? SHELLS.find((name) => name === own);
  if (shell !== undefined) return shell;
  throw new SovereignError("INVALID_PARAMETER_VALUE", "which shell is not known", {
    hint: "name it: `sovereign completion install bash`, `zsh` or `fish`",
  });
}

function scriptPath(shell: ShellName, env: Environment): string {
  const home = env.HOME;
  if (!home) {
    throw new SovereignError("INVALID_PARAMETER_VALUE", "HOME is not set", {
      hint: "set HOME to your home folder, or print the script: `sovereign completion bash`",
    });
  }
  const data = env.XDG_DATA_HOME || join(home, ".local", "share");
  const config = env.XDG_CONFIG_HOME || join(home, ".config");
  switch (shell) {
    case "bash":
      return join(data, "bash-completion", "completions", "sovereign");
    case "zsh":
      return join(home, ".zfunc", "_sovereign");
    case "fish":
      return join(config, "fish", "completions", "sovereign.fish");
  }
}

function requireOurs(path: string): void {
  if (!existsSync(path) || /sovereign completion for/.test(readFileSync(path, "utf8"))) return;
  throw new SovereignError("RESOURCE_ALREADY_EXISTS", `\`${path}\` is not of this program`, {
    hint: "move it away first",
  });
}
