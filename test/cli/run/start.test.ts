/** `sovereign start` as its users see it: the plan, the report, and what it tells them to try. */
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { main } from "../../../src/cli/main.ts";
import { programWords } from "../../../src/cli/run/program.ts";
import { openClient, type RunEntity } from "../../../src/mlflow/index.ts";
import { splitShellWords } from "../../acceptance/run-case.ts";
import { createTestIo } from "../test-io.ts";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "sovereign-start-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function run(args: readonly string[]) {
  const io = createTestIo({ cwd: folder });
  const exitCode = await main([...args], io);
  return { exitCode, out: io.out(), err: io.err() };
}

/** What the tracking database has of the one run there was. */
async function readTrackedRun() {
  const client = openClient({ cwd: folder, env: {} });
  const { experimentId } = await client.experiments.getByName("platform");
  const { items } = await client.runs.search([experimentId]);
  expect(items.map(({ status, name }) => [status, name])).toEqual([["FINISHED", "platform-1"]]);
  const [{ metrics, artifactUri }] = items as [RunEntity];
  const report = await text(await client.artifacts.read(artifactUri, "report.txt"));
  await client.close();
  return {
    report,
    rows: metrics["rows/bronze.customers"]?.value,
    late: metrics["quality_failing_percent/silver.transactions/arrived in time"]?.value,
  };
}

describe("start", () => {
  test("--dry-run shows the plan and writes nothing", async () => {
    const { exitCode, out, err } = await run(["start", "--dry-run"]);
    expect([exitCode, out]).toEqual([0, ""]);
    const lines = err.trimEnd().split("\n");
    expect(lines[0]).toBe(
      "would make the files in .sovereign/demo: " +
        "10,000 customers, 50,000 transactions, 1,000 products",
    );
    expect(lines[1]).toMatch(/^would run the job platform of .*databricks\.yml$/);
    expect(lines).toHaveLength(2 + 13);
    expect(lines[2]).toBe("would run  1/13 setup: sql/00_setup.sql");
    expect(lines.at(-1)).toBe(
      "would run 13/13 data_quality: sql/40_data_quality.sql, " +
        "after gold_customer_360, gold_daily_sales, gold_product_performance",
    );
    const json = await run(["start", "--dry-run", "--json", "task,statements"]);
    expect(JSON.parse(json.out)[0]).toEqual({ task: "setup", statements: 3 });
    expect(readdirSync(folder)).toEqual([]);
  });

  test("the report holds counts, thresholds, reasons; its commands work as they stand", async () => {
    const { exitCode, out } = await run(["start", "-q"]);
    expect(exitCode).toBe(0);
    const lines = out.split("\n");
    expect(lines.filter((line) => line.length > 80 && !line.includes("lake sql"))).toEqual([]);
    expect(out).toMatch(/^ {2}bronze +customers 14,440, products 1,005, transactions 50,505/m);
    expect(out).toMatch(/^Data quality +broken +rows +% +limit$/m);
    expect(out).toMatch(
      /^ {2}PASS silver\.transactions arrived in time +935 +49,153 +1\.90 +5\.00$/m,
    );
    expect(out).toMatch(/^ {2}products +price out of range 3$/m);
    const tracked = await readTrackedRun();
    expect(tracked.report).toBe(out);
    expect([tracked.rows, tracked.late]).toEqual([14_440, 1.9]);
    expect(out).toMatch(/^Time {2}.* in all, the slowest steps being\n {2}\w+ \d+/m);
    const commands = lines.slice(lines.indexOf("Look further") + 1).filter((line) => line !== "");
    expect(commands).toHaveLength(3);
    for (const command of commands) {
      const [program, ...args] = splitShellWords(command);
      expect(program).toBe("sovereign");
      const result = await run(args);
      expect([result.exitCode, result.err.includes("error")]).toEqual([0, false]);
      expect(result.out.split("\n").length).toBeGreaterThanOrEqual(3);
    }
  });

  test("a landing zone that lost a file is refused before anything runs", async () => {
    rmSync(join(folder, ".sovereign/demo/landing/support_tickets/tickets.ndjson"));
    const { exitCode, err } = await run(["start"]);
    expect(exitCode).toBe(3);
    expect(err).toContain("tickets.ndjson` is missing");
    expect(err).toContain("hint: move");
    expect((await run(["run", "list", "--json", "run_id"])).out).toBe('[{"run_id":1}]\n');
  });
});

test("commands to try start the way the program was started", () => {
  const words = (env: Record<string, string>, globals: { cwd?: string; profile?: string } = {}) =>
    programWords({
      io: createTestIo({ cwd: folder, env }),
      globals: { cwd: undefined, profile: undefined, ...globals } as never,
    });
  const bin = join(folder, "bin");
  mkdirSync(bin, { recursive: true });
  expect(words({ npm_lifecycle_event: "start", PATH: bin })).toBe("npx sovereign");
  expect(words({ npm_command: "exec" }, { cwd: "a b" })).toBe('npx sovereign -C "a b"');
  expect(words({ PATH: `/none:${bin}` })).toMatch(/^node \S*\.\.\/\S*bin\/sovereign\.js$/);
  expect(words({ PATH: bin }, { cwd: "x" })).toMatch(/^node \/\S*bin\/sovereign\.js -C x$/);
  writeFileSync(join(bin, "sovereign"), "");
  expect(words({ PATH: `/none:${bin}` }, { profile: "dev" })).toBe("sovereign -p dev");
});
