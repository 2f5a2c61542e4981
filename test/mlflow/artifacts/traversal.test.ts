/**
 * Every published way out of an MLflow server's artifact folder, tried over HTTP on a server with a
 * secret beside its folder. Cases by their CVE; several spellings each.
 */
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { systemClock } from "../../../src/core/clock.ts";
import { type RunningServer, startServer } from "../../../src/mlflow/index.ts";

const SECRET = "the secret beside the folder";
let folder = "";
let server: RunningServer;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "mlflow-traversal-"));
  mkdirSync(join(folder, "outside"));
  writeFileSync(join(folder, "outside/secret.txt"), SECRET);
  mkdirSync(join(folder, "artifacts/0"), { recursive: true });
  symlinkSync(join(folder, "outside"), join(folder, "artifacts/0/link"));
  server = await startServer({
    port: 0,
    backendStoreUri: join(folder, "mlflow.db"),
    artifactsDestination: join(folder, "artifacts"),
    env: {},
    clock: systemClock,
    cwd: folder,
  });
});
afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Sends the path as it is: `fetch` would resolve its dots. */
function send(method: string, path: string, body?: unknown): Promise<[number, string]> {
  return new Promise((resolve, reject) => {
    const url = new URL(server.url);
    const headers = { "content-type": "application/json" };
    const outgoing = request(
      { host: url.hostname, port: url.port, method, path, headers },
      (incoming) => {
        let text = "";
        incoming.setEncoding("utf8");
        incoming.on("data", (piece: string) => {
          text += piece;
        });
        incoming.on("end", () => resolve([incoming.statusCode ?? 0, text]));
      },
    );
    outgoing.on("error", reject);
    outgoing.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

async function call<T>(method: string, path: string, body?: unknown): Promise<T> {
  const [status, text] = await send(method, `/api/2.0/mlflow${path}`, body);
  expect([status, text]).toEqual([200, expect.anything()]);
  return JSON.parse(text) as T;
}

async function expectRefused(answer: Promise<[number, string]>): Promise<void> {
  const [status, text] = await answer;
  expect(status, text).toBeGreaterThanOrEqual(400);
  expect(status, text).toBeLessThan(500);
  expect(text).not.toContain(SECRET);
}

/** Spellings of `../outside/secret.txt`: CVE-2023-6831, -6909, -6975, CVE-2024-1560, -1594, -3848. */
const WAYS_OUT = [
  "../outside/secret.txt",
  "..%2foutside%2fsecret.txt",
  "%2e%2e/outside/secret.txt",
  "%252e%252e%252foutside%252fsecret.txt",
  "%25252e%25252e/outside/secret.txt",
  "0/../../outside/secret.txt",
  "0/%2e%2e/%2e%2e/outside/secret.txt",
  "..\\outside\\secret.txt",
  "..%5coutside%5csecret.txt",
  "/outside/secret.txt",
  "%2f%2foutside/secret.txt",
  "0/link/secret.txt",
  "file:%2f%2f/outside/secret.txt",
  "FILE:///outside/secret.txt",
  "C:%5cWindows%5cwin.ini",
  "C:/Windows/win.ini",
  "%5c%5chost%5cshare",
  "x%00/../../outside/secret.txt",
  "a#/../../outside/secret.txt",
  "%23/../../outside/secret.txt",
  "%ff%fe",
];

test.each(WAYS_OUT)("the proxy does not leave its folder by %s", async (path) => {
  const proxy = "/api/2.0/mlflow-artifacts/artifacts";
  const encoded = path.replaceAll("#", "%23");
  await expectRefused(send("GET", `${proxy}/${encoded}`));
  await expectRefused(send("PUT", `${proxy}/${encoded}`, { x: 1 }));
  await expectRefused(send("DELETE", `${proxy}/${encoded}`));
  const [status, text] = await send("GET", `${proxy}?path=${encoded}`);
  expect(text).not.toContain('secret.txt",');
  expect(status).toBeLessThan(500);
  expect(existsSync(join(folder, "outside/secret.txt"))).toBe(true);
});

/** CVE-2023-1177, -6014, -6018, -6977, CVE-2024-1483, -1558, -1593, -2928, -3573. */
const LOCATIONS = [
  () => join(folder, "outside"),
  () => `file://${folder}/outside`,
  () => `FILE://${folder}/outside`,
  () => `file:${folder}/outside`,
  () => `${folder}/artifacts/../outside`,
  () => `mlflow-artifacts:/../outside`,
  () => `mlflow-artifacts:/%2e%2e/outside`,
  () => `mlflow-artifacts:/0/..%2f..%2foutside`,
  () => `mlflow-artifacts://host/../outside`,
  () => `http://127.0.0.1/api/2.0/mlflow-artifacts/artifacts/../outside`,
  () => `${folder}/artifacts/0/link`,
];

test.each(LOCATIONS.map((location, index) => [index, location] as const))(
  "a run's artifacts are not read from outside (location %i)",
  async (index, location) => {
    const [status, text] = await send("POST", "/api/2.0/mlflow/experiments/create", {
      name: `e${index}`,
      artifact_location: location(),
    });
    if (status === 400) return;
    const { experiment_id } = JSON.parse(text) as { experiment_id: string };
    const { run } = await call<{ run: { info: { run_id: string; artifact_uri: string } } }>(
      "POST",
      "/runs/create",
      { experiment_id },
    );
    // The run's own folder lies below the location: make it, as a client of that folder would.
    const own = join(folder, "outside", run.info.run_id, "artifacts");
    mkdirSync(own, { recursive: true });
    writeFileSync(join(own, "secret.txt"), SECRET);
    const query = `run_id=${run.info.run_id}`;
    await expectRefused(send("GET", `/get-artifact?${query}&path=secret.txt`));
    const [, listed] = await send("GET", `/api/2.0/mlflow/artifacts/list?${query}`);
    expect(listed).not.toContain("secret.txt");
  },
);

test.each(["s3://b/x#/../..", "http://b/x;p", "s3://b/x?a=/../b", "file:///x#frag", "a;b"])(
  "an artifact location with fragments, parameters or dots in its query is refused: %s",
  async (artifact_location) => {
    await expectRefused(
      send("POST", "/api/2.0/mlflow/experiments/create", { name: "f", artifact_location }),
    );
  },
);

test("model versions do not take their files from outside a run", async () => {
  await call("POST", "/registered-models/create", { name: "m" });
  const sources = LOCATIONS.map((location) => location()).filter((uri) => !/^http/.test(uri));
  for (const source of [...sources, "runs:/x/../../outside", "models:/../outside/1"]) {
    const [status, text] = await send("POST", "/api/2.0/mlflow/model-versions/create", {
      name: "m",
      source,
    });
    if (status === 200) {
      const { version } = (JSON.parse(text) as { model_version: { version: string } })
        .model_version;
      const query = `name=m&version=${version}&path=secret.txt`;
      await expectRefused(send("GET", `/model-versions/get-artifact?${query}`));
    } else {
      expect(status, `${source}: ${text}`).toBeLessThan(500);
    }
  }
});

test("an uploaded page is an attachment that nothing sniffs", async () => {
  const proxy = "/api/2.0/mlflow-artifacts/artifacts/0/page.html";
  expect((await send("PUT", proxy, "<script>"))[0]).toBe(200);
  const answer = await fetch(server.url + proxy);
  expect(answer.headers.get("content-disposition")).toBe("attachment; filename=page.html");
  expect(answer.headers.get("x-content-type-options")).toBe("nosniff");
});

test("an upload that breaks off leaves nothing", async () => {
  const url = new URL(server.url);
  await new Promise<void>((resolve) => {
    const outgoing = request({
      host: url.hostname,
      port: url.port,
      method: "PUT",
      path: "/api/2.0/mlflow-artifacts/artifacts/0/half.bin",
      headers: { "content-length": 1_000_000 },
    });
    outgoing.on("error", () => resolve());
    outgoing.write(Buffer.alloc(10_000));
    setTimeout(() => outgoing.destroy(new Error("gone")), 50);
  });
  await expect.poll(() => fetch(`${server.url}/health`).then((answer) => answer.text())).toBe("OK");
  const listed = await send("GET", "/api/2.0/mlflow-artifacts/artifacts?path=0");
  expect(listed[1]).not.toContain("half.bin");
});
