/**
 * The shells' halves of completion: each asks `__complete` at every Tab and falls back on file names
 * when it has nothing to offer.
 */

export const SHELLS = ["bash", "zsh", "fish"] as const;
export type ShellName = (typeof SHELLS)[number];

const BASH = `# sovereign completion for bash: eval "$(sovereign completion bash)"
_sovereign() {
  local line
  COMPREPLY=()
  while IFS= read -r line; do
    COMPREPLY+=("\${line%%$'\\t'*}")
  done < <("\${COMP_WORDS[0]}" __complete --bash "$COMP_WORDBREAKS" -- \\
    "\${COMP_LINE:0:COMP_POINT}" 2>/dev/null)
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
  done < <("\${words[1]}" __complete -- "\${(@Q)words[2,CURRENT]}" 2>/dev/null)
  if (( \${#candidates} )); then
    _describe sovereign candidates
  else
    _files
  fi
}
compdef _sovereign sovereign
# As an autoloaded file this runs in place of the function at the first Tab.
if [ "\${funcstack[1]}" = "_sovereign" ]; then _sovereign "$@"; fi
`;

const FISH = `# sovereign completion for fish: sovereign completion fish | source
function __sovereign_complete
    set -l tokens (commandline -opc)
    set -l current (commandline -ct | string unescape)
    set -l found ($tokens[1] __complete -- $tokens[2..-1] "$current" 2>/dev/null)
    if test (count $found) -gt 0
        printf '%s\\n' $found
    else
        __fish_complete_path (commandline -ct)
    end
end
complete -c sovereign -f -a '(__sovereign_complete)'
`;

/** The script of a shell. */
export function completionScript(shell: ShellName): string {
  return { bash: BASH, zsh: ZSH, fish: FISH }[shell];
}
