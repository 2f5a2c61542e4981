/**
 * Builds `dist/`: the command line (`dist/cli`, every package but the natives bundled, because a
 * bundle starts in a third of the time), the library (`dist/lib`, packages left to the installer)
 * and its declarations (`dist/types`). Run by `npm run build` and, through `prepare`, by `npm ci`.
 *
 * Every `*.worker.ts` becomes an entry beside the code that starts it: outputs are flat, so
 * `new URL("./name.worker.js", import.meta.url)` holds from any chunk.
 */
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { buildKernels } from "./build-kernels.mjs";
import { emitDeclarations } from "./emit-declarations.mjs";
import { mergeChunks } from "./merge-chunks.mjs";

const root = join(dirname(fileURLToPath(import.meta.url)), "..", "..");
/** Native code, and packages that find files of their own relative to themselves. */
const NATIVES = ["@duckdb/node-bindings", "parquet-wasm"];

/**
 * `import("@duckdb/node-api")` of a bundled CommonJS package yields only a default export; this puts
 * a module with its names in between. Bundling its two hundred files halves the first query's time.
 */
const duckdbByName = {
  name: "duckdb-by-name",
  setup(setup) {
    setup.onResolve({ filter: /^@duckdb\/node-api$/ }, ({ kind }) =>
      kind === "dynamic-import" ? { path: "@duckdb/node-api", namespace: "by-name" } : undefined,
    );
    setup.onLoad({ filter: /.*/, namespace: "by-name" }, ({ path }) => {
      const names = Object.keys(createRequire(import.meta.url)(path));
      const contents = `import * as all from "${path}"; export const { ${names.join(", ")} } = all;`;
      return { contents, resolveDir: root };
    });
  },
};

const sources = readdirSync(join(root, "src"), { recursive: true, encoding: "utf8" });
const workers = sources
  .filter((name) => name.endsWith(".worker.ts"))
  .sort()
  .map((name) => join(root, "src", name));

const shared = {
  absWorkingDir: root,
  bundle: true,
  format: "esm",
  platform: "node",
  target: "node20.19",
  splitting: true,
  metafile: true,
  legalComments: "none",
  entryNames: "[name]",
  chunkNames: "[name]-[hash]",
  define: { "process.env.NODE_ENV": '"production"' },
  logLevel: "warning",
};

/** Bundles into a fresh folder and swaps it in, so that a running command never sees half of one. */
async function bundle(name, options) {
  const target = join(root, "dist", name);
  const fresh = `${target}.${process.pid}`;
  const { joinChunks, ...settings } = options;
  const result = await build({ ...shared, ...settings, outdir: fresh });
  if (joinChunks) await mergeChunks(fresh, result.metafile);
  mkdirSync(join(root, "dist"), { recursive: true });
  const old = `${fresh}.old`;
  if (existsSync(target)) renameSync(target, old);
  renameSync(fresh, target);
  rmSync(old, { recursive: true, force: true });
  const meta = JSON.stringify(result.metafile).replaceAll(`${name}.${process.pid}`, name);
  writeFileSync(join(root, "dist", `${name}.meta.json`), meta);
}

await buildKernels();
await bundle("cli", {
  entryPoints: [join(root, "src/cli/main.ts"), ...workers],
  external: NATIVES,
  plugins: [duckdbByName],
  minify: true,
  joinChunks: true,
  banner: {
    js: 'import{createRequire as $cr}from"node:module";const require=$cr(import.meta.url);',
  },
});
if (existsSync(join(root, "src/index.ts"))) {
  await bundle("lib", {
    entryPoints: [join(root, "src/index.ts"), ...workers],
    packages: "external",
  });
  if (!process.argv.includes("--no-types")) emitDeclarations(join(root, "dist", "types"));
}
