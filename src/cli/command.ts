/**
 * What a command declares about itself. Parsing, help, completion, the reference page and the docs
 * test are all made from these declarations; `run` gets the parsed words, typed by them.
 */
import type { DataType } from "../lake/schema/data-type.ts";
import type { CommandContext } from "./context.ts";

/** Where the completion of a word comes from; see `completion/sources.ts`. */
export type ValueSource =
  | "tables"
  | "schemas"
  | "catalogs"
  | "files"
  | "profiles"
  | "topics"
  | "jobs"
  | "runs"
  | "mlflow-experiments"
  | "mlflow-runs"
  | "collections"
  /** Of the table that is the command's first argument. */
  | "versions";

interface FlagBase {
  readonly summary: string;
  /** One letter, without the dash. */
  readonly short?: string;
  /** Heading in help; "Flags" when absent. */
  readonly group?: string;
  readonly hidden?: boolean;
}

export interface BooleanFlag extends FlagBase {
  readonly type: "boolean";
}

export interface StringFlag extends FlagBase {
  readonly type: "string";
  /** What stands for the value in usage: `path`, `name=value`. */
  readonly value: string;
  readonly repeat?: boolean;
  readonly completes?: ValueSource;
}

export interface IntegerFlag extends FlagBase {
  readonly type: "integer";
  readonly value: string;
  /** Smallest value allowed; 0 when absent. */
  readonly min?: number;
  readonly max?: number;
  readonly completes?: ValueSource;
}

export interface ChoiceFlag extends FlagBase {
  readonly type: "choice";
  readonly choices: readonly string[];
}

export type FlagSpec = BooleanFlag | StringFlag | IntegerFlag | ChoiceFlag;
export type FlagSpecs = Readonly<Record<string, FlagSpec>>;

export interface ArgumentSpec {
  readonly summary: string;
  readonly required?: boolean;
  /** Takes all remaining words; only the last argument may. */
  readonly variadic?: boolean;
  readonly completes?: ValueSource;
  /** Fixed words it may be. */
  readonly choices?: readonly string[];
}
export type ArgumentSpecs = Readonly<Record<string, ArgumentSpec>>;

/** A column of a listing or a field of a record: what `--json a,b` may name. */
export interface FieldSpec {
  readonly name: string;
  readonly type: DataType;
  readonly summary?: string;
}

export interface Example {
  /** Why one would run it; printed as a `#` comment. */
  readonly comment: string;
  /** One line, starting with `sovereign` or a pipeline ending in it. */
  readonly run: string;
}

export interface CommandSpec {
  /** Ordered: their order is the order of the words. */
  readonly args: ArgumentSpecs;
  readonly flags: FlagSpecs;
  readonly examples: readonly Example[];
  /** A paragraph or two after the usage, for what a summary cannot say. */
  readonly notes?: string;
  readonly fields?: readonly FieldSpec[];
  /** The same thing on Databricks or in a peer's tool. */
  readonly databricks?: string;
  readonly seeAlso?: readonly string[];
  /** Honours `--dry-run`; with every other command that flag is an error, never ignored. */
  readonly dryRun?: true;
  /**
   * `text`: prints a text, or writes a file, of its own form; `-o` and `--json` are then errors, never
   * ignored. Without it every format works.
   */
  readonly output?: "text";
  /** Runs until it is told to stop, as servers do: SIGTERM and Ctrl-C then are its ordinary end. */
  readonly untilStopped?: true;
  /**
   * Does all or nothing, and throws when it was interrupted in time: what came back was done, and a
   * Ctrl-C meanwhile came too late.
   */
  readonly allOrNothing?: true;
  /** `none`: runs without reading `batuta.toml`, and so even when that is broken. */
  readonly config?: "none";
  run(context: CommandContext, input: ParsedInput): Promise<number | undefined>;
}

type FlagValue<F extends FlagSpec> = F extends BooleanFlag
  ? boolean
  : F extends { readonly repeat: true }
    ? string[]
    : F extends IntegerFlag
      ? number | undefined
      : F extends { readonly choices: readonly (infer C)[] }
        ? C | undefined
        : string | undefined;

type ArgumentValue<A extends ArgumentSpec> = A extends { readonly variadic: true }
  ? string[]
  : A extends { readonly required: true }
    ? string
    : string | undefined;

export interface ParsedInput {
  readonly args: Readonly<Record<string, string | string[] | undefined>>;
  readonly flags: Readonly<Record<string, boolean | string | number | string[] | undefined>>;
}

export interface TypedInput<A extends ArgumentSpecs, F extends FlagSpecs> {
  readonly args: { readonly [K in keyof A]: ArgumentValue<A[K]> };
  readonly flags: { readonly [K in keyof F]: FlagValue<F[K]> };
}

/** Checks a command's declaration and types what its `run` receives. */
export function defineCommand<const A extends ArgumentSpecs, const F extends FlagSpecs>(
  spec: Omit<CommandSpec, "args" | "flags" | "run"> & {
    readonly args: A;
    readonly flags: F;
    run(context: CommandContext, input: TypedInput<A, F>): Promise<number | undefined>;
  },
): CommandSpec {
  return {
    ...spec,
    run: (context, input) => spec.run(context, input as unknown as TypedInput<A, F>),
  };
}

/** A command in the tree: what listings need, and how to get the rest. */
export interface CommandEntry {
  readonly name: string;
  readonly summary: string;
  readonly hidden?: boolean;
  load(): Promise<{ readonly command: CommandSpec }>;
}

/** Commands on one kind of thing inside a group: `mlflow runs`. */
export interface VerbGroup {
  readonly name: string;
  readonly summary: string;
  readonly hidden?: boolean;
  readonly verbs: readonly CommandEntry[];
}

export interface CommandGroup {
  readonly name: string;
  readonly summary: string;
  readonly heading: string;
  readonly hidden?: boolean;
  readonly verbs: readonly (CommandEntry | VerbGroup)[];
}

export type CommandNode = CommandGroup | (CommandEntry & { readonly heading: string });
/** A node at any depth of the tree. */
export type TreeNode = CommandNode | CommandEntry | VerbGroup;

/** Whether a node holds verbs rather than being a command itself. */
export function isGroup(node: TreeNode): node is CommandGroup | VerbGroup {
  return "verbs" in node;
}
