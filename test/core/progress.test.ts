import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { createFixedClock } from "../../src/core/clock.ts";
import {
  chooseProgressMode,
  createProgress,
  formatCount,
  formatDuration,
  type ProgressMode,
} from "../../src/core/progress.ts";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

function setUp(mode: ProgressMode) {
  const clock = createFixedClock(0);
  let screen = "";
  const progress = createProgress({
    mode,
    write: (text) => {
      screen += text;
    },
    columns: () => 60,
    isUnicode: true,
    clock,
  });
  const pass = (durationMs: number): void => {
    clock.advance(durationMs);
    vi.advanceTimersByTime(durationMs);
  };
  /** What a terminal shows after all carriage returns and erasures. */
  const shown = (): string[] =>
    screen.split("\n").map((line) => line.split("\r\u001b[K").at(-1) ?? "");
  return { progress, pass, shown, raw: () => screen };
}

test("a task under 300 ms leaves no trace", () => {
  const { progress, pass, raw } = setUp("live");
  const task = progress.start({ label: "load", total: 10 });
  pass(299);
  task.advance(10);
  task.finish();
  pass(1000);
  expect(raw()).toBe("");
});

test("a bar with a known total, then one line that stays", () => {
  const { progress, pass, shown } = setUp("live");
  const task = progress.start({ label: "load", total: 200, unit: "rows" });
  task.advance(50);
  pass(300);
  expect(shown()).toEqual(["load  ██████░░░░░░░░░░░░░░░░░░  25%"]);
  task.advance(150);
  task.describe("orders.csv");
  pass(100);
  expect(shown()).toEqual(["load  ████████████████████████ 100%  orders.csv"]);
  task.finish();
  task.finish();
  expect(shown()).toEqual(["load  200 rows  400 ms  500 rows/s", ""]);
});

test("a counter with its rate when the total is unknown", () => {
  const { progress, pass, shown } = setUp("live");
  const task = progress.start({ label: "scan", unit: "files" });
  task.advance(1500);
  pass(500);
  expect(shown()).toEqual(["scan  1,500 files  3,000 files/s"]);
  progress.clear();
  expect(shown()).toEqual([""]);
  progress.start({ label: "next" }).finish("all done");
  expect(shown()).toEqual(["scan  1,500 files  500 ms  3,000 files/s", ""]);
});

test("plain lines: one per task; off: nothing", () => {
  const lines = setUp("lines");
  const task = lines.progress.start({ label: "bronze" });
  lines.pass(1250);
  task.finish();
  lines.progress.start({ label: "x" }).finish("silver done");
  expect(lines.raw()).toBe("bronze  1.3 s\nsilver done\n");
  const off = setUp("off");
  off.progress.start({ label: "x" }).finish();
  expect(off.raw()).toBe("");
});

test("modes", () => {
  const facts = { isTTY: true, isCi: false, noProgress: false, isQuiet: false } as const;
  expect(chooseProgressMode({ ...facts, whenPiped: "off" })).toBe("live");
  expect(chooseProgressMode({ ...facts, isTTY: false, whenPiped: "off" })).toBe("off");
  expect(chooseProgressMode({ ...facts, isTTY: false, whenPiped: "lines" })).toBe("lines");
  expect(chooseProgressMode({ ...facts, isCi: true, whenPiped: "off" })).toBe("lines");
  expect(chooseProgressMode({ ...facts, isQuiet: true, whenPiped: "lines" })).toBe("off");
  expect(chooseProgressMode({ ...facts, noProgress: true, whenPiped: "lines" })).toBe("off");
});

test("counts and durations", () => {
  expect([0, 999, 1000, 1234567].map(formatCount)).toEqual(["0", "999", "1,000", "1,234,567"]);
  expect([4.4, 1234, 185_000].map(formatDuration)).toEqual(["4 ms", "1.2 s", "3 min 5 s"]);
});
