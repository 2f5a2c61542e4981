/**
 * What holds for every route: HEAD and OPTIONS, accounts, the static prefix. Over our own list of
 * routes, and over that of the real server where the recorded answers are at hand.
 */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createTokenAccount, writeAccounts } from "../../src/mlflow/index.ts";
import { ROUTES } from "../../src/mlflow/routes/index.ts";
import { pathsOf } from "../../src/mlflow/routes/route.ts";
import { hasRecorded, recordedFolder } from "./recorded.ts";
import { type Served, serve } from "./routes/serve.ts";

const OPEN = ["/health", "/version"];
/** The files of MLflow's own web pages, the proxy to other servers, and what is 404 there too. */
const OUT =
  /^\/$|^\/(build|static-files)\/|\/(gateway-proxy|unified-traces|get-online-trace-details)$/;

interface Endpoint {
  method: string;
  path: string;
}

const ours: Endpoint[] = ROUTES.flatMap((route) =>
  pathsOf(route).map((path) => ({
    method: route.method,
    path: path.replace(/:\w+/g, "x1").replace(/\*/g, "x/y"),
  })),
);

function readTheirs(): Endpoint[] {
  const lines = readFileSync(join(recordedFolder, "routes-3.11.1.txt"), "utf8").trim().split("\n");
  return lines.flatMap((line) => {
    const [path = "", method = ""] = line.split(" ");
    return OUT.test(path) ? [] : [{ method, path: path.replace(/<[^>]*>/g, "x1") }];
  });
}
const listed = [...ours, ...(hasRecorded ? readTheirs() : [])];
const all = [...new Map(listed.map((one) => [`${one.method} ${one.path}`, one])).values()];

/** Some at a time: one by one would take long, all at once more sockets than some machines have. */
async function forEach<T>(items: Iterable<T>, check: (item: T) => Promise<void>): Promise<void> {
  const rest = [...items];
  const work = async () => {
    for (let item = rest.pop(); item !== undefined; item = rest.pop()) await check(item);
  };
  await Promise.all(Array.from({ length: 16 }, work));
}

let folder: string;
let plain: Served;
let guarded: Served;
let token: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "mlflow-every-route-"));
  const created = createTokenAccount("ada");
  token = created.token;
  const authFile = join(folder, "accounts");
  await writeAccounts(authFile, [created.account]);
  plain = await serve();
  guarded = await serve({}, { authFile, staticPrefix: "/below" });
});
afterAll(async () => {
  for (const server of [plain, guarded]) await server.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Status, `Allow` and text of the answer to a request without a body that any route takes. */
async function ask(url: string, method: string, headers: Record<string, string> = {}) {
  const response = await fetch(url, { method, headers });
  const text = await response.text();
  return { status: response.status, allow: response.headers.get("allow"), text, response };
}

test("there are routes", () => {
  expect(ours.length).toBeGreaterThan(250);
});

test("every route answers without a 5xx but 501, and is not absent", async () => {
  await forEach(all, async ({ method, path }) => {
    const { status, text } = await ask(plain.url + path, method);
    // Recorded: what is switched off on the real server answers 503.
    const isOff = status === 503 && path.includes("/workspaces");
    const isFine = status < 500 || status === 501 || isOff;
    const isThere = status !== 405 && !text.includes("requested URL was not found");
    expect([`${method} ${path}`, status, isFine && isThere]).toEqual([
      `${method} ${path}`,
      status,
      true,
    ]);
  });
});

test("HEAD is GET without the body, or 405; OPTIONS names the methods", async () => {
  const paths = new Map<string, string[]>();
  for (const { path, method } of all) paths.set(path, [...(paths.get(path) ?? []), method]);
  await forEach(paths, async ([path, methods]) => {
    const options = await ask(plain.url + path, "OPTIONS");
    const allowed = options.allow?.split(", ") ?? [];
    expect([path, options.status, options.text]).toEqual([path, 200, ""]);
    expect([path, allowed]).toEqual([path, expect.arrayContaining([...methods, "OPTIONS"])]);
    const head = await ask(plain.url + path, "HEAD");
    expect([path, head.text]).toEqual([path, ""]);
    expect([path, allowed.includes("HEAD")]).toEqual([path, allowed.includes("GET")]);
    const got = await ask(plain.url + path, "GET");
    expect([path, head.status]).toEqual([path, got.status]);
    const length = (answer: typeof got) => answer.response.headers.get("content-length");
    expect([path, length(head)]).toEqual([path, length(got)]);
  });
});

describe("with accounts", () => {
  const PAGE = "You are not authenticated.";

  test("a stranger gets 401 from every route but health and version", async () => {
    await forEach(all, async ({ method, path }) => {
      for (const how of [method, "OPTIONS"]) {
        const { status, text, response } = await ask(guarded.url + path, how);
        if (OPEN.includes(path)) {
          expect([how, path, status]).toEqual([how, path, 200]);
          continue;
        }
        expect([how, path, status]).toEqual([how, path, 401]);
        expect(response.headers.get("www-authenticate")).toBe('Basic realm="mlflow"');
        expect(text).toContain(PAGE);
      }
    });
    expect((await ask(`${guarded.url}/nowhere`, "GET")).status).toBe(401);
  });

  test("an account gets what everyone gets without, below the prefix and not beside it", async () => {
    const { origin } = new URL(guarded.url);
    const headers = { authorization: `Bearer ${token}` };
    await forEach(ours, async ({ method, path }) => {
      const known = await ask(`${origin}/below${path}`, method, headers);
      // What an upload wrote is there for some and not yet for others.
      const isArtifact = path.includes("/mlflow-artifacts/artifacts/");
      const expected = isArtifact ? known.status : (await ask(plain.url + path, method)).status;
      expect([method, path, known.status]).toEqual([method, path, expected]);
      expect([200, 400, 404, 415, 422, 501, 503]).toContain(known.status);
      const beside = await ask(origin + path, method, headers);
      expect([method, path, beside.status]).toEqual([method, path, 404]);
    });
  });
});
