/**
 * A FileStore (`mlruns/`) into a tracking database. Everything is kept, deleted things included; what
 * the database has already stays as it is there, so a second import adds only what is new. Entries
 * that are damaged are left out, one by one, and named. Artifacts stay where they are.
 *
 * Read `file-store.ts` first.
 */
import { join } from "node:path";

import type { Database } from "../../core/store/index.ts";
import { type ImportedExperiment, importExperiment } from "./experiment.ts";
import {
  DamagedEntry,
  findFileStore,
  listEntries,
  listExperiments,
  listRuns,
} from "./file-store.ts";
import { importLoggedModel } from "./logged-model.ts";
import { importModelVersion, importRegisteredModel, listVersions } from "./registry.ts";
import { importRun } from "./run.ts";
import { importTrace } from "./trace.ts";

export { findFileStore };

/** What an import counts. */
export type ImportKind =
  | "experiment"
  | "run"
  | "logged model"
  | "trace"
  | "registered model"
  | "model version";

export interface ImportReport {
  readonly imported: ReadonlyMap<ImportKind, number>;
  /** What the database had already. */
  readonly present: ReadonlyMap<ImportKind, number>;
  /** What was left out: the file below the FileStore, and its problem. */
  readonly damaged: readonly string[];
}

export interface ImportOptions {
  /** Told the number of entries before the first is read. */
  readonly onStart?: (entryCount: number) => void;
  /** Told after each entry. */
  readonly onEntry?: () => void;
}

/** Imports the FileStore in `folder`; RESOURCE_DOES_NOT_EXIST when there is none. */
export function importFileStore(
  database: Database,
  folder: string,
  options: ImportOptions = {},
): ImportReport {
  const root = findFileStore(folder);
  const tally = new Tally(root, options);
  const experiments = listExperiments(root).map(listContents);
  const models = listEntries(join(root, "models")).map((path) => ({
    path,
    versions: listVersions(path),
  }));
  const counts = [
    ...experiments.map(
      ({ runs, models, traces }) => 1 + runs.length + models.length + traces.length,
    ),
    ...models.map(({ versions }) => 1 + versions.length),
  ];
  options.onStart?.(counts.reduce((sum, count) => sum + count, 0));
  for (const experiment of experiments) importContents(database, experiment, tally);
  for (const { path, versions } of models) {
    const isThere = tally.add("registered model", () => importRegisteredModel(database, path));
    for (const version of isThere ? versions : []) {
      tally.add("model version", () => importModelVersion(database, version));
    }
  }
  return tally;
}

interface Contents {
  readonly path: string;
  readonly runs: readonly string[];
  readonly models: readonly string[];
  readonly traces: readonly string[];
}

function listContents(path: string): Contents {
  return {
    path,
    runs: listRuns(path),
    models: listEntries(join(path, "models")),
    traces: listEntries(join(path, "traces"), "trace_info.yaml"),
  };
}

function importContents(database: Database, contents: Contents, tally: Tally): void {
  const { path: folder, runs, models, traces } = contents;
  let experiment: ImportedExperiment | null = null;
  tally.add("experiment", () => {
    experiment = importExperiment(database, folder);
    return experiment.isNew;
  });
  const id = (experiment as ImportedExperiment | null)?.id;
  if (id === undefined) return;
  for (const run of runs) {
    tally.add("run", () => importRun(database, run, { folder, experimentId: id }));
  }
  // A model's metrics belong to runs.
  for (const model of models) {
    tally.add("logged model", () => importLoggedModel(database, model, id));
  }
  for (const trace of traces) tally.add("trace", () => importTrace(database, trace, id));
}

class Tally implements ImportReport {
  readonly imported = new Map<ImportKind, number>();
  readonly present = new Map<ImportKind, number>();
  readonly damaged: string[] = [];
  readonly #root: string;
  readonly #options: ImportOptions;

  constructor(root: string, options: ImportOptions) {
    this.#root = root;
    this.#options = options;
  }

  /** Counts one entry; `work` says whether it was new. False when it is damaged. */
  add(kind: ImportKind, work: () => boolean): boolean {
    try {
      const counts = work() ? this.imported : this.present;
      counts.set(kind, (counts.get(kind) ?? 0) + 1);
      return true;
    } catch (error) {
      if (!(error instanceof DamagedEntry)) throw error;
      this.damaged.push(`${kind}: ${error.message.replaceAll(`${this.#root}/`, "")}`);
      return false;
    } finally {
      this.#options.onEntry?.();
    }
  }
}
