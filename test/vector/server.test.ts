/** The REST API over collections, asked over HTTP; the official clients are in test/interop/vector. */
import { mkdtempSync, rmSync } from "node:fs";
import { request as httpRequest } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createRng } from "../../src/core/rng.ts";
import { VectorStore } from "../../src/vector/index.ts";
import { type RunningVectorServer, startVectorServer } from "../../src/vector/server/index.ts";

const ROOT = "/api/2.0/vector-search";
let folder: string;
let server: RunningVectorServer;
const failures: unknown[] = [];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "vector-server-"));
  server = await startVectorServer({
    folder,
    port: 0,
    onFailure: (_, error) => failures.push(error),
  });
  await call("POST", "/endpoints", { name: "e" });
  await call("POST", "/indexes", {
    name: "docs",
    endpoint_name: "e",
    primary_key: "id",
    index_type: "DIRECT_ACCESS",
    direct_access_index_spec: {
      embedding_vector_columns: [{ name: "v", embedding_dimension: 2 }],
      schema_json: JSON.stringify({ id: "integer", title: "string", v: "array<float>" }),
    },
  });
  const rows = [1, 2, 3].map((id) => ({ id, title: `page ${id}`, v: [id, 1] }));
  await call("POST", "/indexes/docs/upsert-data", { inputs_json: JSON.stringify(rows) });
});

afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

interface Answer {
  status: number;
  body: Record<string, unknown> & { message?: string };
}

async function call(method: string, path: string, body?: unknown): Promise<Answer> {
  const text = body === undefined ? undefined : JSON.stringify(body);
  return send(method, `${ROOT}${path}`, text === undefined ? undefined : Buffer.from(text));
}

function send(
  method: string,
  path: string,
  body?: Uint8Array,
  headers: Record<string, string> = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(server.url);
    // Node frames the body of a DELETE only when told its length.
    const length = body === undefined ? {} : { "content-length": String(body.length) };
    const options = { hostname, port, method, path, headers: { ...length, ...headers } };
    const request = httpRequest(options, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("end", () => {
        const text = Buffer.concat(chunks).toString("utf8");
        const isJson = response.headers["content-type"] === "application/json" && text !== "";
        resolve({ status: response.statusCode!, body: isJson ? JSON.parse(text) : { text } });
      });
    });
    request.on("error", reject);
    request.end(body);
  });
}

test("rows that were written are found, and stay after the server", async () => {
  const { status, body } = await call("POST", "/indexes/docs/query", {
    columns: ["id", "title"],
    query_vector: [3, 1],
    num_results: 1,
  });
  expect(status).toBe(200);
  expect(body).toEqual({
    manifest: { column_count: 3, columns: [{ name: "id" }, { name: "title" }, { name: "score" }] },
    result: { row_count: 1, data_array: [[3, "page 3", 1]] },
  });
  const reader = await new VectorStore(folder).open("docs");
  expect(reader.count).toBe(3);
  await reader.close();
});

