/** `sovereign mlflow log tag`: words on a run that may change. */
import { SovereignError } from "../../../../core/errors.ts";
import { defineCommand } from "../../../command.ts";
import { findRun } from "../../../mlflow/find.ts";
import { RUN_ARGUMENT } from "../../../mlflow/log-values.ts";
import { openTracking, TRACKING_FLAGS } from "../../../mlflow/tracking.ts";
import { readPairs } from "../../../pairs.ts";

export const command = defineCommand({
  args: {
    run: RUN_ARGUMENT,
    tag: { summary: "`key=value`, as many as there are", variadic: true },
  },
  flags: {
    remove: { type: "string", value: "key", repeat: true, summary: "take this tag off" },
    ...TRACKING_FLAGS,
  },
  examples: [
    { comment: "A tag to search by", run: "sovereign mlflow log tag baseline reviewed=yes" },
    {
      comment: "A note on the run",
      run: 'sovereign mlflow log tag baseline mlflow.note.content="first try"',
    },
    { comment: "Take one off", run: "sovereign mlflow log tag baseline --remove reviewed" },
  ],
  output: "text",
  databricks: "`databricks experiments set-tag`",
  seeAlso: ["mlflow log param"],
  async run(context, { args, flags }) {
    const tags = readPairs(args.tag, "log tag RUN");
    if (args.tag.length + flags.remove.length === 0) {
      throw new SovereignError("INVALID_PARAMETER_VALUE", "no tag is given", {
        hint: "write `key=value`, or `--remove key`",
      });
    }
    const client = await openTracking(context, flags, { writes: true });
    const { runId } = await findRun(client, args.run);
    if (args.tag.length > 0) await client.runs.logBatch(runId, { tags });
    for (const key of flags.remove) await client.runs.deleteTag(runId, key);
    return 0;
  },
});
