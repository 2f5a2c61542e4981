/**
 * Replays the recorded requests of a real MLflow 3.11.1 server against ours, in process and in
 * order: status, body and headers equal, or better where `faults.json` says so.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { systemClock } from "../../src/core/clock.ts";
import { startServer } from "../../src/mlflow/index.ts";
import { hasCorpus, replay } from "./replay/corpus.ts";

test.skipIf(!hasCorpus)("answers as recorded", { timeout: 60_000 }, async () => {
  const folder = mkdtempSync(join(tmpdir(), "mlflow-replay-"));
  const failures: string[] = [];
  const server = await startServer({
    port: 0,
    backendStoreUri: join(folder, "mlflow.db"),
    artifactsDestination: join(folder, "mlartifacts"),
    env: { MLFLOW_WEBHOOK_ALLOW_PRIVATE_IPS: "true" },
    clock: systemClock,
    cwd: folder,
    onFailure: (request, error) => failures.push(`${request}: ${String(error)}`),
  });
  try {
    const results = [...(await replay(server.url))];
    expect(results.length).toBeGreaterThan(600);
    const different = results.filter(([, differences]) => differences.length > 0);
    expect(different.map(([name, found]) => `${name}: ${found.join("; ")}`)).toEqual([]);
    expect(failures).toEqual([]);
  } finally {
    await server.close();
    rmSync(folder, { recursive: true, force: true });
  }
});
