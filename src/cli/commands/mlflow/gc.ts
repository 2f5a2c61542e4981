/** `sovereign mlflow gc`: erases what is deleted, with its artifacts. */
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { STRING, TIMESTAMP } from "../../../lake/schema/data-type.ts";
import type { Garbage } from "../../../mlflow/index.ts";
import { defineCommand } from "../../command.ts";
import { confirm } from "../../confirm.ts";
import type { CommandContext } from "../../context.ts";
import { readAgeMs } from "../../mlflow/age.ts";
import { micros } from "../../mlflow/records.ts";
import { STORE_URI_FLAG, storeUri } from "../../mlflow/store-uri.ts";

const FIELDS = [
  { name: "kind", type: STRING, summary: "run, logged model or experiment" },
  { name: "id", type: STRING },
  { name: "name", type: STRING },
  { name: "deleted_time", type: TIMESTAMP },
  { name: "artifact_uri", type: STRING },
  { name: "artifacts", type: STRING, summary: "erased, or why not; null with --dry-run" },
] as const;

const ids = (what: string) =>
  ({ type: "string", value: "ids", summary: `only these ${what}, by comma` }) as const;

export const command = defineCommand({
  args: {},
  flags: {
    "older-than": {
      type: "string",
      value: "age",
      summary: "only what was deleted at least this long ago: `7d`, `2d8h5m20s`",
    },
    "run-ids": ids("runs"),
    "experiment-ids": ids("experiments, with their runs and models"),
    "logged-model-ids": ids("logged models"),
    "backend-store-uri": STORE_URI_FLAG,
    "artifacts-destination": {
      type: "string",
      value: "folder",
      summary: "where the server keeps artifacts (default as of `mlflow server`)",
    },
  },
  examples: [
    {
      comment: "What was deleted more than a week ago",
      run: "sovereign mlflow gc --older-than 7d --dry-run",
    },
    { comment: "Erase it", run: "sovereign mlflow gc --older-than 7d --yes" },
  ],
  notes:
    "Erases runs, logged models and experiments that are deleted, with their metrics, params, tags, traces and artifacts: `restore` cannot bring them back. Naming ids erases only those. Artifacts in object stores, and folders that do not carry the id of their run, are left and named.",
  fields: FIELDS,
  databricks: "`mlflow gc` of MLflow itself",
  seeAlso: ["mlflow runs delete", "mlflow experiments delete"],
  dryRun: true,
  async run(context, { flags }) {
    const age = flags["older-than"];
    const limit = age === undefined ? {} : { olderThanMs: readAgeMs(age) };
    const uri = storeUri(context, flags["backend-store-uri"]);
    const { cwd, clock } = context.io;
    const isFresh = flags["backend-store-uri"] === undefined && !existsSync(uri);
    if (isFresh) {
      await context.printRecords(FIELDS, []);
      await context.note("there is no tracking database yet");
      return 0;
    }
    const { findGarbage, openTrackingDatabase } = await import("../../../mlflow/index.ts");
    const reader = openTrackingDatabase(uri, { cwd, clock, readOnly: true });
    context.onClose(() => reader.close());
    const found = findGarbage(reader, {
      nowMs: clock.nowMs(),
      ...limit,
      runIds: split(flags["run-ids"]),
      experimentIds: split(flags["experiment-ids"]),
      modelIds: split(flags["logged-model-ids"]),
    });
    if (context.globals.dryRun || found.length === 0) {
      await context.printRecords(
        FIELDS,
        found.map((item) => toRecord(item, null)),
      );
      await context.note(
        found.length === 0 ? "nothing to erase" : `would erase ${describe(found)}`,
      );
      return 0;
    }
    await confirm(context, `erase ${describe(found)} for good`);
    const destination = destinationOf(context, flags);
    const database = openTrackingDatabase(uri, { cwd, clock });
    context.onClose(() => database.close());
    await eraseAll(context, { database, found, destination });
    return 0;
  },
});

async function eraseAll(
  context: CommandContext,
  work: {
    database: ReturnType<typeof import("../../../mlflow/index.ts").openTrackingDatabase>;
    found: readonly Garbage[];
    destination: string;
  },
): Promise<void> {
  const { erase } = await import("../../../mlflow/index.ts");
  const { database, found, destination } = work;
  const progress = await context.progress();
  const task = progress.start({ label: "erasing", total: found.length, unit: "entries" });
  const records = [];
  for (const item of found) {
    if (context.io.signal.aborted) break;
    records.push(toRecord(item, await erase(database, item, destination)));
    task.advance(1);
  }
  task.discard();
  await context.audit({ command: context.path, object: database.path, outcome: "ok" });
  await context.printRecords(FIELDS, records);
  const left = records.filter(({ artifacts }) => artifacts !== "erased" && artifacts !== "none");
  for (const { artifact_uri, artifacts } of left) {
    await context.warn(`artifacts are left in \`${artifact_uri}\`: ${artifacts}`);
  }
  await context.note(`erased ${describe(found.slice(0, records.length))}`);
}

function toRecord(item: Garbage, artifacts: string | null) {
  return {
    kind: item.kind,
    id: item.id,
    name: item.name,
    deleted_time: micros(item.deletedAtMs),
    artifact_uri: item.artifactUri,
    artifacts,
  };
}

/** `3 runs, 1 experiment`. */
function describe(found: readonly Garbage[]): string {
  const kinds = ["run", "logged model", "experiment"] as const;
  const counts = kinds
    .map((kind) => ({ kind, count: found.filter((item) => item.kind === kind).length }))
    .filter(({ count }) => count > 0)
    .map(({ kind, count }) => `${count} ${kind}${count === 1 ? "" : "s"}`);
  return counts.join(", ");
}

function destinationOf(
  { config, io }: CommandContext,
  flags: {
    readonly "backend-store-uri": string | undefined;
    readonly "artifacts-destination": string | undefined;
  },
): string {
  const own = flags["backend-store-uri"] === undefined ? config.home : io.cwd;
  return resolve(io.cwd, flags["artifacts-destination"] ?? join(own, "mlartifacts"));
}

function split(text: string | undefined): string[] {
  const words = text?.split(",").map((word) => word.trim()) ?? [];
  return words.filter((word) => word !== "");
}
