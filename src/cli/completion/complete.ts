/**
 * What may follow on a half-typed command line. The shell's wrapper calls the hidden `__complete`
 * with the words so far, the last one unfinished; the answer is one candidate a line, with its
 * description after a tab. Nothing here writes, and an error means no candidates.
 */
import {
  type CommandNode,
  type CommandSpec,
  type FlagSpec,
  type FlagSpecs,
  isGroup,
  type TreeNode,
} from "../command.ts";
import { GLOBAL_FLAGS } from "../global-flags.ts";
import { locate } from "../locate.ts";
import { splitWords } from "../words.ts";
import type { ReadValues } from "./sources.ts";

export interface Candidate {
  readonly word: string;
  readonly text: string;
}

/** Candidates for the last of `words`, in the tree's order, filtered by what is typed of it. */
export async function completeWords(
  words: readonly string[],
  tree: readonly CommandNode[],
  readValues: ReadValues,
): Promise<Candidate[]> {
  const current = words.at(-1) ?? "";
  const before = words.slice(0, -1);
  const candidates = await findCandidates(before, current, { tree, readValues });
  return candidates.filter(({ word }) => word.startsWith(current) && word !== current);
}

interface Sources {
  tree: readonly CommandNode[];
  readValues: ReadValues;
}

async function findCandidates(
  before: readonly string[],
  current: string,
  { tree, readValues }: Sources,
): Promise<Candidate[]> {
  const { node, rest, unknown } = locate(tree, splitWords(before));
  const spec = node === null || isGroup(node) ? null : (await node.load()).command;
  const flags: FlagSpecs = { ...spec?.flags, ...GLOBAL_FLAGS };
  const place = { flags, readValues, args: positionals(rest, flags) };
  const valued = flagBefore(before.at(-1), flags);
  if (valued !== null) return completeValue(valued, place);
  const joined = /^(--[\w-]+)=/.exec(current);
  if (joined !== null) {
    const [start, name = ""] = joined;
    const flag = flagBefore(name, flags);
    const values = flag === null ? [] : await completeValue(flag, place);
    return values.map(({ word, text }) => ({ word: `${start}${word}`, text }));
  }
  if (current.startsWith("-")) {
    return Object.entries(flags)
      .filter(([, flag]) => !flag.hidden)
      .map(([name, flag]) => ({ word: `--${name}`, text: flag.summary }));
  }
  if (spec !== null) return completeArgument(spec, place);
  if (unknown !== undefined) return [];
  return listVisible(node !== null && isGroup(node) ? node.verbs : tree);
}

/** The commands of a level of the tree, but for hidden ones. */
export function listVisible(nodes: readonly TreeNode[]): Candidate[] {
  return nodes
    .filter((node) => !node.hidden)
    .map((node) => ({ word: node.name, text: node.summary }));
}

async function completeValue(
  flag: FlagSpec,
  { readValues, args }: ArgumentPlace,
): Promise<Candidate[]> {
  if (flag.type === "boolean") return [];
  if (flag.type === "choice") return flag.choices.map((word) => ({ word, text: "" }));
  return flag.completes === undefined ? [] : readValues(flag.completes, args);
}

/** The flag whose value comes next, if `word` is one that takes a value. */
function flagBefore(word: string | undefined, flags: FlagSpecs) {
  if (word === undefined || !word.startsWith("-") || word.includes("=")) return null;
  const found = Object.entries(flags).find(
    ([name, flag]) => word === `--${name}` || word === `-${flag.short}`,
  );
  if (found === undefined || found[0] === "json" || found[1].type === "boolean") return null;
  return found[1];
}

interface ArgumentPlace {
  flags: FlagSpecs;
  readValues: ReadValues;
  /** The command's arguments typed so far. */
  args: readonly string[];
}

/** Words that are neither flags nor values of flags. */
function positionals(words: readonly string[], flags: FlagSpecs): string[] {
  const found: string[] = [];
  for (let i = 0; i < words.length; i++) {
    if (!words[i]!.startsWith("-") || words[i] === "-") found.push(words[i]!);
    else if (flagBefore(words[i], flags) !== null) i++;
  }
  return found;
}

async function completeArgument(
  spec: CommandSpec,
  { readValues, args }: ArgumentPlace,
): Promise<Candidate[]> {
  const position = args.length;
  const specs = Object.values(spec.args);
  const argument = specs[Math.min(position, specs.length - 1)];
  if (argument === undefined || (position >= specs.length && !argument.variadic)) return [];
  if (argument.choices !== undefined) {
    return argument.choices.map((word) => ({ word, text: "" }));
  }
  return argument.completes === undefined ? [] : readValues(argument.completes, args);
}
