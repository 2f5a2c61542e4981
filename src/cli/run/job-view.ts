/**
 * A running job on stderr: on a terminal one line that moves while a task runs and one that stays
 * when it is done; elsewhere the lines that stay.
 */
import { readTerminalEnvironment } from "../../core/config/index.ts";
import { chooseProgressMode, createProgress, formatDuration } from "../../core/progress.ts";
import type { RunEvent, TaskOutcome } from "../../run/index.ts";
import type { CommandContext } from "../context.ts";

/** A listener for `runJob`; `finish` resolves when everything is written. */
export function createJobView(context: CommandContext): {
  onEvent: (event: RunEvent) => void;
  phase: (label: string) => () => void;
  finish: () => Promise<void>;
} {
  const { io, globals } = context;
  const terminal = readTerminalEnvironment(io.env);
  let written: Promise<void> = Promise.resolve();
  const write = (text: string): void => {
    written = written.then(() => io.stderr.write(text));
  };
  const mode = chooseProgressMode({
    isTTY: io.stderr.isTTY,
    isCi: terminal.isCi,
    noProgress: terminal.noProgress,
    isQuiet: globals.quiet > 0,
    whenPiped: "lines",
  });
  const { isUnicode } = terminal;
  const columns = (): number => io.stderr.columns;
  const progress = createProgress({ mode, write, columns, isUnicode, clock: io.clock });
  let current: ReturnType<typeof progress.start> | null = null;
  return {
    phase(label) {
      const task = progress.start({ label });
      return () => task.finish();
    },
    onEvent(event) {
      if (event.type === "task_start") {
        const label = `${place(event.position, event.count)}  ${event.task}`;
        current = progress.start({ label, leavesLine: false });
      } else if (event.type === "statement_end" && event.message !== null) {
        current?.describe(event.message);
      } else if (event.type === "task_end") {
        current?.finish();
        current = null;
        if (globals.quiet > 0 && event.outcome.status !== "failed") return;
        write(`${formatTask(event.outcome, place(event.position, event.count), context)}\n`);
      }
    },
    finish: () => written,
  };
}

function place(position: number, count: number): string {
  return `${String(position).padStart(String(count).length)}/${count}`;
}

function formatTask(outcome: TaskOutcome, where: string, context: CommandContext): string {
  const style = context.errorStyle;
  const words = {
    success: style.green("ok     "),
    failed: style.red("failed "),
    skipped: style.yellow("skipped"),
    cancelled: style.yellow("stopped"),
  };
  const time = outcome.status === "success" ? formatDuration(outcome.durationMs) : "";
  const line = `${where}  ${words[outcome.status]}  ${outcome.key.padEnd(26)} ${time}`.trimEnd();
  const isPlain = outcome.message === null || outcome.status === "cancelled";
  return isPlain ? line : `${line}\n        ${outcome.message}`;
}
