/**
 * Commands that change collections, killed at a call that changes a file or after a while.
 * Afterwards each collection opens with rows it must have, its lock is free, the next writer leaves
 * no file too many, and doing it again does it whole.
 */
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { createRng } from "../../src/core/rng.ts";
import { VectorStore } from "../../src/vector/index.ts";
import { type BundledScript, bundleScript } from "../long/kill.ts";

const BINARY = join(import.meta.dirname, "../../bin/sovereign.js");
const ROWS = 300;

type Content = Record<string, string>;
interface Kind {
  /** Run once, before the project is copied for each kill. */
  readonly setup: readonly (readonly string[])[];
  readonly command: readonly string[];
  /** Whether these collections may be there, none of the rest. */
  isAllowed(found: Readonly<Record<string, Content>>): boolean;
  /** After the command was run again; it may say that it has nothing to do. */
  readonly after: Readonly<Record<string, Content>>;
}

const first = contentOf(0, ROWS, "a");
const second = contentOf(200, 500, "b");
const both = { ...first, ...second };
const IMPORT = ["vector", "import", "first.jsonl", "docs"];
const TABLE = "CREATE TABLE t (id BIGINT, v ARRAY<FLOAT>, name STRING) USING DELTA";
const FILL = "INSERT INTO t SELECT id, array(float(id), float(1)), concat('a', id) FROM range(300)";
const CHANGE = [
  "MERGE INTO t USING (SELECT id + 200 AS id FROM range(300)) s ON t.id = s.id",
  "WHEN MATCHED THEN UPDATE SET name = concat('b', t.id)",
  "WHEN NOT MATCHED THEN INSERT (id, v, name)",
  "VALUES (s.id, array(float(s.id), float(1)), concat('b', s.id))",
].join(" ");
const FOLLOW = ["vector", "create", "docs", "--from", "t", "--vector-column", "v"];

export const KINDS: Readonly<Record<string, Kind>> = {
  "import of a new collection": {
    setup: [],
    command: IMPORT,
    isAllowed: ({ docs, ...more }) => isEmpty(more) && (docs === undefined || isPart(docs, first)),
    after: { docs: first },
  },
  "import into one": {
    setup: [IMPORT],
    command: ["vector", "import", "second.jsonl", "docs"],
    isAllowed: ({ docs }) => isBetween(docs, first, both),
    after: { docs: both },
  },
  optimize: {
    setup: [IMPORT, ["vector", "upsert", "docs", "second.jsonl"]],
    command: ["vector", "optimize", "docs", "--index", "hnsw"],
    isAllowed: ({ docs }) => isSame(docs, both),
    after: { docs: both },
  },
  "first sync": {
    setup: [
      ["lake", "sql", TABLE],
      ["lake", "sql", FILL],
    ],
    command: FOLLOW,
    isAllowed: ({ docs, ...more }) => isEmpty(more) && (docs === undefined || isPart(docs, first)),
    after: { docs: first },
  },
  "later sync": {
    setup: [["lake", "sql", TABLE], ["lake", "sql", FILL], FOLLOW, ["lake", "sql", CHANGE]],
    command: ["vector", "sync", "docs"],
    isAllowed: ({ docs }) => isBetween(docs, first, both),
    after: { docs: both },
  },
  rename: {
    setup: [IMPORT, ["vector", "upsert", "docs", "second.jsonl"]],
    command: ["vector", "rename", "docs", "pages"],
    isAllowed: (found) => isSame(found.docs ?? found.pages, both) && count(found) === 1,
    after: { pages: both },
  },
  export: {
    setup: [IMPORT],
    command: ["vector", "export", "docs", "out.jsonl", "--overwrite"],
    isAllowed: ({ docs }) => isSame(docs, first),
    after: { docs: first },
  },
  delete: {
    setup: [IMPORT],
    command: ["vector", "delete", "docs", "--yes"],
    isAllowed: ({ docs, ...more }) => isEmpty(more) && (docs === undefined || isSame(docs, first)),
    after: {},
  },
};

