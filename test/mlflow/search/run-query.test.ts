import { expect, it } from "vitest";
import { createRng } from "../../../src/core/rng.ts";
import type { Database } from "../../../src/core/store/index.ts";
import { openTrackingDatabase } from "../../../src/mlflow/schema/open.ts";
import { readPage } from "../../../src/mlflow/search/page.ts";
import { encodePageToken } from "../../../src/mlflow/search/page-token.ts";
import { buildRunQuery, type RunSearch } from "../../../src/mlflow/search/run-query.ts";

interface Run {
  id: string;
  start: number | null;
  status: string;
  stage: string;
  metrics: Map<string, number>;
  params: Map<string, string>;
}

function open(): Database {
  return openTrackingDatabase("sqlite:///:memory:", { cwd: "." });
}

function addRun(database: Database, run: Run): void {
  database.run(
    "INSERT INTO runs (run_uuid, name, status, start_time, lifecycle_stage, experiment_id) " +
      "VALUES (?, ?, ?, ?, ?, 0)",
    [run.id, `n${run.id}`, run.status, run.start, run.stage],
  );
  for (const [key, value] of run.metrics) {
    const isNan = Number.isNaN(value);
    database.run(
      "INSERT INTO latest_metrics (key, value, timestamp, step, is_nan, run_uuid) " +
        "VALUES (?, ?, 0, 0, ?, ?)",
      [key, isNan ? 0 : value, isNan ? 1 : 0, run.id],
    );
  }
  for (const [key, value] of run.params) {
    database.run("INSERT INTO params (key, value, run_uuid) VALUES (?, ?, ?)", [
      key,
      value,
      run.id,
    ]);
  }
}

function fill(database: Database, count: number): Run[] {
  const rng = createRng(7);
  const runs = Array.from({ length: count }, (_, index): Run => {
    const run: Run = {
      id: index.toString(16).padStart(32, "0"),
      start: rng.int(12) === 0 ? null : 1_700_000_000_000 + rng.int(20),
      status: rng.int(2) === 0 ? "FINISHED" : "RUNNING",
      stage: rng.int(8) === 0 ? "deleted" : "active",
      metrics: new Map(),
      params: new Map([["p", String(rng.int(4))]]),
    };
    if (rng.int(4) > 0) run.metrics.set("m", rng.int(5) === 0 ? Number.NaN : rng.int(6) - 3);
    if (rng.int(3) > 0) run.metrics.set("k", rng.next());
    return run;
  });
  database.transaction(() => {
    for (const run of runs) addRun(database, run);
  });
  return runs;
}

/** Every page of a search, and that no page but the last is short. */
function walk(database: Database, search: Partial<RunSearch>): string[] {
  const pageSize = search.pageSize ?? 7;
  const ids: string[] = [];
  let pageToken: string | null = null;
  do {
    const query = buildRunQuery(database, {
      experimentIds: ["0"],
      ...search,
      pageSize,
      pageToken,
    });
    const page = readPage<{ run_uuid: string }>(database, query);
    ids.push(...page.rows.map(({ run_uuid }) => run_uuid));
    if (page.nextPageToken !== null) expect(page.rows).toHaveLength(pageSize);
    pageToken = page.nextPageToken;
  } while (pageToken !== null);
  return ids;
}

type Compare = (left: Run, right: Run) => number;
const byValue =
  (value: (run: Run) => number | string | null | undefined, ascending = true): Compare =>
  (left, right) => {
    const [a, b] = [value(left), value(right)];
    const [rankA, rankB] = [rankOf(a), rankOf(b)];
    if (rankA !== rankB || rankA > 0) return rankA - rankB;
    return (a! < b! ? -1 : a! > b! ? 1 : 0) * (ascending ? 1 : -1);
  };
const rankOf = (value: unknown) => (value == null ? 2 : Number.isNaN(value) ? 1 : 0);
const natural = [byValue((run) => run.start, false), byValue((run) => run.id)];

function sorted(runs: readonly Run[], compares: readonly Compare[]): string[] {
  const order = [...compares, ...natural];
  return [...runs]
    .sort((a, b) => order.reduce((found, compare) => found || compare(a, b), 0))
    .map(({ id }) => id);
}

