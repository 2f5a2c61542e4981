/**
 * Runs one acceptance folder: `script` in, a transcript out, compared with `output.txt`.
 *
 * A script is a list of command lines. `sovereign …` runs in-process (or as a real process);
 * `write FILE <<END`, `cat FILE` (or all of a folder), `ls [FOLDER]`, `rm FILE`, `mkdir FOLDER` and
 * `cp FROM TO` (from the repository's `fixtures/` too) set the stage. `NAME=value` before a command
 * sets its environment (`TTY=100x30` makes stdout and stderr a terminal of that size); `< FILE` and
 * `<<END` give it stdin, `> FILE` takes its stdout.
 *
 * In the transcript stderr lines start with `2> ` and a non-zero exit is `[exit N]`.
 */
import { spawn } from "node:child_process";
import {
  cpSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { Readable } from "node:stream";
import { fileURLToPath } from "node:url";
import type { Io, Sink } from "../../src/cli/io.ts";
import { main } from "../../src/cli/main.ts";
import { systemClock } from "../../src/core/clock.ts";

export const REPOSITORY = join(dirname(fileURLToPath(import.meta.url)), "..", "..");

/** Holds a `sovereign`, as the folder of an installed program does. */
const INSTALLED = join(REPOSITORY, "test/acceptance/path");

export interface RunResult {
  exitCode: number;
  stdout: Buffer;
  stderr: string;
}

export interface CommandRun {
  args: readonly string[];
  cwd: string;
  env: Readonly<Record<string, string>>;
  stdin: string;
  /** Null: not a terminal. */
  tty: { columns: number; rows: number } | null;
}

export type RunCommand = (run: CommandRun) => Promise<RunResult>;

/** `main(argv, io)` with captured streams. */
export async function runInProcess(run: CommandRun): Promise<RunResult> {
  const stdout: Buffer[] = [];
  const stderr: Buffer[] = [];
  const sink = (chunks: Buffer[]): Sink => ({
    stream: null,
    isTTY: run.tty !== null,
    columns: run.tty?.columns ?? 80,
    rows: run.tty?.rows ?? 24,
    async write(chunk) {
      chunks.push(Buffer.from(chunk));
    },
  });
  const io: Io = {
    stdin: Readable.from(run.stdin === "" ? [] : [Buffer.from(run.stdin)]),
    stdout: sink(stdout),
    stderr: sink(stderr),
    env: run.env,
    cwd: run.cwd,
    clock: systemClock,
    signal: new AbortController().signal,
  };
  const exitCode = await main(run.args, io);
  return { exitCode, stdout: Buffer.concat(stdout), stderr: Buffer.concat(stderr).toString() };
}

/** `node bin/sovereign.js` as its users start it. */
export function runAsProcess(run: CommandRun): Promise<RunResult> {
  const child = spawn(process.execPath, [join(REPOSITORY, "bin/sovereign.js"), ...run.args], {
    cwd: run.cwd,
    env: { ...run.env, PATH: [INSTALLED, process.env.PATH ?? ""].join(delimiter) },
  });
  const stdout: Buffer[] = [];
  const stderr: Buffer[] = [];
  child.stdout.on("data", (chunk: Buffer) => stdout.push(chunk));
  child.stderr.on("data", (chunk: Buffer) => stderr.push(chunk));
  child.stdin.on("error", () => undefined);
  child.stdin.end(run.stdin);
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) =>
      resolve({
        exitCode: code ?? -1,
        stdout: Buffer.concat(stdout),
        stderr: Buffer.concat(stderr).toString(),
      }),
    );
  });
}

/** Runs the script in `folder`, an empty folder of its own, and returns the masked transcript. */
export async function runScript(script: string, folder: string, run: RunCommand): Promise<string> {
  const lines = script.split("\n");
  let transcript = "";
  for (let i = 0; i < lines.length; i++) {
    const line = lines[i]!;
    if (line.trim() === "" || line.startsWith("#")) continue;
    const marker = /<<(\w+)\s*$/.exec(line)?.[1];
    let inline: string | null = null;
    if (marker !== undefined) {
      const end = lines.indexOf(marker, i + 1);
      if (end < 0) throw new Error(`no line \`${marker}\` after: ${line}`);
      inline = lines
        .slice(i + 1, end)
        .map((text) => `${text}\n`)
        .join("");
      i = end;
    }
    const command = marker === undefined ? line : line.slice(0, line.lastIndexOf("<<")).trimEnd();
    transcript += `$ ${line}\n${await runLine(command, inline, { folder, run })}`;
  }
  return maskText(transcript, folder);
}

interface Stage {
  folder: string;
  run: RunCommand;
}

