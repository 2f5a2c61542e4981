/**
 * Configuration with the origin of every value: flag, then environment, then `batuta.toml` (the
 * chosen profile's tables over the base tables), then default. The folder of `batuta.toml` is the
 * project root; without one the working directory is. Reads only; creates nothing.
 */
import { readFileSync, statSync } from "node:fs";
import { dirname, isAbsolute, join, resolve } from "node:path";

import { parse, TomlError } from "smol-toml";

import { SovereignError } from "../errors.ts";
import { suggestName } from "../suggest.ts";
import type { Environment } from "./environment.ts";
import { locateTomlValues, type TomlPosition } from "./locate.ts";
import {
  CONFIG_KEYS,
  type ConfigKey,
  type ConfigValue,
  environmentName,
  type PrivacyTierName,
} from "./schema.ts";
import {
  type ConfigFile,
  checkTopLevel,
  findPosition,
  findUnknownKeys,
  getNode,
} from "./tables.ts";
import { describeType, valueFromText, valueFromToml } from "./value.ts";

export type ConfigOrigin =
  | { kind: "flag"; name: string }
  | { kind: "env"; name: string }
  | { kind: "file"; path: string; line: number; column: number; profile: string | null }
  | { kind: "default" };

export interface ConfigEntry {
  key: string;
  value: ConfigValue;
  origin: ConfigOrigin;
}

export interface Config {
  /** Absolute; where `batuta.toml` is, else the working directory. */
  projectRoot: string;
  /** Absolute path of `batuta.toml`, or null when there is none. */
  file: string | null;
  /** Folder of the metadata store; not created by loading. */
  home: string;
  storePath: string;
  profile: string | null;
  project: { name: string | null; description: string | null };
  privacy: {
    tier: PrivacyTierName;
    allowedEndpoints: readonly string[];
    privateEndpoints: readonly string[];
  };
  lake: {
    root: string;
    memoryLimit: string | null;
    threads: number | null;
    deletionVectors: boolean;
  };
  /** Every key of the schema in its order. */
  entries: readonly ConfigEntry[];
  /** One line each, lower case, with file and line: unknown keys. */
  warnings: readonly string[];
}

export interface LoadConfigOptions {
  cwd: string;
  env: Environment;
  /** Values of command-line flags by configuration key, with the flag's name for messages. */
  flags?: Readonly<Record<string, { name: string; value: string }>>;
  /** From `--profile`. */
  profile?: string | undefined;
}

export const CONFIG_FILE_NAME = "batuta.toml";

/** Finds and reads the configuration; what is wrong in it is named with file, line and column. */
export function loadConfig(options: LoadConfigOptions): Config {
  const { cwd, env } = options;
  const path = findConfigFile(cwd, env);
  const file = path === null ? null : readConfigFile(path);
  const projectRoot = path === null ? resolve(cwd) : dirname(path);
  const home = env.SOVEREIGN_HOME
    ? resolve(cwd, env.SOVEREIGN_HOME)
    : join(projectRoot, ".sovereign");
  const formWarnings = file === null ? [] : checkTopLevel(file);
  const profile = chooseProfile(options, file);
  const entries = CONFIG_KEYS.map((key) =>
    resolveEntry(key, { options, file, profile, projectRoot, home }),
  );
  const get = (key: string): ConfigValue =>
    entries.find((entry) => entry.key === key)?.value ?? null;
  return {
    projectRoot,
    file: path,
    home,
    storePath: join(home, "store.db"),
    profile,
    project: {
      name: get("project.name") as string | null,
      description: get("project.description") as string | null,
    },
    privacy: {
      tier: get("privacy.tier") as PrivacyTierName,
      allowedEndpoints: get("privacy.allowed_endpoints") as readonly string[],
      privateEndpoints: get("privacy.private_endpoints") as readonly string[],
    },
    lake: {
      root: get("lake.root") as string,
      memoryLimit: get("lake.memory_limit") as string | null,
      threads: get("lake.threads") as number | null,
      deletionVectors: get("lake.deletion_vectors") as boolean,
    },
    entries,
    warnings: file === null ? [] : [...formWarnings, ...findUnknownKeys(file)],
  };
}

/** How `config show --origin` names an origin. */
export function formatOrigin(origin: ConfigOrigin): string {
  switch (origin.kind) {
    case "flag":
    case "env":
      return origin.name;
    case "file":
      return `${origin.path}:${origin.line}`;
    case "default":
      return "default";
  }
}

/** The `batuta.toml` in force: that of SOVEREIGN_CONFIG, else the nearest upward; null for none. */
export function findConfigFile(cwd: string, env: Environment): string | null {
  if (env.SOVEREIGN_CONFIG) {
    const path = resolve(cwd, env.SOVEREIGN_CONFIG);
    if (isFile(path)) return path;
    throw new SovereignError("INVALID_PARAMETER_VALUE", `no configuration file at \`${path}\``, {
      hint: `unset SOVEREIGN_CONFIG or point it to a \`${CONFIG_FILE_NAME}\``,
    });
  }
  return upwardFiles(cwd).find(isFile) ?? null;
}

export interface ConfigCandidate {
  path: string;
  status: "read" | "absent";
}

