/**
 * What a running command has at hand: configuration, the store, printing, and the rules of
 * printing. stdout gets data only; notes, warnings and errors go to stderr.
 *
 * Everything heavy is opened on first use and closed by `close`, however the command ends.
 */

import { readTerminalEnvironment } from "../core/config/environment.ts";
import { type Config, loadConfig } from "../core/config/index.ts";
import type { Progress } from "../core/progress.ts";
import type { AuditEntry, Store } from "../core/store/index.ts";
import type { CommandSpec, FieldSpec } from "./command.ts";
import type { GlobalOptions, OutputFormat } from "./global-flags.ts";
import type { Io } from "./io.ts";
import type { ListingOptions } from "./output/records.ts";
import type { RowOptions, RowSource } from "./output/rows.ts";
import { createStyle, type Style } from "./style.ts";

/** One record by field name; values in the forms of `lake/schema/value.ts`. */
export type RecordValues = Readonly<Record<string, unknown>>;

export interface CommandContext {
  readonly io: Io;
  /** `lake sql` */
  readonly path: string;
  readonly globals: GlobalOptions;
  /** For stdout and for stderr. */
  readonly style: Style;
  readonly errorStyle: Style;
  /** The format rows will be printed in. */
  readonly format: OutputFormat;
  /** Loaded before `run`, unless the command's `config` is "none". */
  readonly config: Config;
  loadConfig(): Promise<Config>;
  /** The metadata store; nothing is created by asking for it. */
  store(): Promise<Store>;
  /** Appends to the audit log: once per command that changed state. */
  audit(entry: AuditEntry): Promise<void>;
  /** Prints rows in the chosen format. */
  printRows(source: RowSource, options?: RowOptions): Promise<void>;
  /** Prints a listing of records with declared fields. */
  printRecords(
    fields: readonly FieldSpec[],
    records: readonly RecordValues[],
    options?: ListingOptions,
  ): Promise<void>;
  /** Prints one record: a two-column view on a terminal, an object in JSON. */
  printRecord(
    fields: readonly FieldSpec[],
    record: RecordValues,
    options?: Pick<RowOptions, "int64">,
  ): Promise<void>;
  /** Progress on stderr, for work that may take longer than a moment. */
  progress(): Promise<Progress>;
  /** Text for stdout, as it is. */
  printText(text: string): Promise<void>;
  /** One line on stderr, dropped by `-q`. */
  note(text: string): Promise<void>;
  /** One line on stderr, only with `-v`. */
  detail(text: string): Promise<void>;
  /** One line on stderr, dropped by `-qq`. */
  warn(text: string): Promise<void>;
  /** Runs at the end of the command, newest first. */
  onClose(cleanUp: () => Promise<void> | void): void;
  close(): Promise<void>;
}

export interface ContextOptions {
  readonly io: Io;
  readonly globals: GlobalOptions;
  readonly path: string;
  readonly spec: CommandSpec;
}

/** The context of one command. */
export function createContext(options: ContextOptions): CommandContext {
  return new Context(options);
}

class Context implements CommandContext {
  readonly io: Io;
  readonly path: string;
  readonly globals: GlobalOptions;
  readonly style: Style;
  readonly errorStyle: Style;
  readonly format: OutputFormat;
  #config: Config | null = null;
  #store: Store | null = null;
  #progress: Progress | null = null;
  readonly #cleanUps: (() => Promise<void> | void)[] = [];

  constructor({ io, globals, path }: ContextOptions) {
    this.io = io;
    this.path = path;
    this.globals = globals;
    this.style = createStyle(io.stdout, io.env, globals.noColor);
    this.errorStyle = createStyle(io.stderr, io.env, globals.noColor);
    this.format = globals.output ?? (io.stdout.isTTY ? "table" : "tsv");
  }

  get config(): Config {
    if (this.#config === null) throw new Error(`\`${this.path}\` asked for a configuration early`);
    return this.#config;
  }

  async loadConfig(): Promise<Config> {
    const { env, cwd } = this.io;
    this.#config = loadConfig({ cwd, env, profile: this.globals.profile });
    for (const warning of this.#config.warnings) await this.warn(warning);
    return this.#config;
  }

  async store(): Promise<Store> {
    if (this.#store !== null) return this.#store;
    const { openStore } = await import("../core/store/index.ts");
    const store = openStore({
      path: this.config.storePath,
      clock: this.io.clock,
      notify: (message) => void this.note(message),
    });
    this.onClose(() => store.close());
    this.#store = store;
    return store;
  }

  async audit(entry: AuditEntry): Promise<void> {
    const { recordAudit } = await import("../core/store/index.ts");
    recordAudit(await this.store(), entry, this.io.clock);
  }

  async printRows(source: RowSource, options: RowOptions = {}): Promise<void> {
    const { printRows } = await import("./output/print.ts");
    await printRows(source, this, options);
  }

  async printRecords(
    fields: readonly FieldSpec[],
    records: readonly RecordValues[],
    options?: ListingOptions,
  ): Promise<void> {
    const { printRecords } = await import("./output/print.ts");
    await printRecords(fields, records, this, options);
  }

  async printRecord(
    fields: readonly FieldSpec[],
    record: RecordValues,
    options: Pick<RowOptions, "int64"> = {},
  ): Promise<void> {
    const { printRecord } = await import("./output/print.ts");
    await printRecord(fields, record, this, options);
  }

  async progress(): Promise<Progress> {
    if (this.#progress !== null) return this.#progress;
    const { chooseProgressMode, createProgress } = await import("../core/progress.ts");
    const { isCi, noProgress, isUnicode } = readTerminalEnvironment(this.io.env);
    const { stderr, clock } = this.io;
    this.#progress = createProgress({
      mode: chooseProgressMode({
        isTTY: stderr.isTTY,
        isCi,
        noProgress,
        isQuiet: this.globals.quiet > 0,
        whenPiped: "off",
      }),
      write: (text) => void stderr.write(text),
      columns: () => stderr.columns,
      isUnicode,
      clock,
    });
    return this.#progress;
  }

  async printText(text: string): Promise<void> {
    await this.io.stdout.write(text);
  }

  async note(text: string): Promise<void> {
    if (this.globals.quiet < 1) await this.#say(text);
  }

  async detail(text: string): Promise<void> {
    if (this.globals.verbose) await this.#say(this.errorStyle.dim(text));
  }

  async warn(text: string): Promise<void> {
    if (this.globals.quiet < 2) await this.#say(`${this.errorStyle.yellow("warning:")} ${text}`);
  }

  async #say(line: string): Promise<void> {
    this.#progress?.clear();
    await this.io.stderr.write(`${line}\n`);
  }

  onClose(cleanUp: () => Promise<void> | void): void {
    this.#cleanUps.push(cleanUp);
  }

  async close(): Promise<void> {
    // A clean-up may open something of its own, so the list is asked again each time.
    for (let next = this.#cleanUps.pop(); next !== undefined; next = this.#cleanUps.pop()) {
      await next();
    }
  }
}
