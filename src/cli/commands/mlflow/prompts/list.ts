/** `sovereign mlflow prompts list`: the prompts of a tracking store. */
import { defineCommand } from "../../../command.ts";
import { PROMPT_FIELDS, promptRecord } from "../../../mlflow/prompt-records.ts";
import { collect, DEFAULT_LIMIT, LIMIT_FLAG, noteExtent } from "../../../mlflow/search.ts";
import { openTracking, TRACKING_FLAGS } from "../../../mlflow/tracking.ts";

export const command = defineCommand({
  args: {},
  flags: {
    filter: {
      type: "string",
      value: "expression",
      summary: "only those it is true of: `name LIKE 'greet%'`, `tags.team = 'data'`",
    },
    ...LIMIT_FLAG,
    ...TRACKING_FLAGS,
  },
  examples: [
    { comment: "The prompts of this project", run: "sovereign mlflow prompts list" },
    { comment: "Names for a script", run: "sovereign mlflow prompts list --json name" },
  ],
  fields: PROMPT_FIELDS,
  databricks: "`mlflow.genai.search_prompts()` in Python",
  seeAlso: ["mlflow prompts show", "mlflow prompts register"],
  async run(context, { flags }) {
    const client = await openTracking(context, flags, { writes: false });
    const found = await collect((options) => client.prompts.search(options), {
      filter: flags.filter,
      limit: flags.limit ?? DEFAULT_LIMIT,
    });
    await context.printRecords(PROMPT_FIELDS, found.items.map(promptRecord), { brief: 5 });
    const empty = "no prompts: `sovereign mlflow prompts register NAME TEXT` makes one";
    await noteExtent(context, found, { flag: "--limit", empty });
    return 0;
  },
});
