/** `mlflow traces`: the tree a terminal gets, and the records a pipe gets. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { main } from "../../../src/cli/main.ts";
import { createFixedClock } from "../../../src/core/clock.ts";
import { openTracer } from "../../../src/mlflow/index.ts";
import { createTestIo } from "../test-io.ts";

let folder = "";
let traceId = "";
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "sovereign-traces-"));
  const clock = createFixedClock(Date.parse("2026-01-05T12:00:00Z"));
  const tracer = await openTracer({ cwd: folder, env: {}, clock, experiment: "chat" });
  await tracer.withSpan("answer", async (root) => {
    traceId = root.traceId;
    root.setInputs({ question: "why?" });
    clock.advance(10);
    await tracer.withSpan("search", () => clock.advance(30), {
      type: "RETRIEVER",
      attributes: { top_k: 3 },
    });
    tracer.withSpan("ask", (ask) => {
      ask.setInputs("a\u001b[31mlong\nprompt");
      tracer.withSpan("call", () => clock.advance(1500), { type: "LLM" });
    });
    try {
      tracer.withSpan("store", () => {
        throw new Error("disk full");
      });
    } catch {
      // The answer is given all the same.
    }
    clock.advance(460);
    return "because";
  });
  await tracer.close();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function run(args: readonly string[], isTerminal = false) {
  const io = createTestIo({
    cwd: folder,
    ...(isTerminal ? { tty: { columns: 72, rows: 24 } } : {}),
    env: { LANG: "C.UTF-8", NO_COLOR: "1" },
  });
  const exitCode = await main(["mlflow", "traces", ...args], io);
  return { exitCode, out: io.out().replaceAll(traceId, "TRACE"), err: io.err() };
}

test("a terminal gets a tree with times, and attributes with -v", async () => {
  const { out } = await run(["show", traceId], true);
  expect(out).toBe(`TRACE  OK in 2.0 s, 2026-01-05T12:00:00.000Z, experiment chat
request   {"question": "why?"}
response  "because"

answer                ━━━━━━━━━━━━━━━━━━━━     2.0 s
├─ search [RETRIEVER] ━                        30 ms
├─ ask                ━━━━━━━━━━━━━━━━         1.5 s
│  └─ call [LLM]      ━━━━━━━━━━━━━━━━         1.5 s
└─ store failed                      ━          0 µs
`);
  const detailed = (await run(["show", traceId, "-v"], true)).out;
  expect(detailed).toContain('\n    inputs: {"question":"why?"}\n    outputs: because\n');
  expect(detailed).toContain("\n│      inputs: a\\x1b[31mlong\\nprompt\n");
  expect(detailed).toContain("\n       error: Error: disk full\n");
});

test("a pipe gets records", async () => {
  const { out } = await run(["show", traceId, "--json", "name,type,status,duration_us"]);
  expect(JSON.parse(out)).toEqual([
    { name: "answer", type: "UNKNOWN", status: "OK", duration_us: 2_000_000 },
    { name: "search", type: "RETRIEVER", status: "OK", duration_us: 30_000 },
    { name: "ask", type: "UNKNOWN", status: "OK", duration_us: 1_500_000 },
    { name: "call", type: "LLM", status: "OK", duration_us: 1_500_000 },
    { name: "store", type: "UNKNOWN", status: "ERROR", duration_us: 0 },
  ]);
});

test("traces are listed by experiment and filter", async () => {
  const fields = ["--json", "trace_id,name,state,execution_duration_ms"];
  const trace = { trace_id: "TRACE", name: "answer", state: "OK", execution_duration_ms: 2000 };
  expect(JSON.parse((await run(["list", ...fields])).out)).toEqual([trace]);
  const of = async (...args: string[]) => JSON.parse((await run(["list", ...args, ...fields])).out);
  expect(await of("--experiment", "chat", "--filter", "trace.status = 'OK'")).toEqual([trace]);
  expect(await of("--experiment", "Default")).toEqual([]);
  const wrong = await run(["list", "--experiment", "chta"]);
  expect([wrong.exitCode, wrong.err]).toEqual([
    3,
    "error: there is no experiment `chta`\n\nhint: did you mean `chat`?\n",
  ]);
  const missing = await run(["show", "tr-none"]);
  expect([missing.exitCode, missing.err]).toMatchObject([3, expect.stringContaining("tr-none")]);
});
