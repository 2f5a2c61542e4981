/**
 * A server whose disk is full: a limit on the size of files stands for it, which `prlimit` lifts
 * again. Nothing refused is there by half, and it goes on when there is space.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createRun, get, post, type ServerProcess, startProcess } from "../long/mlflow-server.ts";

const canLimit = spawnSync("prlimit", ["--version"]).status === 0;
const LIMITED = ["bash", "-c", 'ulimit -S -f 2500; exec "$@"', "limited"];
const FULL = { status: 507, body: { error_code: "RESOURCE_EXHAUSTED" } };

let folder: string;
let server: ServerProcess;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "mlflow-full-"));
  if (canLimit) server = await startProcess(folder, LIMITED);
});
afterEach(async () => {
  await server?.end("SIGTERM");
  rmSync(folder, { recursive: true, force: true });
});

function makeSpace(): void {
  const { status, stderr } = spawnSync("prlimit", [
    "--fsize=unlimited",
    "-p",
    `${server.child.pid}`,
  ]);
  expect([status, `${stderr}`]).toEqual([0, ""]);
}

async function put(path: string, body: string): Promise<number> {
  const url = `${server.url}/api/2.0/mlflow-artifacts/artifacts/${path}`;
  const response = await fetch(url, { method: "PUT", body });
  const text = await response.text();
  if (response.status !== 200) {
    expect(JSON.parse(text)).toEqual({
      error_code: "RESOURCE_EXHAUSTED",
      message: "The server's disk is full.",
    });
  }
  return response.status;
}

test.skipIf(!canLimit)(
  "the database: 507 for writes, reads go on, space helps at once",
  async () => {
    const runId = await createRun(server.url);
    const value = "x".repeat(8000);
    const send = (batch: number) => {
      const tags = Array.from({ length: 40 }, (_, index) => ({ key: `t${batch}-${index}`, value }));
      return post(server.url, "runs/log-batch", { run_id: runId, tags });
    };
    let kept = 0;
    while ((await send(kept)).status === 200) kept++;
    expect(kept).toBeGreaterThan(0);
    const countTags = async () => {
      const { body } = await get(server.url, `runs/get?run_id=${runId}`);
      return body.run.data.tags.filter(({ key }: { key: string }) => key.startsWith("t")).length;
    };
    expect(await send(kept)).toMatchObject(FULL);
    expect(await countTags()).toBe(kept * 40);
    makeSpace();
    expect((await send(kept)).status).toBe(200);
    expect(await countTags()).toBe((kept + 1) * 40);
  },
);

test.skipIf(!canLimit)("artifacts: 507, nothing half-written, the old file stays", async () => {
  const big = "x".repeat(4_000_000);
  expect(await put("a/model", "old")).toBe(200);
  expect(await put("a/model", big)).toBe(507);
  const store = readdirSync(folder, { recursive: true, encoding: "utf8" });
  expect(store.filter((name) => name.includes("/a/"))).toEqual([
    expect.stringMatching(/\/a\/model$/),
  ]);
  const url = `${server.url}/api/2.0/mlflow-artifacts/artifacts/a/model`;
  expect(await (await fetch(url)).text()).toBe("old");
  makeSpace();
  expect(await put("a/model", big)).toBe(200);
});
