/** `sovereign completion bash|zsh`: the wrapper that asks `__complete` at every Tab. */
import { defineCommand } from "../command.ts";

const BASH = `# sovereign completion for bash: eval "$(sovereign completion bash)"
_sovereign() {
  local line
  COMPREPLY=()
  while IFS= read -r line; do
    COMPREPLY+=("\${line%%$'\\t'*}")
  done < <("\${COMP_WORDS[0]}" __complete -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -o default -F _sovereign sovereign
`;

const ZSH = `#compdef sovereign
# sovereign completion for zsh: eval "$(sovereign completion zsh)"
_sovereign() {
  local line
  local -a candidates
  while IFS= read -r line; do
    candidates+=("\${\${line//:/\\\\:}/$'\\t'/:}")
  done < <("\${words[1]}" __complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)
  if (( \${#candidates} )); then
    _describe sovereign candidates
  else
    _files
  fi
}
compdef _sovereign sovereign
`;

export const command = defineCommand({
  args: {
    shell: { summary: "the shell to complete for", required: true, choices: ["bash", "zsh"] },
  },
  flags: {},
  examples: [
    { comment: "For this bash session", run: 'eval "$(sovereign completion bash)"' },
    {
      comment: "For every zsh session",
      run: "sovereign completion zsh > ~/.zfunc/_sovereign",
    },
  ],
  notes: "Completes commands, flags, their values, and the names of tables, schemas and profiles.",
  config: "none",
  async run(context, { args }) {
    await context.printText(args.shell === "zsh" ? ZSH : BASH);
    return 0;
  },
});
