/**
 * The interactive SQL prompt: lines are gathered until a statement ends with `;`, run, and timed.
 * An error ends the statement, not the shell; Ctrl-C drops the line or stops what runs.
 */
import { appendFileSync, existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface, type Interface } from "node:readline";

import { createFolders } from "../../core/io/index.ts";
import { formatDuration } from "../../core/progress.ts";
import type { Lake } from "../../lake/index.ts";
import type { CommandContext } from "../context.ts";
import { reportFailure } from "../failure.ts";
import type { RowOptions } from "../output/rows.ts";
import { printResult } from "./print-result.ts";
import { completeSql } from "./shell-completion.ts";
import { isBlank, isComplete } from "./statement-end.ts";

const PROMPT = "sql> ";
const CONTINUATION = "...> ";
const HISTORY_SIZE = 1000;

const HELP = `End a statement with \`;\`. Tab completes names, the arrow keys recall statements.
  .help    this text
  .quit    leave; so does Ctrl-D
`;

/** Runs the prompt until Ctrl-D or \`.quit\`. */
export async function runShell(
  lake: Lake,
  context: CommandContext,
  options: RowOptions,
): Promise<void> {
  const { io } = context;
  const historyPath = join(context.config.home, "shell-history");
  const isInteractive = io.stdout.isTTY && io.stdin.isTTY === true;
  const terminal = createInterface({
    input: io.stdin,
    // Without a terminal nothing but results goes to stdout: no prompt.
    ...(isInteractive && io.stdout.stream !== null ? { output: io.stdout.stream } : {}),
    terminal: isInteractive,
    history: readHistory(historyPath),
    historySize: HISTORY_SIZE,
    removeHistoryDuplicates: true,
    completer: (line: string) => completeSql(line, lake),
  });
  const shell = new Shell(terminal, { lake, context, options, historyPath });
  await context.note("Spark SQL; end a statement with `;`, `.help` for help, Ctrl-D to leave");
  await shell.run();
}

interface ShellParts {
  readonly lake: Lake;
  readonly context: CommandContext;
  readonly options: RowOptions;
  readonly historyPath: string;
}

class Shell {
  readonly #terminal: Interface;
  readonly #parts: ShellParts;
  #typed = "";
  #isRunning = false;

  constructor(terminal: Interface, parts: ShellParts) {
    this.#terminal = terminal;
    this.#parts = parts;
  }

  async run(): Promise<void> {
    this.#terminal.on("SIGINT", () => this.#interrupt());
    this.#prompt();
    for await (const line of this.#terminal) {
      if (this.#typed === "" && /^\s*(\.quit|\.exit|exit|quit)\s*;?\s*$/i.test(line)) break;
      await this.#take(line);
      this.#prompt();
    }
    this.#terminal.close();
  }

  #prompt(): void {
    this.#terminal.setPrompt(this.#typed === "" ? PROMPT : CONTINUATION);
    this.#terminal.prompt();
  }

  async #take(line: string): Promise<void> {
    const { context } = this.#parts;
    if (this.#typed === "" && line.trim() === ".help") return context.printText(HELP);
    this.#typed += `${line}\n`;
    if (!isComplete(this.#typed)) {
      if (isBlank(this.#typed)) this.#typed = "";
      return;
    }
    const text = this.#typed;
    this.#typed = "";
    if (isBlank(text)) return;
    this.#remember(text);
    this.#isRunning = true;
    await this.#execute(text);
    this.#isRunning = false;
  }

  async #execute(text: string): Promise<void> {
    const { lake, context, options } = this.#parts;
    const { clock } = context.io;
    try {
      let startedAtMs = clock.monotonicMs();
      for await (const result of lake.script(text)) {
        await printResult(result, context, options);
        await context.note(formatDuration(clock.monotonicMs() - startedAtMs));
        startedAtMs = clock.monotonicMs();
      }
    } catch (error) {
      const { debug, noColor } = context.globals;
      await reportFailure(error, context.io, { json: false, noColor, debug });
    }
  }

  #interrupt(): void {
    if (this.#isRunning) {
      this.#parts.lake.interrupt();
      return;
    }
    this.#typed = "";
    this.#terminal.write(null, { ctrl: true, name: "u" });
    this.#prompt();
  }

  #remember(text: string): void {
    const { historyPath, context } = this.#parts;
    createFolders(context.config.home);
    appendFileSync(historyPath, `${text.trim().replace(/\s*\n\s*/g, " ")}\n`);
  }
}

/** Newest first, as readline wants it. */
function readHistory(path: string): string[] {
  if (!existsSync(path)) return [];
  return readFileSync(path, "utf8")
    .split("\n")
    .filter((line) => line !== "")
    .reverse()
    .slice(0, HISTORY_SIZE);
}