test("what is asked wrongly is 400 with a word about it", async () => {
  const query = { columns: ["id"], query_vector: [1, 1] };
  const plan = (change: object) => ({
    ...{ name: "x", endpoint_name: "e", primary_key: "id", index_type: "DIRECT_ACCESS" },
    direct_access_index_spec: { embedding_vector_columns: [{ name: "v", embedding_dimension: 2 }] },
    ...change,
  });
  const deepRow = `[{"id": 9, "v": [1, 2], "deep": ${"[".repeat(20_000)}${"]".repeat(20_000)}}]`;
  const cases: [string, string, unknown, number][] = [
    ["POST", "/indexes/docs/query", { ...query, columns: [] }, 400],
    ["POST", "/indexes/docs/query", { ...query, columns: "id" }, 400],
    ["POST", "/indexes/docs/query", { ...query, query_vector: "1,2" }, 400],
    ["POST", "/indexes/docs/query", { ...query, num_results: 1e9 }, 400],
    ["POST", "/indexes/docs/query", { ...query, num_results: 1.5 }, 400],
    ["POST", "/indexes/docs/query", { ...query, query_type: "BEST" }, 400],
    ["POST", "/indexes/docs/query", { ...query, filters_json: "{" }, 400],
    ["POST", "/indexes/docs/query", { ...query, filters_json: { "nope >": 1 } }, 400],
    ["POST", "/indexes/docs/query", { ...query, sort_columns: ["id ASC"] }, 501],
    ["POST", "/indexes/docs/query-next-page", { page_token: "AAAA" }, 400],
    ["POST", "/indexes/docs/query-next-page", {}, 400],
    ["POST", "/indexes/docs/upsert-data", { inputs_json: "[1]" }, 400],
    ["POST", "/indexes/docs/upsert-data", { inputs_json: '[{"id": 1}]' }, 400],
    ["POST", "/indexes/docs/upsert-data", { inputs_json: '[{"id": {}, "v": [1, 2]}]' }, 400],
    ["POST", "/indexes/docs/upsert-data", { inputs_json: '[{"id": 1, "v": [1, 1e999]}]' }, 400],
    ["DELETE", "/indexes/docs/delete-data", { primary_keys: [{}] }, 400],
    ["POST", "/indexes/docs/scan", { num_results: 0 }, 400],
    ["POST", "/indexes/docs/sync", {}, 400],
    ["POST", "/indexes/none/query", query, 404],
    ["GET", "/indexes/..%2f..%2fetc", undefined, 404],
    ["GET", "/indexes/%ff", undefined, 400],
    ["PUT", "/indexes/docs", {}, 404],
    ["GET", "/nothing", undefined, 404],
    ["GET", "/indexes", undefined, 400],
    ["POST", "/endpoints", { name: "a/b" }, 400],
    ["POST", "/endpoints", { name: "e" }, 400],
    ["POST", "/indexes", { endpoint_name: "e", name: "x" }, 400],
    ["DELETE", "/endpoints/e", undefined, 409],
    ["POST", "/indexes", plan({ name: "é".repeat(150) }), 400],
    ["POST", "/indexes", plan({ primary_key: "v" }), 400],
    ["POST", "/indexes/docs/query", { ...query, columns: Array(50).fill("id") }, 400],
    ["POST", "/indexes/docs/query", { ...query, columns: ["x".repeat(5e6)] }, 400],
    ["POST", "/indexes/docs/query", { ...query, filter_string: `id = '${"x".repeat(5e6)}'` }, 400],
    [
      "POST",
      "/indexes/docs/query",
      { ...query, filters_json: { [`a${" ".repeat(1e5)}b`]: 1 } },
      400,
    ],
    ["POST", "/indexes/docs/upsert-data", { inputs_json: deepRow }, 400],
  ];
  for (const [method, path, body, status] of cases) {
    const answer = await call(method, path, body);
    const what = `${method} ${path} ${JSON.stringify(body)}`;
    expect(answer.status, `${what}: ${JSON.stringify(answer.body)}`).toBe(status);
    expect(answer.body, what).toEqual({
      error_code: expect.any(String),
      message: expect.any(String),
    });
  }
});

test("any name is a name, many of them are no trouble, and HEAD is a GET", async () => {
  const spec = { embedding_vector_columns: [{ name: "v", embedding_dimension: 2 }] };
  await call("POST", "/indexes", {
    ...{ name: "names", endpoint_name: "e", primary_key: "id", index_type: "DIRECT_ACCESS" },
    direct_access_index_spec: spec,
  });
  const many = Array.from({ length: 20_000 }, (_, i) => [`field ${i}`, i]);
  const row = JSON.stringify({ id: 1, v: [9_007_199_254_740_992, 1], ...Object.fromEntries(many) });
  const odd = '{"id": 2, "v": [1, 12345678901234567890], "__proto__": "p", "constructor": "c"}';
  const written = { inputs_json: `[${row}, ${odd}]` };
  expect((await call("POST", "/indexes/names/upsert-data", written)).status).toBe(200);
  const columns = ["id", "__proto__", "constructor", "field 7"];
  const { body } = await call("POST", "/indexes/names/query", { columns, query_vector: [1, 1e19] });
  expect(
    (body.result as { data_array: unknown[][] }).data_array.map((cells) => cells.slice(0, 4)),
  ).toEqual([
    ["2", "p", "c", null],
    ["1", null, null, 7],
  ]);
  expect((await send("HEAD", `${ROOT}/indexes/docs`)).status).toBe(200);
  await call("DELETE", "/indexes/names");
});

