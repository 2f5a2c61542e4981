/**
 * The SQL prompt: lines are gathered until a statement ends with `;`, run, and timed. An error ends
 * the statement, not the shell. Fed by a pipe it says nothing of its own, runs an unfinished last
 * statement too, and leaves with the exit code of the first failure.
 * Read `shell-commands.ts` and `statement-end.ts` next.
 */
import { join } from "node:path";
import { createInterface, type Interface } from "node:readline";

import { formatDuration } from "../../core/progress.ts";
import type { Lake } from "../../lake/index.ts";
import type { CommandContext } from "../context.ts";
import { reportFailure } from "../failure.ts";
import { OutputClosed } from "../io.ts";
import type { RowOptions } from "../output/rows.ts";
import { printResult } from "./print-result.ts";
import { readShellCommand, SHELL_HELP, type ShellCommand } from "./shell-commands.ts";
import { completeSql } from "./shell-completion.ts";
import { appendHistory, HISTORY_SIZE, readHistory } from "./shell-history.ts";
import { historyLines, isBlank, isComplete } from "./statement-end.ts";
import { quoteTable } from "./table-name.ts";

const PROMPT = "sql> ";
const CONTINUATION = "...> ";

/** Runs the prompt until Ctrl-D or `\q`; returns the exit code. */
export async function runShell(
  lake: Lake,
  context: CommandContext,
  options: RowOptions,
): Promise<number> {
  const { io } = context;
  const isInteractive = io.stdout.isTTY && io.stdin.isTTY === true;
  const historyPath = isInteractive ? join(context.config.home, "shell-history") : null;
  const terminal = createInterface({
    input: io.stdin,
    // Without a terminal nothing but results goes to stdout: no prompt.
    ...(isInteractive && io.stdout.stream !== null ? { output: io.stdout.stream } : {}),
    terminal: isInteractive,
    history: historyPath === null ? [] : await readHistory(historyPath),
    historySize: HISTORY_SIZE,
    removeHistoryDuplicates: true,
    completer: (line: string) => completeSql(line, lake),
  });
  if (isInteractive) await context.note("Spark SQL; end a statement with `;`, `\\h` for help");
  return new Shell(terminal, { lake, context, options, historyPath }).run();
}

interface ShellParts {
  readonly lake: Lake;
  readonly context: CommandContext;
  readonly options: RowOptions;
  /** Null: nobody types here, and nothing is remembered. */
  readonly historyPath: string | null;
}

class Shell {
  readonly #terminal: Interface;
  readonly #parts: ShellParts;
  #typed = "";
  #isRunning = false;
  #isTimed = true;
  /** Ctrl-C was pressed at an empty prompt, and nothing since. */
  #isLeaving = false;
  #exitCode = 0;

  constructor(terminal: Interface, parts: ShellParts) {
    this.#terminal = terminal;
    this.#parts = parts;
  }

  async run(): Promise<number> {
    const { historyPath, context } = this.#parts;
    const { signal } = context.io;
    const close = (): void => this.#terminal.close();
    signal.addEventListener("abort", close, { once: true });
    this.#terminal.on("SIGINT", () => this.#interrupt());
    // A line that ends while a statement runs must not be lost: the iterator keeps it.
    const lines = this.#terminal[Symbol.asyncIterator]();
    this.#prompt();
    try {
      for (let next = await lines.next(); !next.done; next = await lines.next()) {
        this.#isLeaving = false;
        if ((await this.#take(next.value)) === "leave") break;
        if (signal.aborted) break;
        this.#prompt();
      }
      if (historyPath === null && !signal.aborted && !isBlank(this.#typed)) {
        await this.#execute(this.#typed);
      }
    } finally {
      signal.removeEventListener("abort", close);
      this.#terminal.close();
    }
    signal.throwIfAborted();
    return historyPath === null ? this.#exitCode : 0;
  }

  #prompt(): void {
    if (this.#parts.historyPath === null) return;
    this.#terminal.setPrompt(this.#typed === "" ? PROMPT : CONTINUATION);
    this.#terminal.prompt();
  }

  async #take(line: string): Promise<"leave" | "stay"> {
    const { historyPath, context } = this.#parts;
    const isFirst = this.#typed === "";
    try {
      // Behind the start of a statement only `\q` and its like can be meant.
      const command = isFirst || line.trimStart().startsWith("\\") ? readShellCommand(line) : null;
      if (command !== null) return await this.#obey(command);
    } catch (error) {
      await this.#fail(error);
      return "stay";
    }
    if (!isFirst && /^\s*(exit|quit|help)\s*$/i.test(line)) {
      await context.note("a statement is open: `;` ends it, Ctrl-C drops it, `\\q` leaves");
    }
    this.#typed += `${line}\n`;
    if (!isComplete(this.#typed)) {
      if (isBlank(this.#typed)) this.#typed = "";
      return "stay";
    }
    const text = this.#typed;
    this.#typed = "";
    if (isBlank(text)) return "stay";
    if (historyPath !== null) appendHistory(historyPath, historyLines(text));
    await this.#execute(text);
    return "stay";
  }

  async #obey(command: ShellCommand): Promise<"leave" | "stay"> {
    const { context } = this.#parts;
    switch (command.kind) {
      case "quit":
        return "leave";
      case "help":
        await context.printText(SHELL_HELP);
        break;
      case "tables":
        await this.#execute("SHOW TABLES");
        break;
      case "describe":
        await this.#execute(`DESCRIBE TABLE ${quoteTable(command.table, context.io)}`);
        break;
      case "timing":
        this.#isTimed = command.isOn ?? !this.#isTimed;
        await context.note(`timing is ${this.#isTimed ? "on" : "off"}`);
    }
    return "stay";
  }

  async #execute(text: string): Promise<void> {
    const { lake, context, options, historyPath } = this.#parts;
    const { clock } = context.io;
    this.#isRunning = true;
    try {
      let startedAtMs = clock.monotonicMs();
      for await (const result of lake.script(text)) {
        await printResult(result, context, options);
        const time = formatDuration(clock.monotonicMs() - startedAtMs);
        if (this.#isTimed && historyPath !== null) await context.note(time);
        startedAtMs = clock.monotonicMs();
      }
    } catch (error) {
      await this.#fail(error);
    } finally {
      this.#isRunning = false;
    }
  }

  /** Says what went wrong; a reader that went away, or a signal, ends the shell. */
  async #fail(error: unknown): Promise<void> {
    const { context } = this.#parts;
    const { debug, noColor } = context.globals;
    if (error instanceof OutputClosed || context.io.signal.aborted) throw error;
    const code = await reportFailure(error, context.io, { json: false, noColor, debug });
    if (this.#exitCode === 0) this.#exitCode = code;
  }

  #interrupt(): void {
    if (this.#isRunning) {
      this.#parts.lake.interrupt();
      return;
    }
    const isEmpty = this.#typed === "" && this.#terminal.line === "";
    if (isEmpty && this.#isLeaving) {
      this.#terminal.close();
      return;
    }
    this.#isLeaving = isEmpty;
    this.#typed = "";
    this.#terminal.write(null, { ctrl: true, name: "e" });
    this.#terminal.write(null, { ctrl: true, name: "u" });
    void this.#parts.context.note(isEmpty ? "\nCtrl-C again leaves" : "").then(() => {
      this.#prompt();
    });
  }
}
