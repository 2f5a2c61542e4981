/**
 * Runs a TypeScript script of the checkout: `node src/dev/run-ts.mjs test/bench/cli-start.ts …`.
 * A name under a folder is enough with `--in`: `run-ts.mjs --in test/bench cli-start`; without a
 * name it lists what there is. Bundles into an ignored folder, packages left where they are.
 */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "esbuild";

const args = process.argv.slice(2);
const folder = args[0] === "--in" ? args.splice(0, 2)[1] : undefined;

/** `import.meta.url` of a source stays the source's own, so that it finds files beside it. */
const keepOwnUrl = {
  name: "keep-own-url",
  setup(setup) {
    setup.onLoad({ filter: /[\\/](src|test)[\\/].*\.ts$/ }, ({ path }) => {
      const text = readFileSync(path, "utf8");
      const url = JSON.stringify(pathToFileURL(path).href);
      return { contents: text.replaceAll("import.meta.url", url), loader: "ts" };
    });
  },
};

async function runScript(path, scriptArgs) {
  const cache = resolve("node_modules/.cache/sovereign");
  mkdirSync(cache, { recursive: true });
  const out = mkdtempSync(join(cache, "run-"));
  try {
    await build({
      entryPoints: [path],
      outdir: out,
      outExtension: { ".js": ".mjs" },
      bundle: true,
      format: "esm",
      platform: "node",
      target: "node20.19",
      packages: "external",
      splitting: true,
      sourcemap: "inline",
      logLevel: "warning",
      plugins: [keepOwnUrl],
    });
    process.argv = [process.argv[0], path, ...scriptArgs];
    await import(pathToFileURL(join(out, `${basename(path, ".ts")}.mjs`)).href);
  } finally {
    process.once("exit", () => rmSync(out, { recursive: true, force: true }));
  }
}

function listScripts(from) {
  return readdirSync(from)
    .filter((name) => name.endsWith(".ts") && !name.endsWith(".test.ts"))
    .map((name) => name.slice(0, -3))
    .sort();
}

if (folder === undefined) {
  await runScript(resolve(args[0]), args.slice(1));
} else {
  const names = args.filter((arg) => !arg.startsWith("-"));
  const known = existsSync(folder) ? listScripts(folder) : [];
  const unknown = names.filter((name) => !known.includes(name));
  if (names.length === 0 || unknown.length > 0) {
    for (const name of unknown)
      process.stderr.write(`error: there is no \`${name}\` in ${folder}\n`);
    process.stderr.write(`usage: <name> ...   one of: ${known.join(", ")}\n`);
    process.exitCode = 2;
  } else {
    const flags = args.filter((arg) => arg.startsWith("-"));
    for (const name of names) await runScript(resolve(folder, `${name}.ts`), flags);
  }
}
