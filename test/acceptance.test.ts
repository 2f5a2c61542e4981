/**
 * Every folder `test/acceptance/<group>/<case>` with a `script`: its transcript must equal
 * `output.txt` (`npx vitest run test/acceptance -u` records anew). A file `process` beside it asks for
 * a second run as real processes with the same transcript.
 */
import { existsSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import {
  REPOSITORY,
  type RunCommand,
  runAsProcess,
  runInProcess,
  runScript,
} from "./acceptance/run-case.ts";

const root = join(REPOSITORY, "test/acceptance");
const cases = readdirSync(root, { recursive: true, encoding: "utf8" })
  .filter((path) => path.endsWith("/script"))
  .map((path) => path.slice(0, -"/script".length))
  .sort();

async function transcribe(name: string, run: RunCommand): Promise<string> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "sovereign-acceptance-")));
  try {
    const script = readFileSync(join(root, name, "script"), "utf8");
    return await runScript(script, folder, run);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

describe("acceptance", () => {
  test("there are cases", () => {
    expect(cases.length).toBeGreaterThan(0);
  });

  test.each(cases)("%s", async (name) => {
    const transcript = await transcribe(name, runInProcess);
    await expect(transcript).toMatchFileSnapshot(join(root, name, "output.txt"));
  });

  const asProcess = cases.filter((name) => existsSync(join(root, name, "process")));
  test.each(asProcess)("%s as a process", async (name) => {
    const transcript = await transcribe(name, runAsProcess);
    expect(transcript).toBe(readFileSync(join(root, name, "output.txt"), "utf8"));
  });
});
