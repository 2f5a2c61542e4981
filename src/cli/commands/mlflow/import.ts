/** `sovereign mlflow import`: the `mlruns/` folders of older MLflows into the database. */
import { relative, resolve } from "node:path";

import { SovereignError } from "../../../core/errors.ts";
import { INT, STRING } from "../../../lake/schema/data-type.ts";
import type { ImportReport } from "../../../mlflow/index.ts";
import { defineCommand } from "../../command.ts";
import type { CommandContext } from "../../context.ts";
import { STORE_URI_FLAG, storeUri } from "../../mlflow/store-uri.ts";

const FIELDS = [
  { name: "kind", type: STRING, summary: "experiment, run, logged model, trace …" },
  { name: "imported", type: INT },
  {
    name: "present",
    type: INT,
    summary: "were in the database already and stay as they are there",
  },
] as const;

const KINDS = [
  "experiment",
  "run",
  "logged model",
  "trace",
  "registered model",
  "model version",
] as const;
/** More warnings than this help nobody. */
const SHOWN_DAMAGES = 20;

export const command = defineCommand({
  args: {
    folder: { summary: "the `mlruns` folder", required: true, completes: "files" },
  },
  flags: { "backend-store-uri": STORE_URI_FLAG },
  examples: [
    { comment: "Everything logged to a folder so far", run: "sovereign mlflow import mlruns" },
    {
      comment: "Into a file of its own",
      run: "sovereign mlflow import mlruns --backend-store-uri sqlite:///mlflow-files.db",
    },
  ],
  notes:
    "Takes over experiments, runs with their metric histories, logged models, traces and the model registry, deleted ones included. Ids stay; an experiment whose name the database has goes into that one. What was imported before is left alone, so the command may be run again. Artifacts stay in the folder, and are read from there. An entry with a damaged file is left out and named, and the command then ends with exit code 3.",
  fields: FIELDS,
  databricks: "`mlflow migrate-filestore`, for an empty database",
  seeAlso: ["mlflow server", "mlflow db"],
  async run(context, { args, flags }) {
    const { loadFileStoreImport, openTrackingDatabase } = await import("../../../mlflow/index.ts");
    const { findFileStore, importFileStore } = await loadFileStoreImport();
    const { cwd, clock } = context.io;
    // Before a database is made for nothing.
    const folder = findFileStore(resolve(cwd, args.folder));
    const database = openTrackingDatabase(storeUri(context, flags["backend-store-uri"]), {
      cwd,
      clock,
    });
    context.onClose(() => database.close());
    const progress = await context.progress();
    let task = progress.start({ label: `importing ${args.folder}` });
    const report = importFileStore(database, folder, {
      onStart(total) {
        task = progress.start({ label: `importing ${args.folder}`, total, unit: "entries" });
      },
      onEntry: () => task.advance(1),
    });
    task.discard();
    await context.printRecords(FIELDS, listCounts(report));
    await context.audit({
      command: context.path,
      object: relative(cwd, database.path) || database.path,
      outcome: report.damaged.length === 0 ? "ok" : "DATA_LOSS",
    });
    await refuseDamaged(report, context);
    return 0;
  },
});

function listCounts(report: ImportReport) {
  return KINDS.map((kind) => ({
    kind,
    imported: report.imported.get(kind) ?? 0,
    present: report.present.get(kind) ?? 0,
  })).filter(({ imported, present }) => imported + present > 0);
}

async function refuseDamaged({ damaged }: ImportReport, context: CommandContext): Promise<void> {
  for (const line of damaged.slice(0, SHOWN_DAMAGES)) await context.warn(line);
  const further = damaged.length - SHOWN_DAMAGES;
  if (further > 0) await context.warn(`and ${further} more`);
  if (damaged.length === 0) return;
  const what = damaged.length === 1 ? "1 entry is" : `${damaged.length} entries are`;
  throw new SovereignError("DATA_LOSS", `${what} damaged and not imported`, {
    hint: "mend or remove the named files and import again; the others are in",
    details: { damaged },
  });
}
