/** `sovereign mlflow db upgrade`: an older MLflow's database brought to the schema used here. */
import { relative } from "node:path";

import { INT, STRING } from "../../../lake/schema/data-type.ts";
import { defineCommand } from "../../command.ts";
import { STORE_URI_FLAG, storeUri } from "../../mlflow/store-uri.ts";

const FIELDS = [
  { name: "database", type: STRING },
  { name: "from", type: STRING, summary: "the schema it has, or had, as alembic names it" },
  { name: "to", type: STRING },
  { name: "tables_added", type: INT },
  { name: "tables_changed", type: INT },
  { name: "backup", type: STRING, summary: "the copy that was kept; null when nothing was done" },
] as const;

export const command = defineCommand({
  args: {
    action: { summary: "what to do", required: true, choices: ["upgrade"] },
  },
  flags: { "backend-store-uri": STORE_URI_FLAG },
  examples: [
    { comment: "What would be done", run: "sovereign mlflow db upgrade --dry-run" },
    {
      comment: "The database of an MLflow 2.22",
      run: "sovereign mlflow db upgrade --backend-store-uri sqlite:///mlflow.db",
    },
  ],
  notes:
    "Brings databases of MLflow 2.22 to 3.10 to the schema of 3.11.1, with the rows as they were; newer ones are left alone. It happens in one transaction, and a copy of the file as it was stays beside it. Stop servers that use the database first: an older MLflow cannot work on it afterwards.",
  fields: FIELDS,
  databricks: "`mlflow db upgrade <uri>` of MLflow itself",
  seeAlso: ["mlflow server", "mlflow import"],
  dryRun: true,
  async run(context, { flags }) {
    const { upgradeTrackingDatabase } = await import("../../../mlflow/index.ts");
    const { cwd, clock } = context.io;
    const { dryRun } = context.globals;
    const report = upgradeTrackingDatabase(storeUri(context, flags["backend-store-uri"]), {
      cwd,
      clock,
      dryRun,
    });
    const shown = (path: string) => relative(cwd, path) || path;
    await context.printRecord(FIELDS, {
      database: shown(report.path),
      from: report.from,
      to: report.to,
      tables_added: report.made.length,
      tables_changed: report.changed.length,
      backup: report.backup === null ? null : shown(report.backup),
    });
    if (report.from === report.to) await context.note("the schema is up to date");
    if (report.backup === null) return 0;
    await context.audit({ command: context.path, object: shown(report.path), outcome: "ok" });
    await context.note(`upgraded; the file as it was is \`${shown(report.backup)}\``);
    return 0;
  },
});
