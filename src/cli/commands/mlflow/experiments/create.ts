/** `sovereign mlflow experiments create`: a new experiment. */
import { SovereignError } from "../../../../core/errors.ts";
import { defineCommand } from "../../../command.ts";
import { EXPERIMENT_FIELDS, experimentRecord } from "../../../mlflow/records.ts";
import { openTracking, TRACKING_FLAGS } from "../../../mlflow/tracking.ts";
import { readPairs } from "../../../pairs.ts";

export const command = defineCommand({
  args: { name: { summary: "the experiment's name", required: true } },
  flags: {
    tag: { type: "string", value: "key=value", repeat: true, summary: "a tag of it" },
    "artifact-location": {
      type: "string",
      value: "uri",
      summary: "where its runs keep artifacts (default: where the store keeps them)",
    },
    "if-not-exists": { type: "boolean", summary: "be content when it is there already" },
    ...TRACKING_FLAGS,
  },
  examples: [
    { comment: "An experiment to log runs to", run: "sovereign mlflow experiments create fraud" },
    {
      comment: "In a script that may run again",
      run: "sovereign mlflow experiments create fraud --tag team=data --if-not-exists",
    },
  ],
  fields: EXPERIMENT_FIELDS,
  databricks: "`databricks experiments create-experiment <name>`",
  seeAlso: ["mlflow experiments list"],
  async run(context, { args, flags }) {
    const tags = readPairs(flags.tag, "--tag");
    const location = flags["artifact-location"];
    const client = await openTracking(context, flags, { writes: true });
    const create = async () => {
      const options = location === undefined ? { tags } : { tags, artifactLocation: location };
      const experimentId = await client.experiments.create(args.name, options);
      await context.audit({ command: context.path, object: args.name, outcome: "ok" });
      await context.note(`created experiment ${experimentId} \`${args.name}\``);
      return client.experiments.get(experimentId);
    };
    const experiment = await create().catch(async (error: unknown) => {
      const isThere = error instanceof SovereignError && error.code === "RESOURCE_ALREADY_EXISTS";
      if (!isThere || !flags["if-not-exists"]) throw error;
      await context.note(`there is an experiment \`${args.name}\` already`);
      return client.experiments.getByName(args.name);
    });
    const isBrief = context.globals.output === undefined;
    const fields = isBrief ? EXPERIMENT_FIELDS.slice(0, 2) : EXPERIMENT_FIELDS;
    await context.printRecord(fields, experimentRecord(experiment));
    return 0;
  },
});
