/**
 * The Python peers of `test/interop`: `.interop/venv` with the packages pinned in
 * `test/interop/requirements.txt`. Made once per set of pins. Writes `.interop/lanes.json`: what can
 * run and, for what cannot, why; the tests skip by it.
 */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..", "..");
const folder = join(root, ".interop");
const venv = join(folder, "venv");
const python = join(venv, "bin", "python");
const lanesPath = join(folder, "lanes.json");

const requirements = readFileSync(join(root, "test/interop/requirements.txt"), "utf8");
const stamp = createHash("sha256").update(requirements).digest("hex");

function isCurrent() {
  if (!existsSync(lanesPath) || !existsSync(python)) return false;
  const known = JSON.parse(readFileSync(lanesPath, "utf8"));
  return known.stamp === stamp && known.skipped === null;
}

function run(command, args) {
  const result = spawnSync(command, args, { encoding: "utf8" });
  if (result.status === 0) return null;
  const said = `${result.stderr ?? ""}${result.error?.message ?? ""}`.trim().split("\n");
  return said.at(-1) || `${command} failed`;
}

/** Null when every package is in place, else the reason. */
function install() {
  const steps = [
    ["python3", ["-m", "venv", venv]],
    [
      python,
      [
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
        "-r",
        join(root, "test/interop/requirements.txt"),
      ],
    ],
  ];
  for (const [command, args] of steps) {
    const problem = run(command, args);
    if (problem !== null) return problem;
  }
  return null;
}

if (isCurrent()) {
  console.log("interop peers are in place");
} else {
  mkdirSync(folder, { recursive: true });
  rmSync(venv, { recursive: true, force: true });
  console.log("installing the interop peers into .interop/venv");
  const problem = install();
  if (problem !== null) console.log(`skipped: interop peers cannot be installed (${problem})`);
  writeFileSync(lanesPath, `${JSON.stringify({ stamp, skipped: problem })}\n`);
}