async function runLine(line: string, inline: string | null, stage: Stage): Promise<string> {
  const words = splitShellWords(line);
  const env: Record<string, string> = {};
  while (/^[A-Z_]+=/.test(words[0] ?? "")) {
    const word = words.shift()!;
    env[word.slice(0, word.indexOf("="))] = word.slice(word.indexOf("=") + 1);
  }
  const path = (name: string | undefined): string => join(stage.folder, name ?? ".");
  const [program, ...args] = words;
  switch (program) {
    case "sovereign":
      return runSovereign(args, { env, inline }, stage);
    case "write":
      mkdirSync(dirname(path(args[0])), { recursive: true });
      writeFileSync(path(args[0]), inline ?? "");
      return "";
    case "cat":
      return readAll(path(args[0]));
    case "ls":
      return readdirSync(path(args[0]))
        .sort()
        .map((name) => `${name}\n`)
        .join("");
    case "rm":
      rmSync(path(args[0]), { recursive: true });
      return "";
    case "mkdir":
      mkdirSync(path(args[0]), { recursive: true });
      return "";
    case "cp": {
      const from = args[0]?.startsWith("fixtures/") ? join(REPOSITORY, args[0]) : path(args[0]);
      cpSync(from, path(args[1]), { recursive: true });
      return "";
    }
    default:
      throw new Error(`unknown word at the start of: ${line}`);
  }
}

/** A file's text, or those of all files in a folder. */
function readAll(path: string): string {
  if (!statSync(path).isDirectory()) return readFileSync(path, "utf8");
  const names = readdirSync(path).sort();
  return names.map((name) => readFileSync(join(path, name), "utf8")).join("");
}

async function runSovereign(
  words: readonly string[],
  { env, inline }: { env: Record<string, string>; inline: string | null },
  stage: Stage,
): Promise<string> {
  const args = [...words];
  const redirect = (sign: string): string | null => {
    const at = args.indexOf(sign);
    return at < 0 ? null : join(stage.folder, args.splice(at, 2)[1]!);
  };
  const from = redirect("<");
  const into = redirect(">");
  const { TTY, ...variables } = env;
  const size = /^(\d+)x(\d+)$/.exec(TTY ?? "");
  const result = await stage.run({
    args,
    cwd: stage.folder,
    // A progress line comes after 300 ms: whether one is shown would hang on the machine.
    env: { HOME: stage.folder, LANG: "C.UTF-8", SOVEREIGN_NO_PROGRESS: "1", ...variables },
    stdin: from === null ? (inline ?? "") : readFileSync(from, "utf8"),
    tty: size === null ? null : { columns: Number(size[1]), rows: Number(size[2]) },
  });
  if (into !== null) writeFileSync(into, result.stdout);
  const errors = result.stderr.split("\n").slice(0, -1);
  return [
    into === null ? endWithLine(result.stdout.toString()) : "",
    ...errors.map((text) => `${`2> ${text}`.trimEnd()}\n`),
    result.exitCode === 0 ? "" : `[exit ${result.exitCode}]\n`,
  ].join("");
}

function endWithLine(text: string): string {
  return text === "" || text.endsWith("\n") ? text : `${text}\n`;
}

/** Words of a line: single quotes are literal, double quotes and bare words take `\` escapes. */
export function splitShellWords(line: string): string[] {
  const words: string[] = [];
  const pattern = /\s*((?:'[^']*'|"(?:\\.|[^"\\])*"|\\.|[^\s'"\\])+)/gy;
  for (const [, word] of line.matchAll(pattern)) {
    words.push(
      word!.replace(
        /'([^']*)'|"((?:\\.|[^"\\])*)"|\\(.)/g,
        (_, single, double, escaped) =>
          single ?? escaped ?? (double as string).replace(/\\(["\\$`])/g, "$1"),
      ),
    );
  }
  return words;
}

const LONGEST_TIME = "2026-01-01 00:00:00.123".length;
/** The rule under a last column that may hold times, whose fractions differ in length. */
const LAST_RULE = /(?<!─)─{19,23}(?=[^─\n]{0,5}$)/gm;

/** Hides what differs from run to run: the folder, ids, durations, times of today. */
export function maskText(text: string, folder: string): string {
  const day = 86_400_000;
  return text
    .replaceAll(folder, "$DIR")
    .replace(/-\d{17}(?=\.)/g, "-[STAMP]")
    .replace(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, "[UUID]")
    .replace(/\b[0-9a-f]{32}\b/g, "[RUN]")
    .replace(/\b\d+(\.\d+)? ?m?s\b/g, "[DURATION]")
    .replace(
      /\b(\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(?:\.\d+)?)(Z?)( {2,})?/g,
      (found, time, _, pad) => {
        // A fraction that ends in zeros is shorter, and the column padded for it.
        const at = Date.parse(`${(time as string).replace(" ", "T")}Z`);
        return Math.abs(at - Date.now()) < day ? `[TIME]${pad === undefined ? "" : "  "}` : found;
      },
    )
    .replace(LAST_RULE, "─".repeat(LONGEST_TIME));
}
