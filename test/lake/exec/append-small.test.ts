/** Small batches written without the engine hold what the engine would have written. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createRng } from "../../../src/core/rng.ts";
import { formatValue, type Lake, openLake } from "../../../src/lake/index.ts";

let folder = "";
let lake: Lake;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "append-small-"));
  lake = await openLake({ root: join(folder, "lake"), threads: 1 });
});
afterEach(async () => {
  await lake.close();
  rmSync(folder, { recursive: true, force: true });
});

const COLUMNS =
  "b BOOLEAN, i INT, l BIGINT, f FLOAT, d DOUBLE, m DECIMAL(9,2), n DECIMAL(38,10), s STRING, " +
  "day DATE, at TIMESTAMP, ntz TIMESTAMP_NTZ";

async function run(sql: string): Promise<void> {
  await (await lake.sql(sql)).close();
}

async function read(table: string, order: string): Promise<(string | null)[][]> {
  const result = await lake.sql(`SELECT * FROM ${table} ORDER BY ${order}`);
  const types = result.schema.fields.map((field) => field.type);
  return (await result.rows()).map((row) => row.map((value, i) => formatValue(value, types[i]!)));
}

/** The one `add` of a version: its path, partition values and statistics. */
async function addsOf(table: string, version: number) {
  const { location } = await lake.table(table);
  const path = join(location, "_delta_log", `${String(version).padStart(20, "0")}.json`);
  return readFileSync(path, "utf8")
    .trim()
    .split("\n")
    .flatMap((line) => JSON.parse(line).add ?? [])
    .sort((a, b) =>
      JSON.stringify(a.partitionValues) < JSON.stringify(b.partitionValues) ? -1 : 1,
    );
}

async function* streamed(rows: readonly object[]) {
  yield* rows;
}

const TEXTS = [
  "",
  "Ada",
  "ü",
  "\u{1f600}",
  "\uffee",
  "x".repeat(40),
  "\u{1f600}".repeat(33),
  "a'b",
];

function randomRow(rng: ReturnType<typeof createRng>, id: number): object {
  const pick = <T>(...choices: T[]): T => choices[Math.floor(rng.next() * choices.length)]!;
  return {
    b: pick(true, false, null),
    i: pick(id, -(2 ** 31), null),
    l: pick(BigInt(id), 9007199254740993n, -(2n ** 63n), null),
    f: pick(0.1, -1.5, 3e38, null),
    d: pick(1e21, -0, 0.1, 5e-324, null),
    m: pick("1234567.89", "-0.01", null),
    n: pick("1234567890123456789012345678.0123456789", "0", null),
    s: pick(...TEXTS, null),
    day: pick("1582-10-04", "2026-01-31", "9999-12-31", null),
    at: pick("1969-12-31T23:59:59.999999Z", "2026-01-31T12:00:00.123456Z", null),
    ntz: pick("2026-03-29T02:30:00", null),
  };
}

test("every type, with the statistics the engine gives", async () => {
  const rng = createRng(7);
  for (const name of ["small", "engine"]) await run(`CREATE TABLE ${name} (id INT, ${COLUMNS})`);
  const [small, engine] = [await lake.table("small"), await lake.table("engine")];
  for (let round = 0; round < 30; round++) {
    const rows = Array.from({ length: 1 + (round % 5) }, (_, i) => {
      return { id: round * 10 + i, ...randomRow(rng, i) };
    });
    await small.append(rows);
    await engine.append(streamed(rows));
    const [ours] = await addsOf("small", round + 1);
    const [theirs] = await addsOf("engine", round + 1);
    expect(ours.path).toMatch(/^part-00000-/);
    expect(theirs.path).not.toMatch(/^part-00000-/);
    expect(JSON.parse(ours.stats)).toEqual(JSON.parse(theirs.stats));
  }
  expect(await read("small", "id")).toEqual(await read("engine", "id"));
});

test("partitions, with their text and folders", async () => {
  const rows = ["a b/c=d", "ü%", null, "", "x"].map((p, id) => ({ id, p, day: "2026-01-31" }));
  for (const name of ["small", "engine"]) {
    await run(`CREATE TABLE ${name} (id INT, p STRING, day DATE) PARTITIONED BY (p, day)`);
  }
  await (await lake.table("small")).append(rows);
  await (await lake.table("engine")).append(streamed(rows));
  const [ours, theirs] = [await addsOf("small", 1), await addsOf("engine", 1)];
  const shown = (adds: typeof ours) =>
    adds.map((add) => [add.partitionValues, JSON.parse(add.stats)]);
  expect(shown(ours)).toEqual(shown(theirs));
  // The engine escapes blanks too.
  const folders = ours.map((add) => add.path.replace(/\/part-00000-.*/, ""));
  expect(folders).toContain("p=a%20b%252Fc%253Dd/day=2026-01-31");
  expect(folders).toContain("p=%25C3%25BC%2525/day=2026-01-31");
  expect(await read("small", "id")).toEqual(await read("engine", "id"));
});

test("rows and tables that ask for more go through the engine", async () => {
  await run("CREATE TABLE t (id INT NOT NULL, v INT)");
  const t = await lake.table("t");
  await expect(t.append([{ id: null, v: 1 }])).rejects.toMatchObject({
    details: { error_class: "DELTA_NOT_NULL_CONSTRAINT_VIOLATED" },
  });
  await t.append([{ id: 1, v: 5 }]);
  await run("ALTER TABLE t ADD CONSTRAINT small CHECK (v < 10)");
  await expect(t.append([{ id: 2, v: 50 }])).rejects.toMatchObject({
    details: { error_class: "DELTA_VIOLATE_CONSTRAINT_WITH_VALUES" },
  });
  expect(await t.append([{ id: 2, v: 6 }], { txn: { appId: "a", version: 1 } })).not.toBeNull();
  expect(await t.append([{ id: 2, v: 6 }], { txn: { appId: "a", version: 1 } })).toBeNull();
  expect(await read("t", "id")).toEqual([
    ["1", "5"],
    ["2", "6"],
  ]);
});
