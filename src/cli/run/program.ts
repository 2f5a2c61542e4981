/** How the person at the keyboard starts this program again, for commands they are told to try. */
import { existsSync } from "node:fs";
import { delimiter, join, relative } from "node:path";

import { packageRoot } from "../../core/package.ts";
import type { CommandContext } from "../context.ts";
import { quoteShellWord } from "../shell-words.ts";

/**
 * The first words of a command line that reaches the same project: `npx sovereign` below npm (where
 * the program is on the path only while npm runs), `sovereign` where the shell finds it, else the
 * file through Node. `--cwd` and `--profile` are repeated.
 */
export function programWords({ io, globals }: Pick<CommandContext, "io" | "globals">): string {
  // With `--cwd` this folder is not where the shell is, and a relative path would miss.
  const words = [nameProgram(io.env, globals.cwd === undefined ? io.cwd : null)];
  if (globals.cwd !== undefined) words.push("-C", quoteShellWord(globals.cwd));
  if (globals.profile !== undefined) words.push("-p", quoteShellWord(globals.profile));
  return words.join(" ");
}

function nameProgram(env: CommandContext["io"]["env"], shellFolder: string | null): string {
  if ((env.npm_command ?? env.npm_lifecycle_event ?? "") !== "") return "npx sovereign";
  const folders = env.PATH?.split(delimiter);
  if (folders === undefined || folders.some((folder) => existsSync(join(folder, "sovereign")))) {
    return "sovereign";
  }
  const file = join(packageRoot(), "bin", "sovereign.js");
  return `node ${quoteShellWord(shellFolder === null ? file : relative(shellFolder, file))}`;
}