/** How often a kind was killed, and how often the command was done before. */
export interface KillCount {
  killed: number;
  done: number;
}

/**
 * Kills a command `rounds` times: at its first call that changes a file, its second and so on, each
 * second time after a while. Throws at what must not be.
 */
export async function killCommand(name: string, rounds: number, seed: number): Promise<KillCount> {
  const kind = KINDS[name]!;
  const folder = mkdtempSync(join(tmpdir(), "vector-kills-"));
  const hook = await bundleScript(join(import.meta.dirname, "kill-hook.ts"));
  const rng = createRng(seed).fork(name);
  const counts = { killed: 0, done: 0 };
  let callCount = Number.POSITIVE_INFINITY;
  try {
    const base = join(folder, "base");
    prepare(base, kind);
    const longestMs = measure(base, join(folder, "whole"), kind);
    for (let round = 0; round < rounds; round++) {
      const work = join(folder, `work-${round}`);
      cpSync(base, work, { recursive: true });
      const at = round % 2 === 0 ? 1 + ((round / 2) % callCount) : null;
      const ms = rng.next() * longestMs;
      const isKilled = await runAndKill(work, kind.command, { hook, at, ms });
      counts[isKilled ? "killed" : "done"]++;
      if (!isKilled && at !== null) callCount = Math.max(1, at - 1);
      const moment = at === null ? `${Math.round(ms)} ms` : `call ${at}`;
      await checkProject(work, kind, `${name}, round ${round}, ${moment}`);
      rmSync(work, { recursive: true });
    }
    return counts;
  } finally {
    hook.remove();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** How long the command takes when nobody kills it. */
function measure(base: string, work: string, kind: Kind): number {
  cpSync(base, work, { recursive: true });
  const start = performance.now();
  const { status, text } = run(work, kind.command);
  if (status !== 0) throw new Error(text);
  return performance.now() - start;
}

function prepare(folder: string, { setup }: Kind): void {
  mkdirSync(folder);
  for (const name of ["first", "second"]) {
    const content = name === "first" ? first : second;
    const lines = Object.entries(content).map(([id, text]) =>
      JSON.stringify({ id, vector: [Number(id), 1], name: text }),
    );
    writeFileSync(join(folder, `${name}.jsonl`), `${lines.join("\n")}\n`);
  }
  for (const argv of setup) {
    const { status, text } = run(folder, argv);
    if (status !== 0) throw new Error(text);
  }
}

function run(folder: string, argv: readonly string[]): { status: number | null; text: string } {
  const { status, stderr } = spawnSync(process.execPath, [BINARY, ...argv], {
    cwd: folder,
    env: environment(folder),
  });
  return { status, text: `${stderr}` };
}

function environment(folder: string): NodeJS.ProcessEnv {
  return { ...process.env, SOVEREIGN_HOME: join(folder, ".sovereign") };
}

async function runAndKill(
  folder: string,
  argv: readonly string[],
  { hook, at, ms }: { hook: BundledScript; at: number | null; ms: number },
): Promise<boolean> {
  const child = spawn(process.execPath, ["--import", hook.path, BINARY, ...argv], {
    cwd: folder,
    env: { ...environment(folder), ...(at === null ? {} : { DIE_AT_CALL: String(at) }) },
    stdio: "ignore",
  });
  const exit = once(child, "exit");
  if (at === null) {
    await Promise.race([delay(ms), exit]);
    child.kill("SIGKILL");
  }
  const [code, signal] = (await exit) as [number | null, string | null];
  if (signal === null && code !== 0) throw new Error(`${argv.join(" ")} ended with ${code}`);
  return signal !== null;
}

async function checkProject(work: string, kind: Kind, what: string): Promise<void> {
  const fail = (problem: string): never => {
    throw new Error(`${what}: ${problem}`);
  };
  const folder = join(work, ".sovereign/vector");
  const found = await readAll(folder);
  if (!kind.isAllowed(found)) fail(`found ${JSON.stringify(summary(found))}`);
  checkExport(work, fail);
  const again = run(work, kind.command);
  if (again.status !== 0 && !/there is no|exists/.test(again.text)) fail(again.text);
  if (kind.command.includes("--from") && again.status !== 0) {
    const { status, text } = run(work, ["vector", "sync", "docs"]);
    if (status !== 0) fail(text);
  }
  const now = await readAll(folder);
  const isWhole = JSON.stringify(summary(now)) === JSON.stringify(summary(kind.after));
  if (!isWhole || !Object.entries(kind.after).every(([name, rows]) => isSame(now[name], rows))) {
    fail(`then ${JSON.stringify(summary(now))}`);
  }
  // Any writer clears the folder; here one that nothing else was asked of.
  const store = new VectorStore(folder);
  if (existsSync(folder)) {
    await store.create("other", { dims: 1 });
    await store.drop("other");
    const wanted = Object.keys(kind.after).flatMap((name) =>
      ["lock", "vec", "wal"].map((end) => `${name}.${end}`),
    );
    const left = readdirSync(folder).sort();
    if (left.join() !== wanted.sort().join()) fail(`there are ${left.join(", ")}`);
  }
}

/** Of every collection; each is opened for writing too, which wants its lock. */
async function readAll(folder: string): Promise<Record<string, Content>> {
  const store = new VectorStore(folder);
  const all: Record<string, Content> = {};
  for (const name of store.names()) {
    const collection = await store.open(name, "read");
    all[name] = Object.fromEntries(
      [...collection.rows()].map(({ id, metadata, vector }) => {
        if (vector?.[0] !== Number(id)) throw new Error(`row ${id} has another's vector`);
        return [id, String(metadata?.name)];
      }),
    );
    await collection.close();
  }
  return all;
}

/** Absent or whole; half a file under another name goes with the next export an hour later. */
function checkExport(work: string, fail: (problem: string) => never): void {
  const target = join(work, "out.jsonl");
  if (existsSync(target)) {
    const lines = readFileSync(target, "utf8").trimEnd().split("\n");
    const content = Object.fromEntries(
      lines.map((line) => JSON.parse(line)).map(({ id, name }) => [id, name]),
    );
    if (!isSame(content, first)) fail(`a file of ${lines.length} lines`);
  }
  const temps = readdirSync(work).filter((name) => name.endsWith(".tmp"));
  for (const name of temps) utimesSync(join(work, name), 1, 1);
  if (temps.length === 0) return;
  run(work, ["vector", "export", "docs", "out.jsonl", "--overwrite"]);
  if (readdirSync(work).some((name) => name.endsWith(".tmp"))) fail("temporary files stay");
}

function contentOf(from: number, to: number, mark: string): Content {
  return Object.fromEntries(
    Array.from({ length: to - from }, (_, i) => [String(from + i), `${mark}${from + i}`]),
  );
}

function isPart(some: Content, all: Content): boolean {
  return Object.entries(some).every(([id, text]) => all[id] === text);
}

function isSame(some: Content | undefined, all: Content): boolean {
  return some !== undefined && isPart(some, all) && count(some) === count(all);
}

/** Every row that was there before, as it was or as it is to be, and some new ones. */
function isBetween(some: Content | undefined, before: Content, after: Content): boolean {
  if (some === undefined || !Object.keys(before).every((id) => id in some)) return false;
  return Object.entries(some).every(([id, text]) => text === before[id] || text === after[id]);
}

function isEmpty(object: object): boolean {
  return count(object) === 0;
}

function count(object: object): number {
  return Object.keys(object).length;
}

function summary(all: Readonly<Record<string, Content>>): [string, number][] {
  return Object.entries(all).map(([name, rows]) => [name, count(rows)]);
}
