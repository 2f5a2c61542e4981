/** Indexes of tables over the REST API: filled, followed, embedded. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Lake, openLake } from "../../src/lake/index.ts";
import { type RunningVectorServer, startVectorServer } from "../../src/vector/server/index.ts";

let folder: string;
let lake: Lake;
let server: RunningVectorServer;
const failures: unknown[] = [];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "vector-tables-"));
  lake = await openLake({ root: join(folder, "lake") });
  server = await startVectorServer({
    folder: join(folder, "vector"),
    port: 0,
    intervalMs: 20,
    openLake: async () => lake,
    onFailure: (_, error) => failures.push(error),
  });
  await lake.sql("CREATE TABLE help (k STRING, body STRING, n INT)");
  await lake.sql(
    `INSERT INTO help VALUES ('leave', 'Employees receive twenty days of paid vacation.', 1),
     ('models', 'Machine learning models learn patterns from data.', 2),
     ('tables', 'The medallion architecture has bronze and gold tables.', 3)`,
  );
});

afterAll(async () => {
  await server.close();
  await lake.close();
  rmSync(folder, { recursive: true, force: true });
  expect(failures).toEqual([]);
});

async function call(method: string, path: string, body?: unknown): Promise<never> {
  const response = await fetch(`${server.url}/api/2.0/vector-search${path}`, {
    method,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return (await response.json()) as never;
}

interface IndexStatus {
  status: { ready: boolean; detailed_state: string; indexed_row_count: number; message: string };
  delta_sync_index_spec: Record<string, unknown>;
}

async function waitUntil(name: string, isThere: (index: IndexStatus) => boolean) {
  for (let attempt = 0; attempt < 500; attempt++) {
    const index: IndexStatus = await call("GET", `/indexes/${name}`);
    if (isThere(index)) return index;
    await pause(20);
  }
  throw new Error(`index ${name} never came to it`);
}

const tableIndex = (name: string, spec: object) => ({
  name,
  endpoint_name: "local",
  primary_key: "k",
  index_type: "DELTA_SYNC",
  delta_sync_index_spec: { source_table: "main.default.help", pipeline_type: "TRIGGERED", ...spec },
});

async function queryKeys(name: string, body: object): Promise<unknown[]> {
  const answer: { result: { data_array: unknown[][] } } = await call(
    "POST",
    `/indexes/${name}/query`,
    { columns: ["k"], ...body },
  );
  return answer.result.data_array.map(([key]) => key);
}

test("a continuous index follows its table by itself, a triggered one when told", async () => {
  await call("POST", "/indexes", tableIndex("triggered", {}));
  await call("POST", "/indexes", tableIndex("continuous", { pipeline_type: "CONTINUOUS" }));
  const isFull = ({ status }: IndexStatus): boolean => status.indexed_row_count === 3;
  await waitUntil("triggered", isFull);
  await waitUntil("continuous", isFull);
  await lake.sql("INSERT INTO help VALUES ('more', 'Nothing of note.', 4)");
  await waitUntil("continuous", ({ status }) => status.indexed_row_count === 4);
  const following: IndexStatus = await call("GET", "/indexes/continuous");
  expect(following.status.detailed_state).toBe("ONLINE_CONTINUOUS_UPDATE");
  const before: IndexStatus = await call("GET", "/indexes/triggered");
  expect(before.status.indexed_row_count).toBe(3);
  await call("POST", "/indexes/triggered/sync");
  await waitUntil("triggered", ({ status }) => status.indexed_row_count === 4);
  const query = { query_text: "vacation", query_type: "full_text", num_results: 1 };
  expect(await queryKeys("continuous", query)).toEqual(["leave"]);
});

test("an index with an embedder finds texts by texts", async () => {
  const columns = [{ name: "body", embedding_model_endpoint_name: "lsa:8" }];
  await call("POST", "/indexes", tableIndex("meant", { embedding_source_columns: columns }));
  const index = await waitUntil("meant", ({ status }) => status.ready);
  expect(index.delta_sync_index_spec).toMatchObject({ embedding_source_columns: columns });
  const query = { query_text: "how many vacation days", num_results: 1 };
  for (const query_type of ["ANN", "HYBRID"]) {
    expect(await queryKeys("meant", { ...query, query_type })).toEqual(["leave"]);
  }
});

test("a table that cannot be read is said of the index", async () => {
  await lake.sql("CREATE TABLE short (k STRING, v ARRAY<FLOAT>)");
  await lake.sql("INSERT INTO short VALUES ('a', array(1, 2, 3))");
  const vectors = [{ name: "v", embedding_dimension: 2 }];
  await call(
    "POST",
    "/indexes",
    tableIndex("odd", { source_table: "main.default.short", embedding_vector_columns: vectors }),
  );
  const { status } = await waitUntil("odd", (index) => index.status.message.includes("vector"));
  expect(status).toMatchObject({ ready: false, detailed_state: "OFFLINE_FAILED" });
  expect(status.message).toContain("row `a` has a vector of 3 numbers");
});
