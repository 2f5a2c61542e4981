/** Ctrl-C while a command computes: it ends soon, with nothing written. */
import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { defineCommand } from "../../src/cli/command.ts";
import { runCommand } from "../../src/cli/run-command.ts";
import { createRng } from "../../src/core/rng.ts";
import { runAtOnce, runInTurns, type Steps } from "../../src/core/turns.ts";
import { REPOSITORY } from "../source-tree.ts";
import { createTestIo } from "./test-io.ts";

const SOVEREIGN = join(REPOSITORY, "bin/sovereign.js");

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "sovereign-interrupt-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Words without a pattern, so that there is much to learn. */
function drawText(lineCount: number): string {
  const rng = createRng(1);
  const word = (): string =>
    Array.from({ length: 2 + rng.int(8) }, () => String.fromCharCode(97 + rng.int(20))).join("");
  return Array.from(
    { length: lineCount },
    () => `${Array.from({ length: 12 }, word).join(" ")}\n`,
  ).join("");
}

function drawVectors(rowCount: number): string {
  const rng = createRng(1);
  const row = (id: number): string =>
    JSON.stringify({ id: String(id), vector: Array.from({ length: 32 }, () => rng.next()) });
  return Array.from({ length: rowCount }, (_, id) => `${row(id)}\n`).join("");
}

test.each([
  ["tokenize train - --type unigram --vocab-size 2000", drawText(20_000)],
  ["vector import - made --input-format jsonl", drawVectors(25_000)],
])("%s is left by the first Ctrl-C", async (line, input) => {
  const env = { PATH: process.env.PATH ?? "", HOME: "/nowhere", SOVEREIGN_HOME: folder };
  const child = spawn(process.execPath, [SOVEREIGN, ...line.split(" ")], { env, cwd: folder });
  let err = "";
  child.stderr.on("data", (chunk) => {
    err += chunk;
  });
  // All is read, about, and the work begins.
  child.stdin.end(input, () => child.kill("SIGINT"));
  const code = await new Promise((resolve) => child.on("close", resolve));
  expect([code, err]).toEqual([130, "interrupted\n"]);
  const left = readdirSync(folder, { recursive: true, encoding: "utf8" });
  expect(left.filter((name) => /\.(json|vec|tmp)$/.test(name))).toEqual([]);
});

test("what did all of its work does not say that it was interrupted", async () => {
  const controller = new AbortController();
  const io = createTestIo({ cwd: folder, signal: controller.signal });
  const spec = {
    ...{ args: {}, flags: {}, examples: [], config: "none" as const },
    run: async () => {
      controller.abort(130);
      return 0;
    },
  };
  const run = (command: Parameters<typeof defineCommand>[0]) =>
    runCommand(defineCommand(command), { path: "work", words: [] }, io);
  expect(await run({ ...spec, allOrNothing: true })).toBe(0);
  await expect(run(spec)).rejects.toBe(130);
});

test("work in steps is left where its signal is aborted", async () => {
  let done = 0;
  function* work(): Steps<string, number> {
    for (done = 0; done < 10; done++) yield done;
    return "result";
  }
  let nowMs = 0;
  const clock = {
    nowMs: () => nowMs,
    monotonicMs: () => {
      nowMs += 60;
      return nowMs;
    },
  };
  expect(runAtOnce(work())).toBe("result");
  expect(await runInTurns(work(), { clock })).toBe("result");
  const controller = new AbortController();
  const onProgress = (step: number): void => {
    if (step === 3) controller.abort(130);
  };
  const options = { signal: controller.signal, onProgress, clock };
  await expect(runInTurns(work(), options)).rejects.toBe(130);
  expect(done).toBe(3);
});
