/**
 * What `doctor` looks at, one function a check. Native modules are loaded in a child process: a
 * wrong build ends the process that loads it, and no error can be caught.
 */
import { accessSync, constants, existsSync, statfsSync, statSync } from "node:fs";
import { arch, availableParallelism, platform, release, totalmem } from "node:os";
import { dirname } from "node:path";
import { pathToFileURL } from "node:url";

import { type Config, loadConfig, readTerminalEnvironment } from "../../../core/config/index.ts";
import { SovereignError } from "../../../core/errors.ts";
import { packageRoot, packageVersion } from "../../../core/package.ts";
import { runProcess } from "../../../core/proc.ts";
import { openStore } from "../../../core/store/index.ts";
import type { CommandContext } from "../../context.ts";
import { countOf } from "../../lake/print-result.ts";

export type CheckStatus = "ok" | "warn" | "fail";

export interface CheckResult {
  readonly check: string;
  readonly status: CheckStatus;
  readonly message: string;
  /** What to do about it; null when there is nothing to do. */
  readonly fix: string | null;
}

const LOW_SPACE_BYTES = 1e9;
const PROBE_TIMEOUT_MS = 20_000;

/** Every check, in the order they are printed. */
export async function runChecks(context: CommandContext): Promise<CheckResult[]> {
  const configured = readConfig(context);
  const { config } = configured;
  return [
    ok("sovereign", packageVersion()),
    checkNode(),
    ok("system", describeSystem()),
    await probe("sqlite", SQLITE_PROBE, "npm rebuild better-sqlite3"),
    await probe("duckdb", DUCKDB_PROBE, "npm ci"),
    checkWasm(),
    ...configured.results,
    ...(config === null
      ? []
      : [checkStore(config), checkFolder("lake", config.lake.root), checkTier(config)]),
    checkTerminal(context),
    await checkGit(),
  ];
}

function ok(check: string, message: string): CheckResult {
  return { check, status: "ok", message, fix: null };
}

function describeSystem(): string {
  const memory = `${(totalmem() / 1e9).toFixed(1)} GB memory`;
  return `${platform()} ${release()} ${arch()}, ${countOf(availableParallelism(), "core")}, ${memory}`;
}

function checkNode(): CheckResult {
  const version = process.versions.node;
  const major = Number(version.split(".")[0]);
  if (major <= 24) return ok("node", version);
  const fix = "use Node 20, 22 or 24 if something misbehaves";
  return { check: "node", status: "warn", message: `${version} is newer than tested`, fix };
}

const SQLITE_PROBE = `
  const { default: Database } = await import(resolve("better-sqlite3"));
  console.log("SQLite " + new Database(":memory:").prepare("select sqlite_version()").pluck().get());
`;
const DUCKDB_PROBE = `
  const { version, DuckDBInstance } = await import(resolve("@duckdb/node-api"));
  await DuckDBInstance.create(":memory:");
  console.log("DuckDB " + version());
`;

/** Runs a few lines in a Node of their own, which resolves packages as this program does. */
async function probe(check: string, code: string, fix: string): Promise<CheckResult> {
  const base = JSON.stringify(pathToFileURL(`${packageRoot()}/package.json`).href);
  const script = `
    import { createRequire } from "node:module";
    import { pathToFileURL } from "node:url";
    const require = createRequire(${base});
    const resolve = (name) => pathToFileURL(require.resolve(name)).href;
    ${code}`;
  const args = ["--input-type=module", "-e", script];
  const result = await runProcess(process.execPath, args, { timeoutMs: PROBE_TIMEOUT_MS });
  if (result.exitCode === 0) return ok(check, result.stdout.trim());
  const reason = /^\w*Error: (.*)$/m.exec(result.stderr)?.[1];
  const died = result.isTimedOut ? "did not answer" : (result.signal ?? `exit ${result.exitCode}`);
  const message = `the native module does not load: ${reason ?? died}`;
  return { check, status: "fail", message, fix };
}

/** A module with one `v128.const`: valid only where WebAssembly has SIMD. */
const SIMD_MODULE = Uint8Array.from([
  0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 22, 1, 20, 0, 253, 12, 0, 0,
  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 11,
]);

/** Not in the type library this project compiles against. */
interface WasmHost {
  WebAssembly?: { validate(bytes: Uint8Array): boolean };
}

