/**
 * Joins the small shared chunks of a split esbuild bundle into one `base.js`. esbuild makes a chunk
 * for every set of entries that share a module: some forty files for one command, and a file costs a
 * fifth of a millisecond to find and link whatever its size.
 *
 * A chunk is joined when it is small, was no entry, and pulls in nothing but its like and light
 * builtins; so loading `base.js` loads nothing a command might not need.
 */
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { build } from "esbuild";

const MOST_BYTES = 16_384;
const LIGHT = new Set([
  "node:fs",
  "node:fs/promises",
  "node:module",
  "node:os",
  "node:path",
  "node:url",
]);
const IMPORT = /import(?:\{([^}]*)\}from)?"\.\/(chunk-[A-Z0-9]+\.js)"/g;

/** Rewrites the bundle in `folder` and its metafile. */
export async function mergeChunks(folder, metafile) {
  const byName = new Map(Object.entries(metafile.outputs).map(([path, o]) => [basename(path), o]));
  const joined = chooseChunks(byName);
  const names = [...joined].sort();
  const lines = names.map((name, i) => {
    const text = readFileSync(join(folder, name), "utf8");
    const exported = /export\{([^}]*)\};?\s*$/.exec(text)?.[1] ?? "";
    const specs = exported.split(",").map((spec) => spec.trim().split(" as ").at(-1));
    return `export {${specs.map((spec) => `${spec} as c${i}_${spec}`).join(", ")}} from "./${name}";`;
  });
  // What a joined chunk imports dynamically stays a file of its own.
  const keepOthers = {
    name: "keep-others",
    setup(setup) {
      setup.onResolve({ filter: /.*/ }, ({ path }) =>
        joined.has(basename(path)) ? undefined : { path, external: true },
      );
    },
  };
  await build({
    stdin: { contents: lines.join("\n"), resolveDir: folder },
    outfile: join(folder, "base.js"),
    bundle: true,
    format: "esm",
    platform: "node",
    minify: true,
    logLevel: "warning",
    plugins: [keepOthers],
  });
  for (const name of names) rmSync(join(folder, name));
  for (const name of readdirSync(folder)) {
    if (!name.endsWith(".js") || name === "base.js") continue;
    const text = readFileSync(join(folder, name), "utf8");
    const rewritten = text.replace(IMPORT, (whole, specs, chunk) => {
      const index = names.indexOf(chunk);
      if (index < 0) return whole;
      if (specs === undefined) return 'import"./base.js"';
      const renamed = specs.split(",").map((spec) => renameImport(spec, index));
      return `import{${renamed.join(",")}}from"./base.js"`;
    });
    if (rewritten !== text) writeFileSync(join(folder, name), rewritten);
  }
  updateMetafile(metafile, joined, folder);
}

/** `a as b` from chunk 3 is `c3_a as b` from the base. */
function renameImport(spec, index) {
  const [from, to = from] = spec.split(" as ");
  return `c${index}_${from} as ${to}`;
}

/** The largest set of small chunks that only import each other and light builtins. */
function chooseChunks(byName) {
  const chosen = new Set(
    [...byName.keys()].filter((name) => {
      const { bytes, entryPoint } = byName.get(name);
      return name.startsWith("chunk-") && entryPoint === undefined && bytes <= MOST_BYTES;
    }),
  );
  const isClosed = (name) =>
    byName
      .get(name)
      .imports.filter(({ kind }) => kind === "import-statement")
      .every(({ path, external }) => (external ? LIGHT.has(path) : chosen.has(basename(path))));
  for (let before = -1; before !== chosen.size; ) {
    before = chosen.size;
    for (const name of [...chosen]) if (!isClosed(name)) chosen.delete(name);
  }
  return chosen;
}

function updateMetafile(metafile, joined, folder) {
  const outputs = Object.entries(metafile.outputs);
  const parent = outputs[0][0].slice(0, -basename(outputs[0][0]).length);
  const base = `${parent}base.js`;
  const isJoined = ([path]) => joined.has(basename(path));
  const parts = outputs.filter(isJoined).map(([, output]) => output);
  for (const [path] of outputs.filter(isJoined)) delete metafile.outputs[path];
  for (const output of Object.values(metafile.outputs)) {
    for (const entry of output.imports) if (joined.has(basename(entry.path))) entry.path = base;
  }
  metafile.outputs[base] = {
    bytes: readFileSync(join(folder, "base.js")).length,
    inputs: Object.assign({}, ...parts.map((part) => part.inputs)),
    imports: parts.flatMap((part) => part.imports).filter((entry) => entry.external),
    exports: [],
  };
}
