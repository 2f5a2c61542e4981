/**
 * Reads broken tables in a process of its own: `hostile-process <folder> <seed> <first> <end>`
 * breaks a file for each case from the seed and the case's number, reads the table, and prints one
 * line: `<case> <megabytes> <outcome> <target> <file> <more>`.
 */
import {
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { SovereignError } from "../../../src/core/errors.ts";
import { createRng } from "../../../src/core/rng.ts";
import { type Lake, openLake } from "../../../src/lake/index.ts";
import { mutate } from "./hostile-mutate.ts";
import { type HostileTarget, listTargets } from "./hostile-tables.ts";

const [folder, seed, first, end] = process.argv.slice(2);
const lake = await openLake({
  root: join(folder!, `lake-${process.pid}`),
  tempDirectory: join(folder!, "tmp"),
  threads: 1,
  memoryLimit: "300MB",
});
const targets = listTargets(join(folder!, "tables"));
const CHANGING = ["DELETE FROM $T WHERE id % 3 = 1", "OPTIMIZE $T"];

/** A copy of the table by links, one file in it broken. */
function breakTable(target: HostileTarget, file: string, root: string, bytes: Buffer | null): void {
  for (const entry of readdirSync(target.root, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name).slice(target.root.length + 1);
    mkdirSync(dirname(join(root, path)), { recursive: true });
    if (path === file && bytes !== null) writeFileSync(join(root, path), bytes);
    else copyByLink(join(target.root, path), join(root, path));
  }
}

function copyByLink(from: string, to: string): void {
  try {
    linkSync(from, to);
  } catch {
    // On another device, as the recorded tables may be.
    writeFileSync(to, readFileSync(from));
  }
}

async function read(statements: readonly string[], root: string): Promise<string> {
  const texts: string[] = [];
  for (const statement of statements) {
    const sql = statement.replace("$T", `delta.\`${root}\``).replace("$P", root);
    const rows = await (await lake.sql(sql)).rows();
    if (statement.startsWith("SELECT")) {
      texts.push(...rows.map((row) => row.map(String).join("|")).sort());
    }
  }
  return texts.join("\n");
}

const whole = new Map<HostileTarget, string>();
async function readWhole(target: HostileTarget): Promise<string> {
  const known = whole.get(target);
  if (known !== undefined) return known;
  const root = join(folder!, `whole-${process.pid}-${whole.size}`);
  breakTable(target, "", root, null);
  const text = await read(target.statements, root);
  rmSync(root, { recursive: true });
  whole.set(target, text);
  return text;
}

/** How a failure is told: its code, or what is wrong with the way it failed. */
function failureOf(error: unknown, target: HostileTarget): string {
  if (!(error instanceof SovereignError)) {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return `WRONG_ERROR ${text.replaceAll("\n", " ; ").slice(0, 600)}`;
  }
  const told = `${error.message} ${JSON.stringify(error.details)}`;
  if (error.code === "INTERNAL_ERROR") return `WRONG_ERROR ${told.slice(0, 400)}`;
  const isPlaced = /(\.json|\.parquet|\.crc|\.bin|_delta_log|_last_checkpoint|case-)/.test(told);
  if (error.code === "DATA_LOSS" && !isPlaced && target.kind !== "json") {
    return `NO_PLACE ${told.replaceAll("\n", " ").slice(0, 300)}`;
  }
  return error.code;
}

async function runCase(n: number): Promise<string> {
  const rng = createRng(Number(seed)).fork(`case ${n}`);
  const target = targets[rng.int(targets.length)]!;
  const file = target.files[rng.int(target.files.length)]!;
  const wanted = await readWhole(target);
  const root = join(folder!, `case-${process.pid}-${n}`);
  const bytes = mutate(rng, readFileSync(join(target.root, file)), target.kind);
  breakTable(target, file, root, bytes);
  const where = `${target.name.replaceAll(" ", ":")} ${file.replaceAll(" ", "")}`;
  let outcome: string;
  try {
    const rows = await read(target.statements, root);
    const isSame = rows === wanted;
    outcome = isSame ? "same" : target.isChecked ? "OTHER_ROWS" : "other";
    if (rng.int(8) === 0 && existsSync(join(root, "_delta_log"))) {
      outcome = `${outcome}+${await change(CHANGING[rng.int(2)]!, root, target)}`;
    }
  } catch (error) {
    outcome = failureOf(error, target);
  }
  rmSync(root, { recursive: true, force: true });
  const [word, ...more] = outcome.split(" ");
  return [word, where, ...more].join(" ").replaceAll(/[\r\n\u2028\u2029]+/g, " ");
}

/** A statement that fails leaves the folder as it was. */
async function change(statement: string, root: string, target: HostileTarget): Promise<string> {
  const list = () => readdirSync(root, { recursive: true }).sort().join();
  const before = list();
  try {
    await read([statement], root);
    return "changed";
  } catch (error) {
    if (list() !== before) return `LEFT_FILES ${statement}`;
    return failureOf(error, target);
  }
}

function peakMegabytes(): number {
  return Math.round(process.resourceUsage().maxRSS / 1024);
}

async function warmUp(lake: Lake): Promise<void> {
  await (await lake.sql("SELECT 1")).rows();
  for (const target of targets) await readWhole(target);
}

await warmUp(lake);
console.log(`started ${peakMegabytes()}`);
for (let n = Number(first); n < Number(end); n++) {
  const outcome = await runCase(n);
  console.log(`${n} ${peakMegabytes()} ${outcome}`);
}
await lake.close();
rmSync(join(folder!, `lake-${process.pid}`), { recursive: true, force: true });
