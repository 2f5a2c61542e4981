/** One command from parsed words to exit code: configuration, context, run, clean-up. */

import { statSync } from "node:fs";
import { resolve } from "node:path";
import { SovereignError } from "../core/errors.ts";
import {
  createPolicy,
  type EgressAttempt,
  installEgressGuard,
  policyFromConfig,
} from "../core/privacy/index.ts";
import type { CommandSpec } from "./command.ts";
import { type CommandContext, createContext } from "./context.ts";
import { formatUsage } from "./help/page.ts";
import type { Io } from "./io.ts";
import { refuseFormat } from "./output/refuse-format.ts";
import { parseCommand } from "./parse.ts";

/** Runs the command; whatever it opened is closed again, however it ends. */
export async function runCommand(
  command: CommandSpec,
  { path, words }: { path: string; words: readonly string[] },
  io: Io,
): Promise<number> {
  const parsed = parseCommand(command, words, { path, usage: formatUsage(path, command) });
  const { globals } = parsed;
  if (globals.dryRun && command.dryRun !== true) throw noDryRun(path);
  if (command.output === "text") refuseFormat(`\`${path}\``, globals);
  const cwd = globals.cwd === undefined ? io.cwd : resolveFolder(io.cwd, globals.cwd);
  const context = createContext({ io: { ...io, cwd }, globals, path, spec: command });
  try {
    if (command.config !== "none") await context.loadConfig();
    guardEgress(context, command);
    const exitCode = (await command.run(context, parsed.input)) ?? 0;
    // Whatever a command made of the interruption, it was not to run to its end.
    const isDone = command.untilStopped === true || command.allOrNothing === true;
    if (exitCode === 0 && !isDone) context.io.signal.throwIfAborted();
    return exitCode;
  } finally {
    await context.close();
  }
}

/** From here on the process reaches only what the privacy tier allows; refusals are audited. */
function guardEgress(context: CommandContext, command: CommandSpec): void {
  const policy =
    command.config === "none"
      ? createPolicy({ tier: "sovereign", location: "batuta.toml" })
      : policyFromConfig(context.config);
  const attempts: EgressAttempt[] = [];
  const restore = installEgressGuard(policy, (attempt) => attempts.push(attempt));
  context.onClose(async () => {
    restore();
    if (command.config !== "none") await auditAttempts(attempts, context);
  });
}

async function auditAttempts(attempts: readonly EgressAttempt[], context: CommandContext) {
  for (const attempt of attempts) {
    const { host, port, kind, tier } = attempt;
    await context.audit({
      command: `privacy ${kind}`,
      object: port === null ? host : `${host}:${port}`,
      outcome: "denied",
      details: { tier, during: context.path },
    });
  }
}

function noDryRun(path: string): SovereignError {
  return new SovereignError("INVALID_PARAMETER_VALUE", `\`${path}\` has no \`--dry-run\``, {
    hint: "leave it out",
  });
}

function resolveFolder(from: string, folder: string): string {
  const path = resolve(from, folder);
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat?.isDirectory()) return path;
  const what = stat === undefined ? `no folder \`${folder}\`` : `\`${folder}\` is no folder`;
  throw new SovereignError("INVALID_PARAMETER_VALUE", what, {
    hint: "`--cwd` takes an existing folder",
  });
}