it("walks every order page by page as a plain sort would", () => {
  const database = open();
  const runs = fill(database, 200);
  const active = runs.filter(({ stage }) => stage === "active");
  expect(walk(database, {})).toEqual(sorted(active, []));
  expect(walk(database, { viewType: "ALL" })).toEqual(sorted(runs, []));
  const m = (run: Run) => run.metrics.get("m");
  expect(walk(database, { orderBy: ["metrics.m"] })).toEqual(sorted(active, [byValue(m)]));
  expect(walk(database, { orderBy: ["metrics.m DESC", "metrics.k"] })).toEqual(
    sorted(active, [byValue(m, false), byValue((run) => run.metrics.get("k"))]),
  );
  expect(walk(database, { orderBy: ["status DESC", "metrics.m DESC"], pageSize: 13 })).toEqual(
    sorted(active, [byValue((run) => run.status, false), byValue(m, false)]),
  );
  expect(walk(database, { orderBy: ["start_time", "params.p DESC"] })).toEqual(
    sorted(active, [byValue((run) => run.start), byValue((run) => run.params.get("p"), false)]),
  );
  expect(walk(database, { orderBy: ["params.p"], filter: "metrics.m > 0" })).toEqual(
    sorted(
      active.filter((run) => (m(run) ?? 0) > 0),
      [byValue((run) => run.params.get("p"))],
    ),
  );
  database.close();
});

it("gives the same runs whether it starts from a clause or walks the order", () => {
  const database = open();
  const runs = fill(database, 3600).filter(({ stage }) => stage === "active");
  const many = walk(database, { filter: "params.p != '0'", pageSize: 500 });
  expect(many).toEqual(
    sorted(
      runs.filter((run) => run.params.get("p") !== "0"),
      [],
    ),
  );
  const few = walk(database, {
    filter: "params.p = '1' AND metrics.m = 2 AND run_name LIKE '%'",
    pageSize: 500,
  });
  expect(few).toEqual([]);
  const finished = walk(database, {
    filter: "metrics.m = 2 AND status = 'FINISHED'",
    orderBy: ["metrics.k DESC"],
    pageSize: 50,
  });
  expect(finished).toEqual(
    sorted(
      runs.filter((run) => run.metrics.get("m") === 2 && run.status === "FINISHED"),
      [byValue((run) => run.metrics.get("k"), false)],
    ),
  );
  database.close();
});

it("merges experiments that it walks side by side", () => {
  const database = open();
  for (const id of [1, 2, 3]) {
    database.run(
      "INSERT INTO experiments (experiment_id, name, lifecycle_stage) VALUES (?, ?, 'active')",
      [id, `e${id}`],
    );
  }
  const runs = fill(database, 200);
  database.run("UPDATE runs SET experiment_id = CAST(substr(run_uuid, -1) AS INTEGER) % 4");
  const wanted = runs.filter(({ id }) =>
    [1, 3].includes((Number.parseInt(id.at(-1)!, 10) || 0) % 4),
  );
  const experimentIds = ["1", "3", "1"];
  expect(walk(database, { experimentIds, viewType: "ALL" })).toEqual(sorted(wanted, []));
  expect(
    walk(database, { experimentIds, viewType: "ALL", orderBy: ["start_time", "params.p"] }),
  ).toEqual(sorted(wanted, [byValue((run) => run.start), byValue((run) => run.params.get("p"))]));
  const active = wanted.filter(({ stage }) => stage === "active");
  expect(walk(database, { experimentIds, filter: "metrics.m != 77" })).toEqual(
    sorted(
      active.filter((run) => run.metrics.has("m")),
      [],
    ),
  );
  database.close();
});

it("understands a filter of 500 clauses, and no more", () => {
  const database = open();
  fill(database, 20);
  const filter = "params.p='1' ".repeat(500);
  expect(walk(database, { filter })).toEqual(walk(database, { filter: "params.p = '1'" }));
  expect(() => walk(database, { filter: `${filter} params.p='1'` })).toThrow(
    "A filter may have at most 500 clauses, got 501.",
  );
  database.close();
});

it.each([
  ["garbage", "Invalid page token, could not base64-decode"],
  ["!!!", "Invalid page token, decoded value=b''"],
  ["eyJvZmZzZXQiOiAyfQ==", "Invalid page token, parsed value={'offset': 2}"],
  [encodePageToken({ order: "", arm: 9, keys: [] }), "Invalid page token, "],
  [encodePageToken({ order: "x", arm: 0, keys: [1, "a"] }), "Invalid page token, "],
])("refuses the page token %s", (pageToken, message) => {
  const database = open();
  const search = { experimentIds: ["0"], pageSize: 5, pageToken };
  expect(() => buildRunQuery(database, search)).toThrow(message);
  database.close();
});
