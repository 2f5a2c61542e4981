/**
 * First look at the command line: which command it names. Global flags may stand anywhere, so the
 * group, the verb and the action (of a verb that is a group itself) are the first words that are
 * neither flags nor values of global flags.
 */
import { GLOBAL_FLAGS } from "./global-flags.ts";

export interface Words {
  readonly group: string | undefined;
  readonly verb: string | undefined;
  readonly action: string | undefined;
  /** Everything but the group; with the verb still in it. */
  readonly afterGroup: readonly string[];
  /** Everything but group and verb. */
  readonly rest: readonly string[];
  /** Everything but group, verb and action. */
  readonly afterAction: readonly string[];
  readonly wantsHelp: boolean;
  readonly wantsVersion: boolean;
  /** Known before parsing, so that even a usage error is printed as asked. */
  readonly json: boolean;
  readonly noColor: boolean;
  readonly debug: boolean;
}

const VALUE_FLAGS = new Set<string>();
for (const [name, flag] of Object.entries(GLOBAL_FLAGS)) {
  if (flag.type === "boolean" || name === "json") continue;
  VALUE_FLAGS.add(`--${name}`);
  if ("short" in flag) VALUE_FLAGS.add(`-${flag.short}`);
}

/** Splits `argv` (without node and script) into command words and the rest. */
export function splitWords(argv: readonly string[]): Words {
  const end = argv.indexOf("--");
  const flagged = end < 0 ? argv : argv.slice(0, end);
  const positions: number[] = [];
  for (let i = 0; i < flagged.length && positions.length < 3; i++) {
    const word = flagged[i]!;
    if (VALUE_FLAGS.has(word)) i++;
    else if (!word.startsWith("-") || word === "-") positions.push(i);
  }
  const [groupAt, verbAt, actionAt] = positions;
  const without = (skip: readonly (number | undefined)[]): string[] =>
    argv.filter((_, i) => !skip.includes(i));
  const json = flagged.some((word) => word === "--json" || word.startsWith("--json="));
  return {
    group: groupAt === undefined ? undefined : argv[groupAt],
    verb: verbAt === undefined ? undefined : argv[verbAt],
    action: actionAt === undefined ? undefined : argv[actionAt],
    afterGroup: without([groupAt]),
    rest: without([groupAt, verbAt]),
    afterAction: without([groupAt, verbAt, actionAt]),
    wantsHelp: flagged.includes("--help") || flagged.includes("-h"),
    wantsVersion: flagged.includes("--version"),
    json: json || outputIs(flagged, "json"),
    noColor: flagged.includes("--no-color"),
    debug: flagged.includes("--debug"),
  };
}

function outputIs(words: readonly string[], format: string): boolean {
  return words.some((word, i) => {
    if (word === `-o${format}` || word === `--output=${format}`) return true;
    return (word === "-o" || word === "--output") && words[i + 1] === format;
  });
}
