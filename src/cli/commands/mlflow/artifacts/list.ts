/** `sovereign mlflow artifacts list`: the files of a run. */
import { BOOLEAN, LONG, STRING } from "../../../../lake/schema/data-type.ts";
import type { ArtifactEntry, MlflowClient } from "../../../../mlflow/index.ts";
import { defineCommand } from "../../../command.ts";
import { findRun } from "../../../mlflow/find.ts";
import { RUN_ARGUMENT } from "../../../mlflow/log-values.ts";
import { openTracking, TRACKING_FLAGS } from "../../../mlflow/tracking.ts";

const FIELDS = [
  { name: "path", type: STRING },
  { name: "is_dir", type: BOOLEAN },
  { name: "file_size", type: LONG, summary: "in bytes; null of a folder" },
] as const;

export const command = defineCommand({
  args: {
    run: RUN_ARGUMENT,
    path: { summary: "a folder of them (default: the root)" },
  },
  flags: {
    recursive: { type: "boolean", short: "r", summary: "what is in the folders as well" },
    ...TRACKING_FLAGS,
  },
  examples: [
    { comment: "What the run kept", run: "sovereign mlflow artifacts list baseline" },
    { comment: "With all below", run: "sovereign mlflow artifacts list baseline --recursive" },
  ],
  fields: FIELDS,
  databricks: "`databricks experiments list-artifacts --run-id <id>`",
  seeAlso: ["mlflow artifacts get", "mlflow artifacts put"],
  async run(context, { args, flags }) {
    const client = await openTracking(context, flags, { writes: false });
    const { runId } = await findRun(client, args.run);
    const entries = await listEntries(client, { runId, folder: args.path ?? "" }, flags.recursive);
    await context.printRecords(
      FIELDS,
      entries.map(({ path, isDirectory, sizeBytes }) => ({
        path,
        is_dir: isDirectory,
        file_size: isDirectory ? null : BigInt(sizeBytes),
      })),
    );
    if (entries.length === 0 && context.io.stderr.isTTY) await context.note("no artifacts there");
    return 0;
  },
});

async function listEntries(
  client: MlflowClient,
  { runId, folder }: { runId: string; folder: string },
  isRecursive: boolean,
): Promise<ArtifactEntry[]> {
  const entries: ArtifactEntry[] = [];
  for (const entry of await client.artifacts.list(runId, folder)) {
    entries.push(entry);
    if (!isRecursive || !entry.isDirectory) continue;
    entries.push(...(await listEntries(client, { runId, folder: entry.path }, true)));
  }
  return entries;
}