function checkWasm(): CheckResult {
  if ((globalThis as WasmHost).WebAssembly?.validate(SIMD_MODULE))
    return ok("wasm", "WebAssembly with vector instructions (SIMD)");
  const fix = "use a CPU with SSE4.1 or NEON for full speed";
  return { check: "wasm", status: "warn", message: "WebAssembly without SIMD: slower", fix };
}

function readConfig(context: CommandContext): { config: Config | null; results: CheckResult[] } {
  const { env, cwd } = context.io;
  try {
    const config = loadConfig({ cwd, env, profile: context.globals.profile });
    const profile = config.profile === null ? "" : `, profile ${config.profile}`;
    const results: CheckResult[] = [
      ok("config", `${config.file ?? "no batuta.toml here or above: defaults"}${profile}`),
    ];
    for (const message of config.warnings) {
      results.push({ check: "config", status: "warn", message, fix: "correct or remove the key" });
    }
    return { config, results };
  } catch (error) {
    return { config: null, results: [failure("config", error)] };
  }
}

function failure(check: string, error: unknown): CheckResult {
  const known = error instanceof SovereignError ? error : null;
  const message = error instanceof Error ? error.message : String(error);
  return { check, status: "fail", message, fix: known?.hint ?? null };
}

function checkStore(config: Config): CheckResult {
  const store = openStore({ path: config.storePath, mode: "read" });
  try {
    if (!store.exists()) return checkFolder("store", config.storePath, "made at the first write");
    const problems = store.quickCheck();
    if (problems.length > 0) {
      return {
        check: "store",
        status: "fail",
        message: problems[0]!,
        fix: "restore the file from a copy",
      };
    }
    return checkFolder("store", config.storePath, `version ${store.schemaVersion()}, sound`);
  } catch (error) {
    return failure("store", error);
  } finally {
    store.close();
  }
}

/** Whether `path`, or the nearest folder above it that exists, can be written, with what space. */
function checkFolder(check: string, path: string, about = ""): CheckResult {
  // A file that is there is written through its folder too: journals stand beside it.
  let folder = check === "store" ? dirname(path) : path;
  while (!existsSync(folder)) folder = dirname(folder);
  if (!statSync(folder).isDirectory()) {
    const fix = "move the file away, or set SOVEREIGN_HOME or `[lake] root`";
    return { check, status: "fail", message: `${folder} is a file, not a folder`, fix };
  }
  try {
    accessSync(folder, constants.W_OK);
  } catch {
    const fix = "change its permissions, or set SOVEREIGN_HOME or `[lake] root`";
    return { check, status: "fail", message: `cannot write to ${folder}`, fix };
  }
  const { bavail, bsize } = statfsSync(folder);
  const freeBytes = bavail * bsize;
  const space = `${(freeBytes / 1e9).toFixed(1)} GB free`;
  const message = [path, about, space].filter((part) => part !== "").join(", ");
  if (freeBytes >= LOW_SPACE_BYTES) return ok(check, message);
  return { check, status: "warn", message, fix: "free some disk space" };
}

function checkTier(config: Config): CheckResult {
  const { tier, allowedEndpoints, privateEndpoints } = config.privacy;
  const extra = tier === "private" ? privateEndpoints : [];
  const reach = tier === "standard" ? ["any host"] : [...allowedEndpoints, ...extra];
  const only = reach.length === 0 ? " only" : "";
  const message = `tier ${tier}: may connect to ${["this machine", ...reach].join(", ")}${only}`;
  if (tier !== "standard") return ok("privacy", message);
  return { check: "privacy", status: "warn", message, fix: "set `[privacy] tier` to restrict it" };
}

function checkTerminal(context: CommandContext): CheckResult {
  const { stdout, env } = context.io;
  const { isUnicode, editor } = readTerminalEnvironment(env);
  const size = stdout.isTTY ? `${stdout.columns}x${stdout.rows}` : "no terminal";
  const colour = context.style.enabled ? "colour" : "no colour";
  const text = isUnicode ? "unicode" : "ascii";
  return ok("terminal", [size, colour, text, editor ?? "no EDITOR set"].join(", "));
}

async function checkGit(): Promise<CheckResult> {
  const fix = "install git; only hooks and provenance need it";
  try {
    const result = await runProcess("git", ["--version"], { timeoutMs: PROBE_TIMEOUT_MS });
    if (result.exitCode === 0) return ok("git", result.stdout.trim().replace("git version ", ""));
    return { check: "git", status: "warn", message: "does not run", fix };
  } catch {
    return { check: "git", status: "warn", message: "not found", fix };
  }
}
