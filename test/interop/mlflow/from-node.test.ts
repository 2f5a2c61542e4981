/** What this client writes, real MLflow reads; what real MLflow erases, `mlflow gc` erases. */
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { main } from "../../../src/cli/main.ts";
import { systemClock } from "../../../src/core/clock.ts";
import {
  openClient,
  openTracer,
  openTrackingDatabase,
  startServer,
} from "../../../src/mlflow/index.ts";
import { createTestIo } from "../../cli/test-io.ts";
import { findMlflowPython, runPython, startPython } from "./python.ts";

const python = findMlflowPython("3.11.1");

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "mlflow-from-node-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test.skipIf(python === null)(
  "traces and prompts of a Node program are read in Python, and the other way round",
  { timeout: 300_000 },
  async () => {
    const server = await startServer({
      port: 0,
      backendStoreUri: join(folder, "m.db"),
      artifactsDestination: join(folder, "artifacts"),
      env: {},
      clock: systemClock,
      cwd: folder,
    });
    const client = openClient({ trackingUri: server.url, env: {}, cwd: folder });
    const tracer = await openTracer({ client, experiment: "chat" });
    const find = tracer.traced(
      async ({ text }: { text: string }) => [text, 1.5, null, { a: true }],
      {
        name: "find",
        type: "RETRIEVER",
        attributes: { top_k: 3 },
      },
    );
    await tracer.withSpan("answer", async (span) => {
      span.setInputs({ question: "why?" });
      await find({ text: "x" });
      const broken = () =>
        tracer.withSpan("store", () => {
          throw new TypeError("no");
        });
      expect(broken).toThrow("no");
      return "because";
    });
    await tracer.close();
    const chat = [{ role: "user", content: "{{q}}" }];
    await client.prompts.register({
      name: "greet",
      template: "Hi {{name}}",
      commitMessage: "first",
    });
    await client.prompts.register({ name: "greet", template: "Hello {{name}}" });
    await client.models.setAlias("greet", "live", "2");
    await client.prompts.register({ name: "ask", template: chat });
    try {
      const printed = await startPython(python ?? "", "read_from_node.py", [server.url], folder);
      const seen = JSON.parse(printed.trim().split("\n").at(-1) ?? "") as Record<string, unknown>;
      const nothing = { inputs: null, outputs: null, events: [], top_k: null };
      expect(seen).toEqual({
        traces: [
          [
            "OK",
            '{"question": "why?"}',
            '"because"',
            "answer",
            [
              {
                ...nothing,
                ...{ name: "answer", type: "UNKNOWN", is_root: true, status: "OK" },
                inputs: { question: "why?" },
                outputs: "because",
              },
              {
                ...nothing,
                ...{ name: "find", type: "RETRIEVER", is_root: false, status: "OK", top_k: 3 },
                inputs: { text: "x" },
                outputs: ["x", 1.5, null, { a: true }],
              },
              {
                ...nothing,
                ...{ name: "store", type: "UNKNOWN", is_root: false, status: "ERROR" },
                events: ["exception"],
              },
            ],
          ],
        ],
        prompts: [
          [1, "Hi {{name}}", "first", ["name"]],
          [2, "Hello {{name}}", "", ["name"]],
          [1, chat, "", ["q"]],
        ],
      });
      const theirs = await client.prompts.getVersion("python", "latest");
      expect(theirs).toMatchObject({
        template: "Py {{a}}",
        commitMessage: "from Python",
        tags: { team: "x" },
        variables: ["a"],
      });
    } finally {
      await client.close();
      await server.close();
    }
  },
);

test.skipIf(python === null)(
  "gc leaves the rows that MLflow's own leaves",
  { timeout: 300_000 },
  async () => {
    const [ours, theirs] = [join(folder, "ours.db"), join(folder, "theirs.db")];
    runPython(python ?? "", "make_garbage.py", [`sqlite:///${ours}`, join(folder, "files")]);
    cpSync(ours, theirs);
    const io = createTestIo({ cwd: folder });
    expect(await main(["mlflow", "gc", "--backend-store-uri", ours, "--yes", "-q"], io)).toBe(0);
    runPython(python ?? "", "run_gc.py", [`sqlite:///${theirs}`]);
    const [a, b] = [readAll(ours), readAll(theirs)];
    expect(a.get("runs")).toHaveLength(1);
    expect(a).toEqual(b);
  },
);

function readAll(path: string): Map<string, string[]> {
  const database = openTrackingDatabase(path, { cwd: folder, readOnly: true });
  const tables = database.all<{ name: string }>(
    "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'",
  );
  const rows = tables.map(({ name }): [string, string[]] => [
    name,
    database
      .all(`SELECT * FROM "${name}"`)
      .map((row) => JSON.stringify(row))
      .sort(),
  ]);
  database.close();
  return new Map(rows);
}
