/** Storing a file or a folder with a run: what `artifacts put` and `log artifact` share. */
import { resolve } from "node:path";
import { STRING } from "../../lake/schema/data-type.ts";
import type { CommandContext } from "../context.ts";
import { findRun } from "./find.ts";
import { RUN_ARGUMENT } from "./log-values.ts";
import { openTracking, TRACKING_FLAGS } from "./tracking.ts";

const FIELDS = [{ name: "path", type: STRING, summary: "below the run's artifacts" }] as const;

/** The declaration of both, but for examples. */
export const PUT_ARTIFACT = {
  args: {
    run: RUN_ARGUMENT,
    path: { summary: "a file, or a folder with all in it", required: true, completes: "files" },
  },
  flags: {
    to: { type: "string", value: "folder", summary: "below this folder of the run's artifacts" },
    ...TRACKING_FLAGS,
  },
  notes:
    "A file keeps its name; of a folder the contents are stored. What was there under the same path is replaced.",
  fields: FIELDS,
  databricks: "`mlflow artifacts log-artifact` of MLflow itself",
  seeAlso: ["mlflow artifacts list", "mlflow artifacts get"],
} as const;

interface PutInput {
  readonly args: { readonly run: string; readonly path: string };
  readonly flags: {
    readonly to: string | undefined;
    readonly "tracking-uri": string | undefined;
  };
}

/** Stores what the input names and prints the paths it stored. */
export async function putArtifact(
  context: CommandContext,
  { args, flags }: PutInput,
): Promise<number> {
  const client = await openTracking(context, flags, { writes: true });
  const run = await findRun(client, args.run);
  const progress = await context.progress();
  const task = progress.start({ label: `storing ${args.path}` });
  const path = resolve(context.io.cwd, args.path);
  const stored = await client.artifacts.put(run.artifactUri, path, flags.to);
  task.discard();
  await context.printRecords(
    FIELDS,
    stored.map((file) => ({ path: file })),
  );
  const count = stored.length === 1 ? "1 file" : `${stored.length} files`;
  await context.note(`stored ${count} with run \`${run.name}\``);
  return 0;
}
