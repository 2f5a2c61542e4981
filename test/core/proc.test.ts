import { expect, test } from "vitest";

import { runProcess } from "../../src/core/proc.ts";

const node = (script: string, options = {}) =>
  runProcess(process.execPath, ["-e", script], options);

test("captures output and exit code, passes stdin", async () => {
  const script = "process.stdin.pipe(process.stdout); console.error('e'); process.exitCode = 3";
  expect(await node(script, { stdin: "hello" })).toEqual({
    exitCode: 3,
    signal: null,
    stdout: "hello",
    stderr: "e\n",
    isTimedOut: false,
  });
});

test("kills what runs too long", async () => {
  const result = await node("setInterval(() => {}, 1000)", { timeoutMs: 200 });
  expect(result).toMatchObject({ exitCode: null, signal: "SIGKILL", isTimedOut: true });
});

test("a missing program says so; input nobody reads is no error", async () => {
  await expect(runProcess("no-such-program-here", [])).rejects.toMatchObject({
    code: "TEMPORARILY_UNAVAILABLE",
    hint: expect.stringContaining("PATH"),
  });
  expect((await node("process.exit(0)", { stdin: "x".repeat(1e6) })).exitCode).toBe(0);
});

test("can be aborted", async () => {
  const controller = new AbortController();
  const running = node("setInterval(() => {}, 1000)", { signal: controller.signal });
  controller.abort();
  await expect(running).rejects.toMatchObject({ code: "CANCELLED" });
});
