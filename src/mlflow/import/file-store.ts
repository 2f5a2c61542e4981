/**
 * The folders of a FileStore (`mlruns/`, as MLflow 1.x to 3.x lay it out) and what their small files
 * hold. Keys are paths below their folder, values whole files. Whatever is not as it should be is a
 * `DamagedEntry`, which names the file.
 *
 *     <experiment>/meta.yaml, tags/<key>, datasets/<id>/meta.yaml
 *     <experiment>/<run>/meta.yaml, params/<key>, tags/<key>, metrics/<key>, inputs/, outputs/
 *     <experiment>/models/<id>/…, traces/<id>/…
 *     .trash/<experiment>/…    models/<name>/version-<n>/…
 */
import { closeSync, existsSync, fstatSync, openSync, readdirSync, readFileSync } from "node:fs";
import { join, relative, sep } from "node:path";

import { SovereignError } from "../../core/errors.ts";

/** Far more than MLflow lets anyone log as one value or history. */
const MAX_FILE_BYTES = 512 * 1024 * 1024;
const RESERVED = new Set(["tags", "datasets", "traces", "models"]);

/** A file or folder that cannot be imported, and why. */
export class DamagedEntry extends Error {
  constructor(path: string, problem: string) {
    super(`${path}: ${problem}`);
    this.name = "DamagedEntry";
  }
}

/** The folder of experiments that `folder` is, or holds. Throws for what is no FileStore. */
export function findFileStore(folder: string): string {
  for (const candidate of [folder, join(folder, "mlruns")]) {
    const found = listFolders(candidate).some(
      (name) =>
        name === ".trash" ||
        existsSync(join(candidate, name, "meta.yaml")) ||
        (name === "models" && listFolders(join(candidate, name)).length > 0),
    );
    if (found) return candidate;
  }
  throw new SovereignError("RESOURCE_DOES_NOT_EXIST", `\`${folder}\` holds no runs of MLflow`, {
    hint: "name the `mlruns` folder: it holds a folder with a `meta.yaml` for each experiment",
  });
}

/** Folders of experiments, the deleted ones last. */
export function listExperiments(root: string): string[] {
  return [root, join(root, ".trash")].flatMap((parent) =>
    listFolders(parent)
      .filter((name) => name !== ".trash" && name !== "models")
      .map((name) => join(parent, name))
      .filter((path) => existsSync(join(path, "meta.yaml"))),
  );
}

/** Folders of runs; a folder without `meta.yaml` is somebody's artifacts. */
export function listRuns(experiment: string): string[] {
  return listFolders(experiment)
    .filter((name) => !RESERVED.has(name))
    .map((name) => join(experiment, name))
    .filter((path) => existsSync(join(path, "meta.yaml")));
}

/** Folders in `folder` that have the file `marker`; none when there is no such folder. */
export function listEntries(folder: string, marker = "meta.yaml"): string[] {
  return listFolders(folder)
    .map((name) => join(folder, name))
    .filter((path) => existsSync(join(path, marker)));
}

/** Every file below a folder as key and text: tags, parameters, aliases. */
export function readValues(folder: string): [key: string, value: string][] {
  return listFiles(folder).map((path) => [keyOf(folder, path), readText(path)]);
}

/** The paths of all files below a folder, sorted. */
export function listFiles(folder: string): string[] {
  if (!existsSync(folder)) return [];
  const entries = readdirSync(folder, { withFileTypes: true, recursive: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

/** The key a file stands for: its path below `folder`, with `/`. */
export function keyOf(folder: string, path: string): string {
  return relative(folder, path).split(sep).join("/");
}

/** A file as text; one that is no UTF-8, or too large to be one of MLflow's, is damaged. */
export function readText(path: string): string {
  let file: number;
  try {
    file = openSync(path, "r");
  } catch (error) {
    throw new DamagedEntry(path, `cannot be read (${(error as NodeJS.ErrnoException).code})`);
  }
  try {
    if (fstatSync(file).size > MAX_FILE_BYTES) throw new DamagedEntry(path, "is too large");
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(readFileSync(file));
  } catch (error) {
    if (error instanceof DamagedEntry) throw error;
    throw new DamagedEntry(path, "is not UTF-8 text");
  } finally {
    closeSync(file);
  }
}

function listFolders(folder: string): string[] {
  if (!existsSync(folder)) return [];
  const entries = readdirSync(folder, { withFileTypes: true });
  return entries
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort();
}
