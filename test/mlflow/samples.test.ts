/**
 * Databases that a real MLflow wrote, opened in place: every recorded question about them gets the
 * recorded answer. That of 2.22.5 is first upgraded, as `mlflow db upgrade` does.
 */
import { copyFileSync, cpSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { systemClock } from "../../src/core/clock.ts";
import { type ExactJson, parseJson } from "../../src/core/json/index.ts";
import { type RunningServer, startServer } from "../../src/mlflow/index.ts";
import { upgradeTrackingDatabase } from "../../src/mlflow/schema/upgrade.ts";
import { hasRecorded, recordedFolder } from "./recorded.ts";
import { compare, type Variables } from "./replay/match.ts";

interface Query {
  method: string;
  path: string;
  body?: ExactJson;
  status: number;
  json: ExactJson;
}

/** The `{{placeholders}}` of a recorded prompt stand for themselves. */
const PLACEHOLDERS: Variables = new Proxy(
  {},
  { get: (_, name) => (typeof name === "string" ? `{{${name}}}` : undefined) },
);

/** Lists that MLflow answers in no order of their own. */
const UNORDERED = /\/(metrics|params|tags|inputs|aliases)$/;

/** What 3.11.1 says of a run, and 2.22.5 did not know. */
const NEWER = /\/outputs: unexpected \{\}$/;

let folder = "";
let server: RunningServer | null = null;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "mlflow-sample-"));
});
afterEach(async () => {
  await server?.close();
  rmSync(folder, { recursive: true, force: true });
});

function readSample(version: string): Query[] {
  const sample = join(recordedFolder, `sample-${version}`);
  copyFileSync(join(sample, "mlflow.db"), join(folder, "mlflow.db"));
  cpSync(join(sample, "mlartifacts"), join(folder, "mlartifacts"), { recursive: true });
  // A page token is opaque: any will do.
  const text = readFileSync(join(sample, "expected.json"), "utf8").replace(
    /"next_page_token": "[^"]+"/g,
    '"next_page_token": "<<TOKEN>>"',
  );
  return (parseJson(text) as unknown as { queries: Query[] }).queries;
}

/** The differences, a line each, between the recorded answers and those of a server of ours. */
async function ask(
  queries: readonly Query[],
  isNewer: (difference: string) => boolean = () => false,
): Promise<string[]> {
  server = await startServer({
    port: 0,
    backendStoreUri: join(folder, "mlflow.db"),
    artifactsDestination: join(folder, "mlartifacts"),
    env: {},
    clock: systemClock,
    cwd: folder,
  });
  const differences: string[] = [];
  for (const query of queries) {
    const response = await fetch(server.url + query.path, {
      method: query.method,
      ...(query.body === undefined
        ? {}
        : {
            headers: { "content-type": "application/json" },
            body: JSON.stringify(query.body),
          }),
    });
    const answer = parseJson(await response.text());
    const found = compare(query.json, answer, "", {
      variables: PLACEHOLDERS,
      ignore: new Set(),
      unordered: unorderedPaths(query.json),
    });
    if (response.status !== query.status) found.push(`status ${response.status}`);
    const question = `${query.method} ${query.path} ${JSON.stringify(query.body) ?? ""}`;
    const different = found.filter((difference) => !isNewer(difference));
    differences.push(...different.map((difference) => `${question} ${difference}`));
  }
  return differences;
}

function unorderedPaths(value: ExactJson, path = "", paths = new Set<string>()): Set<string> {
  if (Array.isArray(value) && UNORDERED.test(path)) paths.add(path);
  if (typeof value === "object" && value !== null) {
    for (const [key, item] of Object.entries(value)) {
      unorderedPaths(item as ExactJson, `${path}/${key}`, paths);
    }
  }
  return paths;
}

describe.skipIf(!hasRecorded)("answers as recorded over a database", () => {
  test("of MLflow 3.11.1", async () => {
    const queries = readSample("3.11.1");
    expect(queries).toHaveLength(52);
    expect(await ask(queries)).toEqual([]);
  });

  test("of MLflow 2.22.5, upgraded", async () => {
    const queries = readSample("2.22.5");
    expect(queries).toHaveLength(36);
    upgradeTrackingDatabase(join(folder, "mlflow.db"), { cwd: folder });
    expect(await ask(queries, (difference) => NEWER.test(difference))).toEqual([]);
  });
});
