/**
 * Lets a process die by SIGKILL at its k-th call that changes a file: patches `node:fs` before the
 * code under test imports it. Half of the writes die torn, with half of their bytes written. What
 * the engine and SQLite write natively is not seen here; for that there are kills at random times.
 */
import fs from "node:fs";
import promises, { type FileHandle } from "node:fs/promises";
import { syncBuiltinESMExports } from "node:module";

const SYNC = [
  "openSync",
  "writeFileSync",
  "writeSync",
  "fsyncSync",
  "fsync",
  "renameSync",
  "linkSync",
  "unlinkSync",
  "rmSync",
  "rmdirSync",
  "mkdirSync",
  "copyFileSync",
  "utimesSync",
];
const ASYNC = [
  "open",
  "writeFile",
  "rename",
  "link",
  "unlink",
  "rm",
  "rmdir",
  "mkdir",
  "copyFile",
  "utimes",
];
const OF_HANDLES = ["write", "writeFile", "sync", "truncate"];

type Call = (...args: unknown[]) => unknown;
type Calls = Record<string, Call>;

/** From now on every changing call counts; the `count`-th prints `at <call> <file>` and dies. */
export async function dieAtCall(count: number): Promise<void> {
  let left = count;
  const { writeSync } = fs;
  const watch = (calls: Calls, name: string): void => {
    const original = calls[name]!;
    calls[name] = function (this: unknown, ...args: unknown[]) {
      if (isReading(name, args) || --left > 0) return original.apply(this, args);
      if (left < 0) return original.apply(this, args);
      const die = (): never => {
        writeSync(1, `at ${name} ${typeof args[0] === "string" ? args[0] : ""}\n`);
        process.kill(process.pid, "SIGKILL");
        throw new Error("killed");
      };
      if (!name.startsWith("write") || count % 2 === 0) return die();
      return tear(original, this, args, die);
    };
  };
  for (const name of SYNC) watch(fs as unknown as Calls, name);
  for (const name of ASYNC) watch(promises as unknown as Calls, name);
  const handle = await promises.open(process.execPath, "r");
  const prototype = Object.getPrototypeOf(handle) as FileHandle;
  await handle.close();
  for (const name of OF_HANDLES) watch(prototype as unknown as Calls, name);
  syncBuiltinESMExports();
}

function isReading(name: string, args: readonly unknown[]): boolean {
  return name.startsWith("open") && (args[1] === undefined || args[1] === "r" || args[1] === 0);
}

/** Writes the first half of the data, the rest never. */
function tear(original: Call, self: unknown, args: unknown[], die: () => never): unknown {
  const at = args.findIndex(
    (arg, i) => arg instanceof Uint8Array || (typeof arg === "string" && (i > 0 || self)),
  );
  const data = args[at];
  if (!(data instanceof Uint8Array) && typeof data !== "string") return die();
  const before = args.slice(0, at);
  const [from, length, position] = args.slice(at + 1);
  let given = [...before, data.slice(0, data.length >> 1)];
  // A plain write may say which part of the bytes goes where in the file.
  if (data instanceof Uint8Array && typeof from === "number") {
    const part = data.subarray(from, typeof length === "number" ? from + length : data.length);
    given = [...before, part, 0, part.length >> 1, position];
  }
  const made = original.apply(self, given);
  return made instanceof Promise ? made.then(die, die) : die();
}
