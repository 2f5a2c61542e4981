import { mkdirSync, mkdtempSync, realpathSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { beforeEach, describe, expect, test } from "vitest";

import {
  CONFIG_KEYS,
  environmentName,
  formatOrigin,
  listConfigFiles,
  loadConfig,
} from "../../../src/core/config/index.ts";
import { SovereignError } from "../../../src/core/errors.ts";

let root: string;
beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), "config-")));
});

const write = (text: string): string => {
  const path = join(root, "batuta.toml");
  writeFileSync(path, text);
  return path;
};

const failure = (run: () => unknown): SovereignError => {
  try {
    run();
  } catch (error) {
    if (error instanceof SovereignError) return error;
    throw error;
  }
  throw new Error("did not throw");
};

describe("precedence", () => {
  test("flag, environment, profile, file, default", () => {
    const file = write(
      [
        "[lake]",
        'root = "base"',
        'memory_limit = "1GB"',
        "threads = 2",
        "[profile.big.lake]",
        'memory_limit = "8GB"',
      ].join("\n"),
    );
    const inner = join(root, "a", "b");
    mkdirSync(inner, { recursive: true });
    const config = loadConfig({
      cwd: inner,
      env: { SOVEREIGN_LAKE_THREADS: "3", SOVEREIGN_LAKE_DELETION_VECTORS: "False" },
      flags: { "privacy.tier": { name: "--tier", value: "private" } },
      profile: "big",
    });
    expect(config.projectRoot).toBe(root);
    expect(config.lake).toEqual({
      root: join(root, "base"),
      memoryLimit: "8GB",
      threads: 3,
      deletionVectors: false,
    });
    const origins = Object.fromEntries(
      config.entries.map((entry) => [entry.key, formatOrigin(entry.origin)]),
    );
    expect(origins).toMatchObject({
      "project.name": "default",
      "privacy.tier": "--tier",
      "lake.root": `${file}:2`,
      "lake.memory_limit": `${file}:6`,
      "lake.threads": "SOVEREIGN_LAKE_THREADS",
    });
  });

  test("profile from SOVEREIGN_PROFILE before default_profile", () => {
    write('default_profile = "a"\n[profile.a.lake]\nthreads = 1\n[profile.b.lake]\nthreads = 2\n');
    expect(loadConfig({ cwd: root, env: {} }).lake.threads).toBe(1);
    expect(loadConfig({ cwd: root, env: { SOVEREIGN_PROFILE: "b" } }).lake.threads).toBe(2);
  });

  test("without a file everything is default and the working directory is the project", () => {
    const config = loadConfig({ cwd: root, env: {} });
    expect(config).toMatchObject({
      projectRoot: root,
      file: null,
      home: join(root, ".sovereign"),
      storePath: join(root, ".sovereign", "store.db"),
      lake: { root: join(root, ".sovereign", "lake"), memoryLimit: null, threads: null },
      privacy: { tier: "sovereign", allowedEndpoints: [] },
    });
  });

  test("SOVEREIGN_HOME moves store and lake, relative to the working directory", () => {
    const config = loadConfig({ cwd: root, env: { SOVEREIGN_HOME: "elsewhere" } });
    expect(config.storePath).toBe(join(root, "elsewhere", "store.db"));
    expect(config.lake.root).toBe(join(root, "elsewhere", "lake"));
  });

  test("SOVEREIGN_CONFIG names the file", () => {
    const path = write("[lake]\nthreads = 5\n");
    const cwd = realpathSync(tmpdir());
    expect(loadConfig({ cwd, env: { SOVEREIGN_CONFIG: path } }).lake.threads).toBe(5);
    const error = failure(() => loadConfig({ cwd: root, env: { SOVEREIGN_CONFIG: "no.toml" } }));
    expect(error).toMatchObject({ exitCode: 2 });
  });
});

describe("refusals name file, line and column", () => {
  test.each([
    ['[lake]\nthreads = "four"', 2, 11, "lake.threads"],
    ["[lake]\n\nmemory_limit = 4", 3, 16, "a size such as"],
    ['lake.deletion_vectors = "no"', 1, 25, "`true` or `false`"],
    ['[privacy]\ntier = "sovreign"', 2, 8, "privacy.tier"],
    ['[privacy]\nallowed_endpoints = [\n  "a",\n  4,\n]', 2, 21, "a list of strings"],
    ["lake.threads = 0", 1, 16, "at least 1"],
    ["lake = { threads = [1] }", 1, 8, "lake.threads"],
    ["lake = 4", 1, 8, "must be a table"],
    ["[profile.a.lake]\nthreads = 1.5", 2, 11, "lake.threads"],
  ])("%j", (text, line, column, word) => {
    const path = write(text);
    const profile = text.includes("profile") ? "a" : undefined;
    const error = failure(() => loadConfig({ cwd: root, env: {}, profile }));
    expect(error.message).toContain(`${path}:${line}:${column}`);
    expect(error.message).toContain(word);
    expect(error).toMatchObject({ exitCode: 2, details: { line, column } });
    expect(error.hint).toBeTruthy();
  });

  test("syntax errors", () => {
    const path = write("[lake]\nroot = \n");
    const error = failure(() => loadConfig({ cwd: root, env: {} }));
    expect(error.message).toContain(`${path}:2:`);
    expect(error.exitCode).toBe(2);
  });

  test("a near miss gets a suggestion", () => {
    write('[privacy]\ntier = "sovreign"\n[profile.prod.lake]\n');
    expect(failure(() => loadConfig({ cwd: root, env: {} })).hint).toContain("`sovereign`");
    const error = failure(() => loadConfig({ cwd: root, env: {}, profile: "prd" }));
    expect(error.hint).toContain("`prod`");
  });

  test("environment and flags", () => {
    const env = { SOVEREIGN_LAKE_THREADS: "many" };
    expect(failure(() => loadConfig({ cwd: root, env })).message).toContain(
      "SOVEREIGN_LAKE_THREADS",
    );
  });
});

