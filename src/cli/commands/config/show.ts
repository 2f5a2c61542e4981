/** `sovereign config show`: every configuration value, and with `--origin` where it comes from. */
import { type ConfigValue, formatConfigValue, formatOrigin } from "../../../core/config/index.ts";
import { STRING } from "../../../lake/schema/data-type.ts";
import { defineCommand } from "../../command.ts";

const FIELDS = [
  { name: "key", type: STRING },
  { name: "value", type: STRING, summary: "in JSON of its own type" },
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
  seeAlso: ["config path", "help config", "doctor"],
  async run(context, { flags }) {
    const fields = flags.origin || context.globals.output ? FIELDS : FIELDS.slice(0, 2);
    const { entries } = context.config;
    const read = (format: (value: ConfigValue) => unknown) =>
      entries.map(({ key, value, origin }) => ({
        key,
        value: value === null ? null : format(value),
        origin: formatOrigin(origin),
      }));
    if (context.format === "json" || context.format === "jsonl") {
      const { printJsonRecords } = await import("../../output/records.ts");
      await printJsonRecords(
        fields,
        read((value) => value),
        context,
      );
      return 0;
    }
    // A table shows what one would write in batuta.toml; a program wants the text alone.
    const isForPeople = context.format === "table" || context.format === "md";
    await context.printRecords(
      fields,
      read((value) =>
        typeof value === "string" && !isForPeople ? value : formatConfigValue(value),
      ),
    );
    return 0;
  },
});
