/** `sovereign config show`: every configuration value, and with `--origin` where it comes from. */
import { formatConfigValue, formatOrigin } from "../../../core/config/index.ts";
import { STRING } from "../../../lake/schema/data-type.ts";
import { defineCommand } from "../../command.ts";

const FIELDS = [
  { name: "key", type: STRING },
  { name: "value", type: STRING },
  { name: "origin", type: STRING },
] as const;

export const command = defineCommand({
  args: {},
  flags: {
    origin: { type: "boolean", summary: "show where each value comes from" },
  },
  examples: [
    { comment: "Every value in force", run: "sovereign config show" },
    {
      comment: "Where each comes from: flag, variable, file and line, or default",
      run: "sovereign config show --origin",
    },
    { comment: "As the profile `ci` sees it", run: "sovereign config show --profile ci" },
  ],
  fields: FIELDS,
  databricks: "`databricks auth describe` shows its profile in the same way",
  seeAlso: ["help config", "doctor"],
  async run(context, { flags }) {
    const fields = flags.origin || context.globals.output ? FIELDS : FIELDS.slice(0, 2);
    const records = context.config.entries.map((entry) => ({
      key: entry.key,
      value: entry.value === null ? null : formatConfigValue(entry.value),
      origin: formatOrigin(entry.origin),
    }));
    await context.printRecords(fields, records);
    return 0;
  },
});
