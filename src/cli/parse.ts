/**
 * Parses the words of one command with commander and turns its complaints into ours: exit 2, the
 * flag or word at fault, the nearest known one, and the usage line.
 */
import { Argument, Command, CommanderError, InvalidArgumentError, Option } from "commander";
import { isSlipOf, suggestName } from "../core/suggest.ts";
import type { CommandSpec, FlagSpec, FlagSpecs, IntegerFlag, ParsedInput } from "./command.ts";
import { UsageError } from "./failure.ts";
import { GLOBAL_FLAGS, type GlobalOptions, type OutputFormat } from "./global-flags.ts";
import { findFlagSynonym } from "./synonyms.ts";

export interface ParsedCommand {
  readonly globals: GlobalOptions;
  readonly input: ParsedInput;
}

/** `path` is the command's words, `lake sql`; `usage` its usage line for messages. */
export function parseCommand(
  spec: CommandSpec,
  words: readonly string[],
  { path, usage }: { path: string; usage: string },
): ParsedCommand {
  const allFlags: FlagSpecs = { ...GLOBAL_FLAGS, ...spec.flags };
  const program = new Command(path)
    .exitOverride()
    .configureOutput({ writeOut() {}, writeErr() {} })
    .helpOption(false)
    .allowExcessArguments(false);
  for (const [name, flag] of Object.entries(allFlags)) program.addOption(toOption(name, flag));
  for (const [name, argument] of Object.entries(spec.args)) {
    const dots = argument.variadic ? "..." : "";
    const word = new Argument(argument.required ? `<${name}${dots}>` : `[${name}${dots}]`);
    if (argument.choices !== undefined) word.choices([...argument.choices]);
    program.addArgument(word);
  }
  let quiet = 0;
  program.on("option:quiet", () => {
    quiet++;
  });
  try {
    program.parse(joinJsonFields(spec, allFlags, readOutFile(spec, words)), { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    throw explain(error, { spec, allFlags, path, usage });
  }
  const options = program.opts<Record<string, unknown>>();
  return {
    globals: readGlobals(options, quiet),
    input: { args: readArguments(spec, program), flags: readFlags(spec, options) },
  };
}

function toOption(name: string, flag: FlagSpec): Option {
  const short = flag.short === undefined ? "" : `-${flag.short}, `;
  if (flag.type === "boolean") return new Option(`${short}--${name}`);
  if (name === "json") return new Option("--json [fields]");
  const value = flag.type === "choice" ? name : flag.value;
  const option = new Option(`${short}--${name} <${value}>`);
  if (flag.type === "choice") option.choices([...flag.choices]);
  else if (flag.type === "integer") option.argParser((text) => parseInteger(text, flag));
  else if (flag.repeat) {
    option.argParser((text, earlier: string[] | undefined) => [...(earlier ?? []), text]);
  }
  return option;
}

function parseInteger(text: string, { min = 0, max = Infinity }: IntegerFlag): number {
  if (/^[+-]?\d{16,}$/.test(text)) throw new InvalidArgumentError("too large a number");
  if (!/^[+-]?\d{1,15}$/.test(text)) throw new InvalidArgumentError("expected a whole number");
  const value = Number(text);
  if (value < min) throw new InvalidArgumentError(`expected at least ${min}`);
  if (value > max) throw new InvalidArgumentError(`expected at most ${max}`);
  return value;
}

/**
 * `--json a,b` takes its fields from the next word only when that cannot be the command's own
 * argument: it is a list, or names a field (a slip of the keyboard away, so that the field is what
 * is complained about), or the command has all its arguments without it.
 */
function joinJsonFields(spec: CommandSpec, flags: FlagSpecs, words: readonly string[]): string[] {
  const joined: string[] = [];
  const fieldNames = (spec.fields ?? []).map((field) => field.name);
  const isFull = countArguments(flags, words) > Object.keys(spec.args).length;
  for (let i = 0; i < words.length; i++) {
    const word = words[i]!;
    if (word === "--") return [...joined, ...words.slice(i)];
    if (word !== "--json") {
      joined.push(word);
      continue;
    }
    const next = words[i + 1];
    const isFields =
      next !== undefined &&
      /^\w[\w.]*(\s*,\s*\w[\w.]*)*,?$/.test(next) &&
      (next.includes(",") || isFull || fieldNames.some((name) => isSlipOf(next, name)));
    joined.push(isFields ? `--json=${next}` : "--json=");
    if (isFields) i++;
  }
  return joined;
}

/** Where a command writes a file, `-o FILE` names it as `--out` does; a format has no dot or slash. */
function readOutFile(spec: CommandSpec, words: readonly string[]): string[] {
  const end = words.indexOf("--");
  return words.map((word, i) => {
    const next = words[i + 1] ?? "";
    // Of a command without tables no format can be meant.
    const isName = spec.output === "text" && next !== "" && !next.startsWith("-");
    const isOut = word === "-o" || word === "--output";
    const isFile = isOut && (isName || /[./\\]/.test(next));
    return spec.flags.out !== undefined && isFile && (end < 0 || i < end) ? "--out" : word;
  });
}

/** Words that are neither flags nor values of flags, the one after `--json` among them. */
function countArguments(flags: FlagSpecs, words: readonly string[]): number {
  let count = 0;
  for (let i = 0; i < words.length; i++) {
    const word = words[i]!;
    if (word === "--") return count + words.length - i - 1;
    if (!word.startsWith("-") || word === "-") count++;
    else if (!word.includes("=") && takesValue(flags, word)) i++;
  }
  return count;
}

function takesValue(flags: FlagSpecs, word: string): boolean {
  const found = Object.entries(flags).find(
    ([name, flag]) => word === `--${name}` || word === `-${flag.short}`,
  );
  return found !== undefined && found[0] !== "json" && found[1].type !== "boolean";
}

function readGlobals(options: Record<string, unknown>, quiet: number): GlobalOptions {
  const fields = options.json;
  const json = typeof fields === "string" || fields === true;
  const output = options.output as OutputFormat | undefined;
  return {
    output: output ?? (json ? "json" : undefined),
    jsonFields:
      typeof fields === "string" ? fields.split(/[\s,]+/).filter((name) => name !== "") : [],
    quiet,
    verbose: options.verbose === true,
    noColor: options.color === false,
    noInput: options.input === false,
    yes: options.yes === true,
    dryRun: options.dryRun === true,
    debug: options.debug === true,
    profile: options.profile as string | undefined,
    cwd: options.cwd as string | undefined,
  };
}

function readArguments(spec: CommandSpec, program: Command): ParsedInput["args"] {
  const names = Object.keys(spec.args);
  const values = program.processedArgs as (string | string[] | undefined)[];
  return Object.fromEntries(
    names.map((name, i) => [name, values[i] ?? (spec.args[name]?.variadic ? [] : undefined)]),
  );
}

function readFlags(spec: CommandSpec, options: Record<string, unknown>): ParsedInput["flags"] {
  return Object.fromEntries(
    Object.entries(spec.flags).map(([name, flag]) => {
      const isNegated = flag.type === "boolean" && name.startsWith("no-");
      const key = camelCase(isNegated ? name.slice(3) : name);
      const value = options[key];
      if (isNegated) return [name, value === false];
      if (flag.type === "boolean") return [name, value === true];
      if (flag.type === "string" && flag.repeat) return [name, value ?? []];
      return [name, value];
    }),
  ) as ParsedInput["flags"];
}

function camelCase(name: string): string {
  return name.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
}

interface Complaint {
  spec: CommandSpec;
  allFlags: FlagSpecs;
  path: string;
  usage: string;
}

function explain(error: CommanderError, { spec, allFlags, path, usage }: Complaint): UsageError {
  const help = `see \`${["sovereign", path, "--help"].filter((word) => word !== "").join(" ")}\``;
  const quoted = /'([^']*)'/.exec(error.message)?.[1] ?? "";
  const flag = quoted.split(/[ ,]+/).find((word) => word.startsWith("--")) ?? quoted;
  switch (error.code) {
    case "commander.unknownOption": {
      const names = Object.keys(allFlags);
      const known = names.map((name) => `--${name}`);
      const called = findFlagSynonym(quoted, names);
      const near = called === null ? suggestName(quoted, known) : `--${called}`;
      const hint = near === null ? help : `did you mean \`${near}\`? ${help}`;
      return new UsageError(`unknown flag \`${quoted}\``, { hint, usage });
    }
    case "commander.missingArgument": {
      const summary = spec.args[quoted]?.summary;
      const hint = summary === undefined ? help : `<${quoted}>: ${summary}; ${help}`;
      return new UsageError(`missing argument <${quoted}>`, { hint, usage });
    }
    case "commander.optionMissingArgument":
      return new UsageError(`flag \`${flag}\` needs a value`, { hint: help, usage });
    case "commander.excessArguments": {
      const most = Object.keys(spec.args).length;
      const what =
        most === 0
          ? "takes no arguments"
          : `takes at most ${most} argument${most === 1 ? "" : "s"}`;
      const advice =
        spec.flags.model === undefined
          ? "quote a text that holds spaces"
          : "`-m FILE` names the tokenizer";
      const hint = most === 0 ? help : `${advice}; ${help}`;
      return new UsageError(`\`${path}\` ${what}`, { hint, usage });
    }
    case "commander.invalidArgument":
      return explainValue(error, { spec, allFlags, path, usage, help, flag });
    default:
      return new UsageError(error.message.replace(/^error: /, ""), { hint: help, usage });
  }
}

/** A value that is not among the choices, or not a number, of a flag or an argument. */
function explainValue(
  error: CommanderError,
  { spec, allFlags, usage, help, flag }: Complaint & { help: string; flag: string },
): UsageError {
  const value = /(?:argument|value) '([^']*)' is invalid/.exec(error.message)?.[1] ?? "";
  const name = /is invalid for argument '([^']*)'/.exec(error.message)?.[1];
  const argument = name === undefined ? undefined : spec.args[name];
  const flagSpec = allFlags[flag.replace(/^--/, "")];
  const choices = flagSpec?.type === "choice" ? flagSpec.choices : argument?.choices;
  const what = flagSpec === undefined ? `<${name ?? "value"}>` : `\`${flag}\``;
  const message = `\`${value}\` is no value of ${what}`;
  if (choices !== undefined) {
    const near = suggestName(value, choices);
    const list = `one of ${choices.join(", ")}`;
    return new UsageError(message, {
      hint: near === null ? list : `did you mean \`${near}\`? ${list}`,
      usage,
    });
  }
  const reason = error.message.split("is invalid. ")[1] ?? "";
  return new UsageError(message, { hint: reason === "" ? help : reason, usage });
}
