/** What the text of a statement can make endless ends. */
import { spawn } from "node:child_process";
import { expect, it } from "vitest";
import { CALL_CANCELLED, CALL_ENDLESS, runBounded } from "../../../src/lake/engine/bounded-call.ts";

const endless = (): void => {
  /^(a+)+$/.test(`${"a".repeat(60)}b`);
};

it("stops a pattern that backtracks without end", () => {
  expect(() => runBounded(endless, () => 0, 50)).toThrow(CALL_ENDLESS);
});

it("goes on after a stop while rows get done", () => {
  let row = 0;
  const work = (): void => {
    if (row++ < 2) endless();
  };
  runBounded(work, () => row, 500);
  expect(row).toBe(3);
});

it("passes on what a function throws", () => {
  const fault = new TypeError("x");
  const work = (): void => {
    throw fault;
  };
  expect(() => runBounded(work, () => 0)).toThrow(fault);
});

it("stops on Ctrl-C, tells the process, and begins nothing for a moment", async () => {
  const heard = new Promise((resolve) => process.once("SIGINT", resolve));
  spawn("sh", ["-c", `sleep 0.3; kill -INT ${process.pid}`]);
  expect(() => runBounded(endless, () => 0)).toThrow(CALL_CANCELLED);
  expect(() => runBounded(endless, () => 0)).toThrow(CALL_CANCELLED);
  await heard;
});
