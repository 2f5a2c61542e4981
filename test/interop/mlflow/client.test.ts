/**
 * Python clients of MLflow, of three versions: what each sees of `sovereign mlflow server` is what
 * it sees of MLflow's own store, step by step. `client_lane.py` has the steps.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { systemClock } from "../../../src/core/clock.ts";
import { startServer } from "../../../src/mlflow/index.ts";
import { findMlflowPython, startPython } from "./python.ts";

const VERSIONS = ["3.11.1", "3.17.2", "3.18.0", "2.22.5"];

describe.each(VERSIONS)("the client of MLflow %s", (version) => {
  const python = findMlflowPython(version);

  test.skipIf(python === null)(
    "sees what it sees of its own store",
    { timeout: 900_000 },
    async () => {
      const folder = mkdtempSync(join(tmpdir(), "mlflow-client-lane-"));
      const server = await startServer({
        port: 0,
        backendStoreUri: join(folder, "ours.db"),
        artifactsDestination: join(folder, "ours"),
        env: {},
        clock: systemClock,
        cwd: folder,
      });
      try {
        const run = async (uri: string) => {
          // MLflow prints links of its own before.
          const text = await startPython(python ?? "", "client_lane.py", [uri], folder);
          return JSON.parse(text.trim().split("\n").at(-1) ?? "") as Record<string, unknown>;
        };
        const ours = await run(server.url);
        const theirs = await run(`sqlite:///${folder}/theirs.db`);
        expect(Object.keys(ours).length).toBeGreaterThan(12);
        expect(ours).toEqual(theirs);
        const failed = Object.entries(ours).filter(([, seen]) =>
          /^\w+(Error|Exception):/.test(`${seen}`),
        );
        expect(failed).toEqual([]);
      } finally {
        await server.close();
        rmSync(folder, { recursive: true, force: true });
      }
    },
  );
});
