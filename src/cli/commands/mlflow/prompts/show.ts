/** `sovereign mlflow prompts show`: the text of a prompt, or what versions there are. */
import { defineCommand } from "../../../command.ts";
import { findModel, readModelWord } from "../../../mlflow/model-version.ts";
import {
  findPromptVersion,
  PROMPT_VERSION_FIELDS,
  promptText,
  promptVersionRecord,
} from "../../../mlflow/prompt-records.ts";
import { openTracking, TRACKING_FLAGS } from "../../../mlflow/tracking.ts";

export const command = defineCommand({
  args: { prompt: { summary: "`greet` (newest), `greet/2` or `greet@live`", required: true } },
  flags: {
    versions: { type: "boolean", summary: "list the versions, newest first" },
    ...TRACKING_FLAGS,
  },
  examples: [
    { comment: "The newest text", run: "sovereign mlflow prompts show greet" },
    { comment: "How it came to be", run: "sovereign mlflow prompts show greet --versions" },
    {
      comment: "What is live, with its variables",
      run: "sovereign mlflow prompts show greet@live --json version,variables,template",
    },
  ],
  notes: "Prints the text alone, so that it can be piped; with -o or --json the whole record.",
  fields: PROMPT_VERSION_FIELDS,
  databricks: "`mlflow.genai.load_prompt()` in Python",
  seeAlso: ["mlflow prompts compare", "mlflow models alias"],
  async run(context, { args, flags }) {
    const client = await openTracking(context, flags, { writes: false });
    if (flags.versions) {
      const { name } = readModelWord(args.prompt);
      await findModel(client, name, "prompt");
      const versions = await client.prompts.versions(name);
      const records = versions.map(promptVersionRecord);
      await context.printRecords(PROMPT_VERSION_FIELDS, records, { brief: 6 });
      return 0;
    }
    const version = await findPromptVersion(client, args.prompt);
    if (context.globals.output !== undefined) {
      await context.printRecord(PROMPT_VERSION_FIELDS, promptVersionRecord(version));
      return 0;
    }
    const message = version.commitMessage === "" ? "" : `: ${version.commitMessage}`;
    await context.note(`${version.name}/${version.version}${message}`);
    await context.printText(`${promptText(version)}\n`);
    return 0;
  },
});
