/** What `run job` says, and where: each failure once, whichever way the streams are joined. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { main } from "../../../src/cli/main.ts";
import { createTestIo } from "../test-io.ts";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "sovereign-run-"));
  writeFileSync(
    join(folder, "databricks.yml"),
    `bundle: {name: shop}
resources:
  jobs:
    nightly:
      tasks:
        - {task_key: load, sql_task: {file: {path: load.sql}}}
        - {task_key: report, sql_task: {file: {path: report.sql}}, depends_on: [{task_key: load}]}
`,
  );
  writeFileSync(join(folder, "load.sql"), "SELECT 1;\n\nSELECT 1 / 0");
  writeFileSync(join(folder, "report.sql"), "SELECT 1");
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function run(args: string[], tty?: { columns: number; rows: number }) {
  const io = createTestIo({ cwd: folder, ...(tty === undefined ? {} : { tty }) });
  const exitCode = await main(args, io);
  return { exitCode, out: io.out(), err: io.err() };
}

const MESSAGE = "load.sql:3:1: division by zero";
const timesSaid = (text: string): number => text.split(MESSAGE).length - 1;

test("in a pipe and on a terminal, the reason of a failure stands there once", async () => {
  const piped = await run(["run", "job", "nightly"]);
  expect(piped.exitCode).toBe(1);
  expect(timesSaid(piped.out + piped.err)).toBe(1);
  expect(piped.err).toContain("(task at databricks.yml:6:11)");
  expect(piped.out.split("\n").map((line) => line.split("\t").slice(0, 2))).toEqual([
    ["load", "failed"],
    ["report", "skipped"],
    [""],
  ]);
  const terminal = await run(["run", "job", "nightly", "--no-color"], { columns: 100, rows: 30 });
  expect(timesSaid(terminal.out + terminal.err)).toBe(1);
});

test("quiet says failures only; a format that is asked for holds the message", async () => {
  const quiet = await run(["run", "job", "nightly", "-q"]);
  expect(quiet.err.split("\n")).toEqual([
    "1/2  failed   load",
    expect.stringContaining(MESSAGE),
    "",
  ]);
  const json = await run(["run", "job", "nightly", "--json", "task,message"]);
  expect(JSON.parse(json.out)).toEqual([
    { task: "load", message: expect.stringContaining(MESSAGE) },
    { task: "report", message: "upstream failed: load" },
  ]);
});
