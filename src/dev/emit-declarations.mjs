/**
 * Declarations of the library, for a consumer of any settings: relative imports are rewritten to
 * what it resolves, declarations the library does not reach are left out, and what they need of
 * TypeScript's own is named. `test/library-package.test.ts` checks that no package is needed.
 * As a program: `node src/dev/emit-declarations.mjs FOLDER`.
 */
import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..", "..");
const RELATIVE_IMPORT = /(?:from|import\(|import) ?"(\.{1,2}\/[^"]*)\.ts"/g;
/** `await using` is younger than the ES2022 and ES2023 that consumers may ask for. */
const LEAD = '/// <reference lib="esnext.disposable" />\n';

/** Writes the declarations of `src/index.ts` into a fresh folder. */
export function emitDeclarations(outDir) {
  rmSync(outDir, { recursive: true, force: true });
  compile(outDir);
  const entry = join(outDir, "index.d.ts");
  const reached = new Set();
  const reach = (path) => {
    if (reached.has(path)) return;
    reached.add(path);
    const text = readFileSync(path, "utf8");
    for (const [, target] of text.matchAll(RELATIVE_IMPORT)) {
      reach(join(dirname(path), `${target}.d.ts`));
    }
    const rewritten = text.replace(RELATIVE_IMPORT, (all) => all.replace(/ts"$/, 'js"'));
    writeFileSync(path, path === entry ? LEAD + rewritten : rewritten);
  };
  reach(entry);
  for (const name of readdirSync(outDir, { recursive: true, encoding: "utf8" })) {
    const path = join(outDir, name);
    if (name.endsWith(".d.ts") && !reached.has(path)) rmSync(path);
  }
}

function compile(outDir) {
  const manifest = createRequire(import.meta.url).resolve("typescript/package.json");
  const tsc = join(dirname(manifest), "bin", "tsc");
  mkdirSync(join(root, "dist"), { recursive: true });
  const config = join(root, "dist", `tsconfig.types.${process.pid}.json`);
  const compilerOptions = {
    noEmit: false,
    declaration: true,
    emitDeclarationOnly: true,
    rootDir: "../src",
    outDir: resolve(outDir),
    stripInternal: true,
  };
  const settings = { extends: "../tsconfig.json", compilerOptions, files: ["../src/index.ts"] };
  writeFileSync(config, JSON.stringify({ ...settings, include: [] }));
  const run = spawnSync(process.execPath, [tsc, "-p", config], { cwd: root, encoding: "utf8" });
  rmSync(config);
  if (run.status === 0) return;
  process.stderr.write(run.stdout + run.stderr);
  throw new Error("the library's declarations do not type-check");
}

if (process.argv[1] === fileURLToPath(import.meta.url)) emitDeclarations(process.argv[2]);