/** The places looked at for a configuration, in that order, up to the one that is read. */
export function listConfigFiles(cwd: string, env: Environment): ConfigCandidate[] {
  const paths = env.SOVEREIGN_CONFIG ? [resolve(cwd, env.SOVEREIGN_CONFIG)] : upwardFiles(cwd);
  const found = paths.findIndex(isFile);
  const looked = found < 0 ? paths : paths.slice(0, found + 1);
  return looked.map((path, i) => ({ path, status: i === found ? "read" : "absent" }));
}

/** `batuta.toml` of the folder and of each one above it. */
function upwardFiles(cwd: string): string[] {
  const paths: string[] = [];
  for (let folder = resolve(cwd); ; folder = dirname(folder)) {
    paths.push(join(folder, CONFIG_FILE_NAME));
    if (dirname(folder) === folder) return paths;
  }
}

function isFile(path: string): boolean {
  return isAbsolute(path) && (statSync(path, { throwIfNoEntry: false })?.isFile() ?? false);
}

function readConfigFile(path: string): ConfigFile {
  const text = readText(path);
  try {
    return {
      path,
      root: parse(text, { integersAsBigInt: "asNeeded" }),
      positions: locateTomlValues(text),
    };
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    const reason = (error.message.split("\n")[0] ?? "").replace(/^Invalid TOML document: /, "");
    throw new SovereignError(
      "INVALID_PARAMETER_VALUE",
      `${path}:${error.line}:${error.column}: ${reason}`,
      {
        hint: `correct the TOML syntax in line ${error.line}`,
        details: { file: path, line: error.line, column: error.column },
        cause: error,
      },
    );
  }
}

function readText(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (cause) {
    throw new SovereignError("PERMISSION_DENIED", `cannot read \`${path}\``, {
      hint: "give yourself read permission on the file",
      cause,
    });
  }
}

function chooseProfile(options: LoadConfigOptions, file: ConfigFile | null): string | null {
  const fromFile = file === null ? undefined : getNode(file.root, "default_profile");
  const name = options.profile ?? (options.env.SOVEREIGN_PROFILE || fromFile);
  if (name === undefined || name === "") return null;
  const profiles = file === null ? undefined : getNode(file.root, "profile");
  const known = typeof profiles === "object" && profiles !== null ? Object.keys(profiles) : [];
  if (typeof name === "string" && known.includes(name)) return name;
  const near = suggestName(String(name), known);
  const list = known.length === 0 ? "no profile is defined" : `profiles: ${known.join(", ")}`;
  throw new SovereignError("INVALID_PARAMETER_VALUE", `unknown profile \`${String(name)}\``, {
    hint:
      near === null
        ? `${list}; add a table \`[profile.${String(name)}.lake]\` to ${CONFIG_FILE_NAME}`
        : `did you mean \`${near}\`?`,
  });
}

interface Sources {
  options: LoadConfigOptions;
  file: ConfigFile | null;
  profile: string | null;
  projectRoot: string;
  home: string;
}

function resolveEntry(key: ConfigKey, sources: Sources): ConfigEntry {
  const { options, file, profile, projectRoot } = sources;
  const flag = options.flags?.[key.key];
  if (flag !== undefined) {
    const value = valueFromText(key, flag.value, options.cwd);
    if (value === undefined) throw wrongText(key, `\`${flag.name}\``, flag.value);
    return { key: key.key, value, origin: { kind: "flag", name: flag.name } };
  }
  const name = environmentName(key.key);
  const text = options.env[name];
  if (text !== undefined && text !== "") {
    const value = valueFromText(key, text, options.cwd);
    if (value === undefined) throw wrongText(key, `environment variable \`${name}\``, text);
    return { key: key.key, value, origin: { kind: "env", name } };
  }
  for (const scope of profile === null ? [null] : [profile, null]) {
    const path = scope === null ? key.key : `profile.${scope}.${key.key}`;
    const node = file === null ? undefined : getNode(file.root, path);
    if (file === null || node === undefined) continue;
    const position = findPosition(file, path);
    const value = valueFromToml(key, node, projectRoot);
    if (value === undefined) throw wrongNode(key, { path: file.path, position, node });
    const origin = { kind: "file" as const, path: file.path, ...position, profile: scope };
    return { key: key.key, value, origin };
  }
  const isPath = key.type === "path" && typeof key.default === "string";
  const value = isPath ? join(sources.home, key.default as string) : key.default;
  return { key: key.key, value, origin: { kind: "default" } };
}

function wrongText(key: ConfigKey, where: string, text: string): SovereignError {
  return new SovereignError(
    "INVALID_PARAMETER_VALUE",
    `${where}: \`${key.key}\` must be ${describeType(key)}, not \`${text}\``,
    { hint: suggestValue(key, text) },
  );
}

function wrongNode(
  key: ConfigKey,
  found: { path: string; position: TomlPosition; node: unknown },
): SovereignError {
  const { path, position, node } = found;
  const where = `${path}:${position.line}:${position.column}`;
  const shown = JSON.stringify(node, (_, value) =>
    typeof value === "bigint" ? value.toString() : value,
  );
  return new SovereignError(
    "INVALID_PARAMETER_VALUE",
    `${where}: \`${key.key}\` must be ${describeType(key)}, not \`${shown}\``,
    { hint: suggestValue(key, String(node)), details: { file: path, ...position } },
  );
}

function suggestValue(key: ConfigKey, text: string): string {
  const near = suggestName(text, key.choices ?? []);
  return near === null ? `set \`${key.key}\` to ${describeType(key)}` : `did you mean \`${near}\`?`;
}
