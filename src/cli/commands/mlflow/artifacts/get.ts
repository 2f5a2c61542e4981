/** `sovereign mlflow artifacts get`: files of a run into a local folder, or one file to stdout. */
import { existsSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { SovereignError } from "../../../../core/errors.ts";
import { STRING } from "../../../../lake/schema/data-type.ts";
import { defineCommand } from "../../../command.ts";
import { findRun } from "../../../mlflow/find.ts";
import { RUN_ARGUMENT } from "../../../mlflow/log-values.ts";
import { openTracking, TRACKING_FLAGS } from "../../../mlflow/tracking.ts";
import { refuseFormat } from "../../../output/refuse-format.ts";

const FIELDS = [{ name: "path", type: STRING, summary: "the local file" }] as const;

export const command = defineCommand({
  args: {
    run: RUN_ARGUMENT,
    path: { summary: "a file or folder of the run's artifacts", required: true },
  },
  flags: {
    to: {
      type: "string",
      value: "folder",
      completes: "files",
      summary: "where to put it, or `-` for stdout (default: this folder)",
    },
    force: { type: "boolean", summary: "replace files that are there" },
    ...TRACKING_FLAGS,
  },
  examples: [
    {
      comment: "Look into a file",
      run: "sovereign mlflow artifacts get baseline customers.csv --to -",
    },
    {
      comment: "Into a folder of its own",
      run: "sovereign mlflow artifacts get baseline customers.csv --to fetched --force",
    },
  ],
  notes: "Files keep their paths below the run's artifacts.",
  fields: FIELDS,
  databricks: "`mlflow artifacts download` of MLflow itself",
  seeAlso: ["mlflow artifacts list"],
  async run(context, { args, flags }) {
    const { cwd, stdout } = context.io;
    const client = await openTracking(context, flags, { writes: false });
    const { runId, artifactUri } = await findRun(client, args.run);
    if (flags.to === "-") {
      refuseFormat("a file", context.globals);
      for await (const chunk of await client.artifacts.read(artifactUri, args.path)) {
        await stdout.write(chunk as Uint8Array);
      }
      return 0;
    }
    const folder = resolve(cwd, flags.to ?? ".");
    const target = join(folder, args.path);
    if (existsSync(target) && !flags.force) {
      throw new SovereignError(
        "RESOURCE_ALREADY_EXISTS",
        `\`${relative(cwd, target)}\` is there already`,
        { hint: "replace it with `--force`, or choose another folder with `--to`" },
      );
    }
    const progress = await context.progress();
    const task = progress.start({ label: `fetching ${args.path}` });
    const written = await client.artifacts.fetch(runId, artifactUri, args.path, folder);
    task.discard();
    const paths = written.map((file) => ({ path: relative(cwd, join(folder, file)) }));
    await context.printRecords(FIELDS, paths);
    return 0;
  },
});
