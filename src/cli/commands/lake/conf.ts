/** `sovereign lake conf get`: a setting of the SQL session, as `SET key` shows it. */
import { STRING } from "../../../lake/schema/data-type.ts";
import { defineCommand } from "../../command.ts";
import { printResult } from "../../lake/print-result.ts";
import { openProjectLake } from "../../lake/session.ts";
import { quoteName } from "../../lake/table-name.ts";

export const command = defineCommand({
  args: {
    action: { summary: "what to do", required: true, choices: ["get"] },
    key: { summary: "a setting such as `spark.sql.ansi.enabled`; all of them when absent" },
  },
  flags: {},
  examples: [
    { comment: "One setting", run: "sovereign lake conf get spark.sql.session.timeZone" },
    { comment: "Every setting there is", run: "sovereign lake conf get" },
  ],
  notes: "Settings last as long as the session: `SET key = value` in a script changes them for it.",
  fields: [
    { name: "key", type: STRING },
    { name: "value", type: STRING },
  ],
  databricks: "`spark.conf.get(key)`, or `SET key`",
  seeAlso: ["lake sql", "config show"],
  async run(context, { args }) {
    const lake = await openProjectLake(context);
    const key =
      args.key === undefined ? "" : ` ${args.key.split(".").map(quoteIfNeeded).join(".")}`;
    await printResult(await lake.sql(`SET${key}`), context, { limit: 0 });
    return 0;
  },
});

function quoteIfNeeded(part: string): string {
  return /^\w+$/.test(part) ? part : quoteName(part);
}
