/**
 * Progress on stderr. On a terminal a line that redraws itself appears once a task has taken
 * 300 ms: a bar when the total is known, else a counter with its rate; when the task ends, one line
 * stays. As plain `lines` (CI, pipes) there is one line per finished task. Nothing depends on it.
 */
import type { Clock } from "./clock.ts";

const APPEAR_AFTER_MS = 300;
const REDRAW_EVERY_MS = 100;

export type ProgressMode = "live" | "lines" | "off";

export interface ProgressOptions {
  mode: ProgressMode;
  /** Text for stderr. */
  write: (text: string) => void;
  /** Asked at every draw: terminals are resized. */
  columns: () => number;
  isUnicode: boolean;
  clock: Clock;
}

export interface TaskOptions {
  label: string;
  /** Known amount of work; a counter is shown without it. */
  total?: number;
  /** `rows`, `files`; for the counter and the last line. */
  unit?: string;
  /** False: nothing stays when the task ends; the caller says how it went. */
  leavesLine?: boolean;
}

export interface ProgressTask {
  advance(amount: number): void;
  /** A word on what is going on, shown behind the bar. */
  describe(detail: string): void;
  /** Ends the task; `summary` replaces the default last line. */
  finish(summary?: string): void;
  /** Ends the task and leaves nothing behind, for a caller that says the outcome itself. */
  discard(): void;
}

export interface Progress {
  /** Starts a task; an unfinished one before it is ended. */
  start(options: TaskOptions): ProgressTask;
  /** Takes a live line off the screen, for text that must not run into it. */
  clear(): void;
}

/** Which mode suits: never on `-q`, never when the user turned it off. */
export function chooseProgressMode(facts: {
  isTTY: boolean;
  isCi: boolean;
  noProgress: boolean;
  isQuiet: boolean;
  /** What a pipe gets. */
  whenPiped: "lines" | "off";
}): ProgressMode {
  if (facts.noProgress || facts.isQuiet) return "off";
  if (facts.isCi) return "lines";
  return facts.isTTY ? "live" : facts.whenPiped;
}

/** One progress display; tasks run one after the other. */
export function createProgress(options: ProgressOptions): Progress {
  let current: RunningTask | null = null;
  return {
    start(task) {
      current?.finish();
      current = new RunningTask(task, options);
      return current;
    },
    clear: () => current?.clear(),
  };
}

class RunningTask implements ProgressTask {
  readonly #task: TaskOptions;
  readonly #options: ProgressOptions;
  readonly #startedAtMs: number;
  #timer: NodeJS.Timeout | null = null;
  #done = 0;
  #detail = "";
  #isDrawn = false;
  #hasAppeared = false;
  #isFinished = false;

  constructor(task: TaskOptions, options: ProgressOptions) {
    this.#task = task;
    this.#options = options;
    this.#startedAtMs = options.clock.monotonicMs();
    if (options.mode === "live") this.#schedule(APPEAR_AFTER_MS);
  }

  advance(amount: number): void {
    this.#done += amount;
  }

  describe(detail: string): void {
    this.#detail = detail;
  }

  finish(summary?: string): void {
    if (this.#isFinished) return;
    this.#isFinished = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.clear();
    if (this.#task.leavesLine === false) return;
    const isWanted = this.#options.mode === "lines" || this.#hasAppeared;
    if (isWanted) this.#options.write(`${summary ?? this.#lastLine()}\n`);
  }

  discard(): void {
    this.#isFinished = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.clear();
  }

  clear(): void {
    if (this.#isDrawn) this.#options.write("\r\u001b[K");
    this.#isDrawn = false;
  }

  #schedule(delayMs: number): void {
    this.#timer = setTimeout(() => {
      this.#draw();
      this.#schedule(REDRAW_EVERY_MS);
    }, delayMs);
    this.#timer.unref();
  }

  #draw(): void {
    const width = Math.max(20, this.#options.columns() - 1);
    this.#options.write(`\r\u001b[K${this.#liveLine().slice(0, width)}`);
    this.#isDrawn = true;
    this.#hasAppeared = true;
  }

  #liveLine(): string {
    const { label, total, unit = "" } = this.#task;
    const detail = this.#detail === "" ? "" : `  ${this.#detail}`;
    if (total === undefined || total <= 0) {
      const count = this.#done === 0 ? "" : `  ${formatCount(this.#done)} ${unit}`.trimEnd();
      return `${label}${count}${this.#rate()}${detail}`;
    }
    const part = Math.min(1, this.#done / total);
    const filled = Math.round(part * 24);
    const [full, empty] = this.#options.isUnicode ? ["█", "░"] : ["#", "."];
    const bar = full.repeat(filled) + empty.repeat(24 - filled);
    return `${label}  ${bar} ${String(Math.floor(part * 100)).padStart(3)}%${detail}`;
  }

  #lastLine(): string {
    const { label, unit = "" } = this.#task;
    const count = this.#done === 0 ? "" : `  ${formatCount(this.#done)} ${unit}`.trimEnd();
    return `${label}${count}  ${formatDuration(this.#elapsedMs())}${this.#rate()}`;
  }

  #rate(): string {
    const seconds = this.#elapsedMs() / 1000;
    if (this.#done === 0 || seconds <= 0 || this.#task.unit === undefined) return "";
    return `  ${formatCount(Math.round(this.#done / seconds))} ${this.#task.unit}/s`;
  }

  #elapsedMs(): number {
    return this.#options.clock.monotonicMs() - this.#startedAtMs;
  }
}

/** `12,345`. */
export function formatCount(value: number): string {
  return String(value).replace(/\B(?=(\d{3})+(?!\d))/g, ",");
}

/** `4 ms`, `1.2 s`, `3 min 5 s`. */
export function formatDuration(durationMs: number): string {
  if (durationMs < 1000) return `${Math.round(durationMs)} ms`;
  if (durationMs < 60_000) return `${(durationMs / 1000).toFixed(1)} s`;
  const seconds = Math.round(durationMs / 1000);
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}
