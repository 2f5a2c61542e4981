/** `sovereign completion`: the shells' scripts, printed or put where the shell finds them. */
import { STRING } from "../../lake/schema/data-type.ts";
import { defineCommand } from "../command.ts";
import {
  chooseShell,
  installCompletion,
  listInstalled,
  uninstallCompletion,
} from "../completion/install.ts";
import { completionScript, SHELLS } from "../completion/scripts.ts";
import type { CommandContext } from "../context.ts";
import { refuseFormat } from "../output/refuse-format.ts";

const ACTIONS = ["install", "uninstall", "status"] as const;

/** How one session gets it. */
const TRY = {
  bash: 'eval "$(sovereign completion bash)"',
  zsh: 'eval "$(sovereign completion zsh)"',
  fish: "sovereign completion fish | source",
};

export const command = defineCommand({
  args: {
    what: {
      summary: "the shell whose script to print, or what to do with the installed ones",
      required: true,
      choices: [...SHELLS, ...ACTIONS],
    },
    shell: { summary: "install, uninstall: for this shell (default: yours)", choices: SHELLS },
  },
  flags: {},
  examples: [
    { comment: "For this bash session", run: 'eval "$(sovereign completion bash)"' },
    { comment: "For every session of your shell", run: "sovereign completion install" },
    { comment: "Where it is installed", run: "sovereign completion status" },
  ],
  notes:
    "Completes commands, flags and their values, and the names of tables, versions, jobs, runs and profiles. `install` writes one file where the shell looks by itself: bash ~/.local/share/bash-completion/completions (read by the bash-completion package), fish ~/.config/fish/completions, zsh ~/.zfunc, which .zshrc must add to fpath.",
  fields: [
    { name: "shell", type: STRING },
    { name: "status", type: STRING, summary: "installed, outdated or absent" },
    { name: "path", type: STRING },
  ],
  databricks: "`databricks completion install`",
  config: "none",
  async run(context, { args }) {
    const { io } = context;
    const shell = SHELLS.find((name) => name === args.what);
    if (args.what !== "status") refuseFormat(`\`completion ${args.what}\``, context.globals);
    if (shell !== undefined) {
      await context.printText(completionScript(shell));
      if (io.stdout.isTTY) await context.note(`next: ${TRY[shell]}`);
      return 0;
    }
    if (args.what === "status") {
      const records = listInstalled(io.env).map((one) => ({ ...one }));
      await context.printRecords(command.fields ?? [], records);
      return 0;
    }
    const chosen = chooseShell(
      SHELLS.find((name) => name === args.shell),
      io.env,
    );
    if (args.what === "install") await install(chosen, context);
    else if (uninstallCompletion(chosen, io.env)) await context.note(`removed it for ${chosen}`);
    else await context.note(`nothing was installed for ${chosen}`);
    return 0;
  },
});

async function install(shell: (typeof SHELLS)[number], context: CommandContext): Promise<void> {
  const path = await installCompletion(shell, context.io.env);
  await context.note(`installed completion for ${shell}: ${path}`);
  if (shell === "zsh") {
    const lines = "fpath+=(~/.zfunc); autoload -Uz compinit; compinit";
    await context.note(`next: add to ~/.zshrc, if it is not there: ${lines}`);
  } else {
    await context.note("it starts with the next session");
  }
}
