/** No thread starts without the egress guard: nothing in the sources can make one past it. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { expect, test } from "vitest";

const SRC = fileURLToPath(new URL("../../../src", import.meta.url));

const files = readdirSync(SRC, { recursive: true, encoding: "utf8" })
  .filter((name) => /\.(ts|tsx|mjs)$/.test(name))
  .map((name) => ({ name, text: readFileSync(join(SRC, name), "utf8") }));

test("only core/privacy names the Worker class of node:worker_threads", () => {
  const naming = files
    .filter(({ text }) => /\bworker_threads\b/.test(text))
    .filter(({ text }) => /\bnew (\w+\.)?\w*Worker\(|\bworkerThreads\.Worker\b/.test(text))
    .map(({ name }) => name);
  expect(naming).toEqual(["core/privacy/guard-workers.ts"]);
  const callers = files.filter(({ text }) => text.includes("createUnguardedWorker("));
  expect(callers.map(({ name }) => name).sort()).toEqual([
    "core/privacy/guard-workers.ts",
    "core/privacy/worker.ts",
  ]);
});

test("worker entries are started by startWorker, never by their own bootstrap", () => {
  for (const { name, text } of files.filter((file) => file.name.endsWith(".worker.ts"))) {
    const isBootstrap = name === "core/privacy/privacy-bootstrap.worker.ts";
    const installs = /installEgressGuard\(/.test(text);
    expect({ name, installs }).toEqual({ name, installs: isBootstrap });
  }
});

test("the bootstrap installs the guard before it imports anything of the entry's", () => {
  const text = readFileSync(join(SRC, "core/privacy/privacy-bootstrap.worker.ts"), "utf8");
  const imports = [...text.matchAll(/^import (?!type)[^;]*from "([^"]+)"/gm)].map((m) => m[1]);
  expect(imports).toEqual(["node:module", "node:worker_threads", "./guard.ts"]);
  expect(text.indexOf("installEgressGuard(")).toBeLessThan(text.indexOf("await import("));
});
