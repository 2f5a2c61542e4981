/** Databricks' own Python clients, unchanged, against `vector serve`. */
import { execFile } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { openLake } from "../../../src/lake/index.ts";
import { startVectorServer } from "../../../src/vector/server/index.ts";

const LANES = ".interop/lanes.json";
const python = ".interop/vector-search/bin/python";
const lanes = existsSync(LANES) ? JSON.parse(readFileSync(LANES, "utf8")) : {};
const lane = lanes["vector-search"] as { skipped: string | null } | undefined;
const skipped = lane === undefined ? "npm run test:interop makes the lane" : lane.skipped;

test.skipIf(skipped !== null)(
  `databricks-vectorsearch and databricks-sdk${skipped === null ? "" : ` (skipped: ${skipped})`}`,
  async () => {
    const folder = mkdtempSync(join(tmpdir(), "vector-client-"));
    const lake = await openLake({ root: join(folder, "lake") });
    await lake.sql("CREATE TABLE pages (id BIGINT, title STRING, emb ARRAY<FLOAT>)");
    await lake.sql("INSERT INTO pages VALUES (1, 'a', array(1, 0)), (2, 'b', array(0, 1))");
    const failures: unknown[] = [];
    const server = await startVectorServer({
      folder: join(folder, "vector"),
      port: 0,
      openLake: async () => lake,
      onFailure: (_, error) => failures.push(error),
    });
    try {
      const script = join(import.meta.dirname, "client.py");
      const { stdout } = await promisify(execFile)(
        python,
        [script, server.url, "main.default.pages"],
        { maxBuffer: 2 ** 26, env: { ...process.env, PYTHONDONTWRITEBYTECODE: "1" } },
      );
      const answers = JSON.parse(stdout.trim().split("\n").at(-1)!) as Record<string, unknown>;
      expect(answers).toMatchObject(EXPECTED);
      expect(failures).toEqual([]);
    } finally {
      await server.close();
      await lake.close();
      rmSync(folder, { recursive: true, force: true });
    }
  },
);

const EXPECTED = {
  endpoints: ["local", "shop"],
  upsert: { status: "SUCCESS", result: { success_row_count: 30, failed_primary_keys: [] } },
  ann: {
    manifest: {
      column_count: 3,
      columns: [{ name: "id" }, { name: "title" }, { name: "score" }],
    },
    result: {
      row_count: 3,
      data_array: [
        [3, "apple number 3", expect.closeTo(1 / 1.09, 6)],
        [4, "apple number 4", expect.closeTo(1 / 1.16, 6)],
        [5, "apple number 5", expect.closeTo(1 / 1.25, 6)],
      ],
    },
  },
  hybrid: 2,
  words: [[7, 3.5, expect.any(Number)]],
  threshold: 1,
  filter_text: 2,
  scan: [
    { id: 10, title: "apple number 10", price: 5 },
    { id: 11, title: "apple number 11", price: 5.5 },
  ],
  delete: { status: "SUCCESS", result: { success_row_count: 3 } },
  rows: 27,
  paged: [2500, 2500],
  synced_rows: 2,
  synced: { result: { row_count: 1, data_array: [[2, "b", 1]] } },
  indexes: [
    ["main.default.direct", "DIRECT_ACCESS", "id"],
    ["main.default.synced", "DELTA_SYNC", "id"],
  ],
  got: "DIRECT_ACCESS",
  exists: [true, false],
  failures: {
    "upsert to a table's index": ["BadRequest", "INVALID_PARAMETER_VALUE"],
    "wrong dimension": ["BadRequest", "INVALID_PARAMETER_VALUE"],
    "unknown column": ["BadRequest", "INVALID_PARAMETER_VALUE"],
    "bad filter": ["BadRequest", "INVALID_PARAMETER_VALUE"],
    "missing index": ["NotFound", "RESOURCE_DOES_NOT_EXIST"],
    "missing endpoint": ["NotFound", "RESOURCE_DOES_NOT_EXIST"],
    "endpoint in use": ["ResourceConflict", "RESOURCE_CONFLICT"],
  },
  embedded: [[2, "b", expect.any(Number)]],
  logged: [],
  model: ["lab-hash", "READY", "llm/v1/embeddings"],
  models: ["lab-hash", "lsa", "tfidf"],
  sdk_endpoints: ["local", "shop"],
  sdk_index: ["DIRECT_ACCESS", "id", true],
  sdk_query: {
    result: {
      row_count: 2,
      data_array: [
        [29, 1],
        [28, expect.any(Number)],
      ],
    },
  },
  sdk_upsert: { status: "SUCCESS", result: { success_row_count: 1 } },
  sdk_scan: 5,
  sdk_delete: { status: "SUCCESS", result: { success_row_count: 2 } },
  sdk_created: "main.default.third",
  left: [],
};
