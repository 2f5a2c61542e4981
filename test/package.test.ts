/** What is published, and what `npm ci` will do with it. */
import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { REPOSITORY } from "./source-tree.ts";

interface Manifest {
  name: string;
  version: string;
  license: string;
  type: string;
  bin: Record<string, string>;
  files: string[];
  engines: { node: string };
  exports: Record<string, unknown>;
  scripts: Record<string, string>;
  allowScripts: Record<string, boolean>;
  dependencies: Record<string, string>;
  devDependencies: Record<string, string>;
}

interface LockFile {
  packages: Record<string, { resolved?: string; hasInstallScript?: boolean; version?: string }>;
}

const readJson = <T>(name: string): T =>
  JSON.parse(readFileSync(join(REPOSITORY, name), "utf8")) as T;
const manifest = readJson<Manifest>("package.json");
const lock = readJson<LockFile>("package-lock.json");

test("name, licence, engines and entry points", () => {
  expect(manifest.name).toMatch(/^@[a-z-]+\/sovereign$/);
  expect(manifest.license).toBe("Apache-2.0");
  expect(manifest.type).toBe("module");
  expect(manifest.engines.node).toBe(">=20.19");
  expect(manifest.bin).toEqual({ sovereign: "bin/sovereign.js" });
  expect(Object.keys(manifest.exports)).toEqual([".", "./package.json"]);
});

test("every version is exact, and the pins that matter on Node 20 hold", () => {
  const versions = { ...manifest.dependencies, ...manifest.devDependencies };
  const loose = Object.entries(versions).filter(([, version]) => !/^\d+\.\d+\.\d+/.test(version));
  expect(loose).toEqual([]);
  expect(manifest.dependencies["better-sqlite3"]).toBe("12.11.1");
  expect(manifest.dependencies.commander).toMatch(/^14\./);
  expect(manifest.devDependencies.vitest).toMatch(/^4\.1\./);
});

test("the lock file names no host and says the same versions", () => {
  const entries = Object.entries(lock.packages);
  expect(entries.filter(([, { resolved }]) => resolved !== undefined)).toEqual([]);
  for (const [name, version] of Object.entries(manifest.dependencies)) {
    expect(lock.packages[`node_modules/${name}`]?.version, name).toBe(version);
  }
});

test("every package with an install script is allowed or denied by name", () => {
  const named = Object.keys(manifest.allowScripts).map((key) => key.replace(/(?<=.)@.*$/, ""));
  const scripted = Object.entries(lock.packages)
    .filter(([, { hasInstallScript }]) => hasInstallScript)
    .map(([path]) => path.replace(/^.*node_modules\//, ""));
  expect(scripted.filter((name) => !named.includes(name))).toEqual([]);
});

test("the scripts of the house are there", () => {
  const wanted = ["start", "test", "bench", "conformance", "test:interop", "test:long", "format"];
  const names = Object.keys(manifest.scripts);
  expect(
    [...wanted, "lint", "typecheck", "build", "prepare"].filter((s) => !names.includes(s)),
  ).toEqual([]);
});

test("what is published exists, and the program may be executed", () => {
  const missing = manifest.files.filter((name) => !existsSync(join(REPOSITORY, name)));
  expect(missing).toEqual([]);
  for (const name of ["bin", "dist", "README.md", "CHANGELOG.md", "LICENSE"]) {
    expect(manifest.files).toContain(name);
  }
  expect(statSync(join(REPOSITORY, "bin/sovereign.js")).mode & 0o111).not.toBe(0);
});

test("bin imports nothing before its version check", () => {
  const text = readFileSync(join(REPOSITORY, "bin/sovereign.js"), "utf8");
  expect(text).toMatch(/^#!\/usr\/bin\/env node\n/);
  expect(text.match(/^import\b/gm)).toBeNull();
});
