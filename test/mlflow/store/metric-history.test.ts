import { afterEach, beforeEach, expect, test } from "vitest";
import { parseExactJson } from "../../../src/core/json/index.ts";
import { createRng } from "../../../src/core/rng.ts";
import type { Database } from "../../../src/core/store/index.ts";
import { openTrackingDatabase } from "../../../src/mlflow/schema/open.ts";
import { readMetricHistory } from "../../../src/mlflow/store/metric-history.ts";
import { insertMetrics } from "../../../src/mlflow/store/metrics.ts";

let database: Database;
beforeEach(() => {
  database = openTrackingDatabase("sqlite://", { cwd: "/" });
  database.run(
    "INSERT INTO runs (run_uuid, experiment_id, lifecycle_stage) VALUES ('a', 0, 'active')",
  );
});
afterEach(() => database.close());

interface Point {
  value: number;
  timestamp: number | bigint;
  step: number | bigint;
}

function log(key: string, points: readonly Point[]): void {
  const rest = { modelId: "", datasetName: "", datasetDigest: "", key };
  const metrics = points.map((point) => ({ ...rest, ...point }));
  insertMetrics(database, "a", metrics);
}

/** All pages of a metric, each value as an answer has it. */
function readAll(key: string, maxResults: number): unknown[] {
  const points: unknown[] = [];
  let pageToken: string | null = "";
  while (pageToken !== null) {
    const page = readMetricHistory(database, "a", key, { maxResults, pageToken });
    points.push(...(parseExactJson(page.metrics ?? "[]") as unknown[]));
    pageToken = page.nextPageToken;
  }
  return points;
}

test("every double comes back to the last bit, whichever page it is on", () => {
  const rng = createRng(3);
  const bits = new Uint32Array(2);
  const double = new Float64Array(bits.buffer);
  const values = [5e-324, -Number.MAX_VALUE, 1e23, 0.1 + 0.2, 1e15, 123456789012345680];
  while (values.length < 3000) {
    bits.set([rng.int(2 ** 32), rng.int(2 ** 32)]);
    const value = rng.int(2) === 0 ? (double[0] as number) : rng.next() * 10 ** rng.int(12);
    if (Number.isFinite(value)) values.push(value);
  }
  const points = values.map((value, step) => ({ value, timestamp: step, step }));
  log("loss", points);
  const expected = points.map((point) => ({ key: "loss", ...point }));
  for (const maxResults of [999, 1000, 3000, 25_000]) {
    expect(readAll("loss", maxResults)).toEqual(expected);
  }
});

test("64-bit times and steps lose no digit, NaN is a word, and keys may hold anything", () => {
  const key = 'a "quoted" \\ key, \u{1f600} {"key"';
  const points = [
    { value: Number.NaN, timestamp: 1, step: -(2n ** 63n) },
    { value: 1, timestamp: 2n ** 63n - 1n, step: 2n ** 53n + 1n },
    { value: Number.NaN, timestamp: 2n ** 63n - 1n, step: 2n ** 63n - 1n },
  ];
  log(key, points);
  const expected = points.map((point) => ({
    key,
    ...point,
    value: Number.isNaN(point.value) ? "NaN" : point.value,
  }));
  for (const maxResults of [1, 2, 3]) expect(readAll(key, maxResults)).toEqual(expected);
});

test("a page that ends with the last point has no next one", () => {
  log(
    "loss",
    [0, 1, 2].map((step) => ({ value: 1, timestamp: 1, step })),
  );
  const page = { maxResults: 3, pageToken: "" };
  expect(readMetricHistory(database, "a", "loss", page).nextPageToken).toBeNull();
  expect(readMetricHistory(database, "a", "none", page).metrics).toBeNull();
});