test("a form of the file that is not known warns; above all tables stand only texts", () => {
  const path = write('version = "2.0"\n');
  expect(loadConfig({ cwd: root, env: {} }).warnings).toEqual([
    `${path}:1: \`version\` "2.0" is not known; this program reads "1.0"`,
  ]);
  write('version = "1.0"\n');
  expect(loadConfig({ cwd: root, env: {} }).warnings).toEqual([]);
  write("\nversion = 1.0\n");
  expect(failure(() => loadConfig({ cwd: root, env: {} }))).toMatchObject({
    message: `${path}:2:11: \`version\` must be a string`,
    hint: 'write `version = "1.0"`',
  });
  write("default_profile = 3\n");
  expect(failure(() => loadConfig({ cwd: root, env: {} })).message).toContain("must be a string");
  write('profile = "ci"\n');
  expect(failure(() => loadConfig({ cwd: root, env: {} })).message).toContain("must be a table");
});

test("a key in the wrong table is told its place", () => {
  const path = write(
    'tier = "private"\n[project]\nmemory_limit = "1GB"\n[profile.a.lake]\ntier = "private"\n',
  );
  expect(loadConfig({ cwd: root, env: {} }).warnings).toEqual([
    `${path}:1: unknown key \`tier\`; did you mean \`privacy.tier\`?`,
    `${path}:3: unknown key \`project.memory_limit\`; did you mean \`lake.memory_limit\`?`,
    `${path}:5: unknown key \`profile.a.lake.tier\`; did you mean \`profile.a.privacy.tier\`?`,
  ]);
});

test("the files looked at: named, then upward; one is read", () => {
  const inner = join(root, "a");
  mkdirSync(inner);
  const path = write("");
  const looked = (env: Record<string, string>) =>
    listConfigFiles(inner, env).filter(({ path: p }) => p.startsWith(root));
  const nearest = { path: join(inner, "batuta.toml"), status: "absent" };
  expect(looked({})).toEqual([nearest, { path, status: "read" }]);
  const named = { path: join(inner, "other.toml"), status: "absent" };
  expect(looked({ SOVEREIGN_CONFIG: "other.toml" })).toEqual([named]);
});

test("unknown keys warn with line and suggestion, foreign tables do not", () => {
  const path = write(
    [
      'version = "1.0"',
      "[project]",
      'name = "x"',
      'authors = ["a"]',
      "[source]",
      'path = "."',
      "[lake]",
      'rot = "x"',
      "[laek]",
      "threads = 1",
      "[profile.a.lake]",
      "thread = 1",
    ].join("\n"),
  );
  expect(loadConfig({ cwd: root, env: {} }).warnings).toEqual([
    `${path}:8: unknown key \`lake.rot\`; did you mean \`lake.root\`?`,
    `${path}:9: unknown key \`laek\`; did you mean \`lake\`?`,
    `${path}:12: unknown key \`profile.a.lake.thread\`; did you mean \`profile.a.lake.threads\`?`,
  ]);
});

test("positions survive comments, quotes and multi-line values", () => {
  const path = write(
    [
      "# [lake] root = 1",
      '"project" . name = """a',
      '[lake] = "quoted"',
      '"""',
      "privacy.allowed_endpoints = [ # ]",
      '  "a#b", "]",',
      "]",
      "[ lake ] # threads = 9",
      "'threads' = 'x'",
    ].join("\n"),
  );
  expect(failure(() => loadConfig({ cwd: root, env: {} })).message).toContain(`${path}:9:13`);
});

test("environment names are mechanical and keys unique", () => {
  expect(environmentName("privacy.allowed_endpoints")).toBe("SOVEREIGN_PRIVACY_ALLOWED_ENDPOINTS");
  const keys = CONFIG_KEYS.map((key) => key.key);
  expect(new Set(keys).size).toBe(keys.length);
});