test("a body that is no message is 400, whatever it is", async () => {
  const rng = createRng(20261122);
  const bodies = [
    "",
    "[",
    "null",
    "7",
    '"x"',
    "[]",
    `${"[".repeat(100_000)}`,
    `{"columns":${"[".repeat(5000)}${"]".repeat(5000)}}`,
    '{"__proto__":{"columns":["id"]}}',
    '{"columns":["id"],"query_vector":[null]}',
    '{"columns":["id"],"query_vector":[1e39,1]}',
    '{"columns":["id"],"query_vector":[1,1],"filters_json":"[]"}',
    '{"columns":["id"],"query_vector":[1,1],"filter_string":"id ((("}',
    '{"columns":["id"],"query_text":5}',
    '{"columns":["constructor"],"query_vector":[1,1]}',
  ].map((text) => Buffer.from(text));
  for (let i = 0; i < 200; i++) {
    const text = '{"columns":["id"],"query_vector":[1,2],"filters_json":"{\\"id <\\":5}"}';
    const bytes = Buffer.from(text);
    for (let n = 1 + rng.int(4); n > 0; n--) bytes[rng.int(bytes.length)] = rng.int(256);
    bodies.push(bytes);
  }
  for (const path of ["query", "upsert-data", "delete-data", "scan", "query-next-page"]) {
    for (const body of bodies) {
      const answer = await send("POST", `${ROOT}/indexes/docs/${path}`, body);
      expect(answer.status, `${path} ${body.toString("latin1").slice(0, 100)}`).toBeLessThan(500);
    }
  }
  expect(failures).toEqual([]);
});

test("pages of another name do not reach it", async () => {
  const headers = { host: "evil.example.com" };
  expect((await send("GET", `${ROOT}/endpoints`, undefined, headers)).status).toBe(403);
  const origin = { origin: "https://evil.example.com" };
  const body = Buffer.from("{}");
  expect((await send("POST", `${ROOT}/endpoints`, body, origin)).status).toBe(403);
  expect((await send("GET", "/health")).status).toBe(200);
});

test("a body that is too large is refused before it is read", async () => {
  const headers = { "content-length": String(2 ** 40) };
  const answer = await new Promise<number>((resolve, reject) => {
    const { hostname, port } = new URL(server.url);
    const options = { hostname, port, method: "POST", path: `${ROOT}/endpoints`, headers };
    const request = httpRequest(options, (response) => {
      resolve(response.statusCode!);
      request.destroy();
    });
    request.on("error", reject);
    request.flushHeaders();
  });
  expect(answer).toBe(400);
});

test("clients find the model endpoint of an embedder, and the facts of the host", async () => {
  const found = await send("GET", "/api/2.0/serving-endpoints/lsa%3A64");
  expect(found.body).toMatchObject({ name: "lsa:64", state: { ready: "READY" } });
  const list = await send("GET", "/api/2.0/serving-endpoints");
  expect((list.body.endpoints as { name: string }[]).map(({ name }) => name)).toEqual([
    ...["lab-hash", "lsa", "tfidf"],
  ]);
  expect((await send("GET", "/api/2.0/serving-endpoints/gpt")).status).toBe(404);
  expect(await send("GET", "/.well-known/databricks-config")).toMatchObject({
    ...{ status: 200, body: {} },
  });
  expect((await send("POST", "/.well-known/databricks-config")).status).toBe(404);
});
