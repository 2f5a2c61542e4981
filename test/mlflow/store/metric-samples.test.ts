import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createRng } from "../../../src/core/rng.ts";
import type { Database } from "../../../src/core/store/index.ts";
import { openTrackingDatabase } from "../../../src/mlflow/schema/open.ts";
import { type SampleWish, sampleMetrics } from "../../../src/mlflow/store/metric-samples.ts";
import { insertMetrics } from "../../../src/mlflow/store/metrics.ts";

let database: Database;
beforeEach(() => {
  database = openTrackingDatabase("sqlite://", { cwd: "/" });
  for (const runId of ["a", "b", "c"]) {
    database.run(
      "INSERT INTO runs (run_uuid, experiment_id, lifecycle_stage) VALUES (?, 0, 'active')",
      [runId],
    );
  }
});
afterEach(() => database.close());

function log(runId: string, steps: readonly number[], key = "loss", timestamp = 1): void {
  const point = { modelId: "", datasetName: "", datasetDigest: "", timestamp, key };
  insertMetrics(
    database,
    runId,
    steps.map((step) => ({ ...point, step, value: step / 2 })),
  );
}

const range = (from: number, to: number, by = 1) =>
  Array.from({ length: Math.ceil((to - from) / by) }, (_, index) => from + index * by);

/** The steps that MLflow chooses, as plainly as its Python does. */
function chooseSteps(
  runs: readonly (readonly number[])[],
  maxSteps: number,
  bounds: readonly [number, number] | null,
): number[] {
  const all = [...new Set(runs.flat())].sort((one, other) => one - other);
  if (all.length === 0) return [];
  const [first, last] = bounds ?? [0, all.at(-1)!];
  const ends = runs
    .filter((run) => run.length > 0)
    .flatMap((run) => [Math.min(...run), Math.max(...run)]);
  const inside = all.filter((step) => step >= first && step <= last);
  const sampled =
    inside.length <= maxSteps
      ? inside
      : [
          ...range(0, maxSteps).map((i) => inside[Math.trunc((i * inside.length) / maxSteps)]!),
          inside.at(-1)!,
        ];
  const chosen = [...sampled, ...ends.filter((step) => step >= first && step <= last)];
  return [...new Set(chosen)].sort((one, other) => one - other);
}

interface Point {
  run_id: string;
  step: number;
  timestamp: number;
}

const readPoints = (wish: SampleWish): Point[] => JSON.parse(sampleMetrics(database, wish) ?? "[]");

function sampledSteps(
  runIds: readonly string[],
  maxSteps: number,
  bounds: readonly [number, number] | null = null,
): (readonly [string, number])[] {
  const wish = { runIds, key: "loss", maxSteps, range: bounds };
  return readPoints(wish).map(({ run_id, step }) => [run_id, step] as const);
}

describe("the steps of a chart", () => {
  test("are MLflow's, for random runs, limits and ranges", () => {
    const rng = createRng(11);
    for (let round = 0; round < 150; round++) {
      database.exec("DELETE FROM metrics; DELETE FROM latest_metrics");
      const runIds = ["a", "b", "c"].slice(0, 1 + rng.int(3));
      const steps = runIds.map(() =>
        rng.int(5) === 0 ? [] : range(0, rng.int(60)).map(() => rng.int(80) - 10),
      );
      runIds.forEach((runId, index) => {
        log(runId, steps[index]!);
      });
      const maxSteps = 1 + rng.int(20);
      const from = rng.int(60) - 10;
      const bounds = rng.int(2) === 0 ? null : ([from, from + rng.int(50)] as const);
      const chosen = chooseSteps(steps, maxSteps, bounds);
      const expected = runIds.flatMap((runId, index) =>
        chosen.filter((step) => steps[index]!.includes(step)).map((step) => [runId, step]),
      );
      expect(sampledSteps(runIds, maxSteps, bounds)).toEqual(expected);
    }
  });

  test("come by timestamp and value where a step has several points", () => {
    log("a", [1, 1, 2], "loss", 5);
    log("a", [1], "loss", 3);
    const points = readPoints({ runIds: ["a"], key: "loss", maxSteps: 9, range: null });
    expect(points.map(({ step, timestamp }) => [step, timestamp])).toEqual([
      [1, 3],
      [1, 5],
      [2, 5],
    ]);
  });

  test("repeat a run that is asked for twice", () => {
    log("a", [0, 1]);
    expect(sampledSteps(["a", "a"], 9)).toHaveLength(4);
  });
});

describe("after a chart was drawn", () => {
  test("new points appear, late ones too", () => {
    log("a", range(0, 100, 2));
    expect(sampledSteps(["a"], 1000)).toHaveLength(50);
    log("a", range(1, 100, 2));
    log("b", [3]);
    log("a", [500]);
    expect(sampledSteps(["a"], 1000).map(([, step]) => step)).toEqual([...range(0, 100), 500]);
  });

  test("points of another metric are not taken for its own", () => {
    log("a", range(0, 10));
    expect(sampledSteps(["a"], 1000)).toHaveLength(10);
    log("a", range(20, 25), "other");
    expect(sampledSteps(["a"], 1000)).toHaveLength(10);
  });

  test("deleted and renumbered rows are noticed", () => {
    log("b", range(0, 50));
    log("a", range(0, 50));
    expect(sampledSteps(["a", "b"], 1000)).toHaveLength(100);
    database.exec("DELETE FROM metrics WHERE run_uuid = 'b'; VACUUM");
    expect(sampledSteps(["a", "b"], 1000)).toEqual(range(0, 50).map((step) => ["a", step]));
    database.exec("DELETE FROM metrics WHERE run_uuid = 'a'");
    log("b", range(0, 20));
    log("a", range(7, 9));
    expect(sampledSteps(["a"], 1000)).toEqual([
      ["a", 7],
      ["a", 8],
    ]);
  });
});
