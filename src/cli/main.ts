/**
 * The command line's entry. `main` runs one command line against any `Io` and returns the exit
 * code; `runProcess` is `main` on the process itself, called by `bin/sovereign.js`.
 *
 * Read `words.ts`, `parse.ts` and `context.ts` next, in the order a command line passes them.
 */
import { type CommandEntry, type CommandSpec, isGroup, type TreeNode } from "./command.ts";
import { COMMAND_TREE } from "./commands/index.ts";
import { reportFailure, UsageError } from "./failure.ts";
import { type Io, systemIo } from "./io.ts";
import { locate } from "./locate.ts";
import { splitWords, type Words } from "./words.ts";

/** Runs one command line (without node and script) and returns its exit code. Never throws. */
export async function main(argv: readonly string[], io: Io): Promise<number> {
  const words = splitWords(argv);
  try {
    return await dispatch(words, io);
  } catch (error) {
    try {
      return await reportFailure(error, io, words);
    } catch (second) {
      return reportFailure(second, io, words);
    }
  }
}

/** Runs the process's own command line. */
export async function runProcess(): Promise<number> {
  return main(process.argv.slice(2), systemIo());
}

async function dispatch(words: Words, io: Io): Promise<number> {
  if (words.group === undefined) return runBare(words, io);
  const { node, path, rest, unknown } = locate(COMMAND_TREE, words);
  if (node === null) throw await unknownGroup(words);
  if (!isGroup(node)) return runEntry(node, { path, words: rest, help: words.wantsHelp }, io);
  if (unknown !== undefined) throw await unknownVerb(node.verbs, path, unknown, words);
  const { showGroup } = await import("./help/show.ts");
  return showGroup({ path, group: node }, io, words.noColor);
}

/** No command word: the version, the first page, or a complaint about a flag. */
async function runBare(words: Words, io: Io): Promise<number> {
  if (words.wantsVersion) {
    const { packageVersion } = await import("../core/package.ts");
    await io.stdout.write(`sovereign ${packageVersion()}\n`);
    return 0;
  }
  if (words.rest.length > 0 && !words.wantsHelp) {
    const { parseCommand } = await import("./parse.ts");
    const nothing: CommandSpec = { args: {}, flags: {}, examples: [], run: async () => undefined };
    parseCommand(nothing, words.rest, { path: "", usage: ROOT_USAGE });
  }
  const { showRoot } = await import("./help/show.ts");
  return showRoot(COMMAND_TREE, io, words.noColor);
}

interface Invocation {
  readonly path: string;
  readonly words: readonly string[];
  readonly help: boolean;
}

async function runEntry(entry: CommandEntry, invocation: Invocation, io: Io): Promise<number> {
  const { command } = await entry.load();
  const { path } = invocation;
  if (invocation.help) {
    const { showCommand } = await import("./help/show.ts");
    return showCommand({ path, summary: entry.summary, spec: command }, io, invocation.words);
  }
  const { runCommand } = await import("./run-command.ts");
  return runCommand(command, { path, words: invocation.words }, io);
}

const ROOT_USAGE = "sovereign <group> <verb> [target] [flags]";

async function unknownGroup({ group = "", verb, rest }: Words): Promise<UsageError> {
  const [{ suggestName }, { completeLine, findSynonym }] = await Promise.all([
    import("../core/suggest.ts"),
    import("./synonyms.ts"),
  ]);
  const further = verb === undefined ? rest : [verb, ...rest];
  const owner = COMMAND_TREE.find(
    (node) => isGroup(node) && node.verbs.some((known) => known.name === group),
  );
  const names = COMMAND_TREE.filter((node) => !node.hidden).map((node) => node.name);
  const near = suggestName(group, names);
  const line =
    findSynonym(group, verb, rest) ??
    (owner !== undefined
      ? completeLine(`${owner.name} ${group}`, further)
      : near !== null
        ? `sovereign ${near}${verbOf(near, verb)}`
        : null);
  const hint =
    line === null ? "`sovereign --help` lists the commands" : `did you mean \`${line}\`?`;
  return new UsageError(`unknown command \`${group}\``, { hint, usage: ROOT_USAGE });
}

/** The verb with a space in front, if the group has it. */
function verbOf(group: string, verb: string | undefined): string {
  const node = COMMAND_TREE.find((candidate) => candidate.name === group);
  const isKnown =
    node !== undefined && isGroup(node) && node.verbs.some((known) => known.name === verb);
  return isKnown ? ` ${verb}` : "";
}

async function unknownVerb(
  verbs: readonly TreeNode[],
  group: string,
  word: string,
  { rest, afterAction }: Words,
): Promise<UsageError> {
  const [{ suggestName }, { findVerbSynonym }] = await Promise.all([
    import("../core/suggest.ts"),
    import("./synonyms.ts"),
  ]);
  const names = verbs.filter((verb) => !verb.hidden).map((verb) => verb.name);
  const near = suggestName(word, names);
  const line =
    findVerbSynonym(group, word, group.includes(" ") ? afterAction : rest) ??
    (near === null ? null : `sovereign ${group} ${near}`);
  const hint =
    line === null ? `verbs of \`${group}\`: ${names.join(", ")}` : `did you mean \`${line}\`?`;
  return new UsageError(`unknown verb \`${word}\` of \`${group}\``, {
    hint,
    usage: `sovereign ${group} <verb> [flags]`,
  });
}
