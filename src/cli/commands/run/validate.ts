/** `sovereign run validate`: everything that is wrong with a `databricks.yml`, with its place. */
import { INT, STRING } from "../../../lake/schema/data-type.ts";
import { defineCommand } from "../../command.ts";
import { countOf } from "../../lake/print-result.ts";
import { BUNDLE_FLAGS, chooseBundle } from "../../run/bundle-flags.ts";

const FIELDS = [
  { name: "file", type: STRING },
  { name: "line", type: INT },
  { name: "column", type: INT },
  { name: "code", type: STRING },
  { name: "message", type: STRING },
  { name: "hint", type: STRING },
] as const;

export const command = defineCommand({
  args: {},
  flags: BUNDLE_FLAGS,
  examples: [
    { comment: "Check the databricks.yml of this folder", run: "sovereign run validate" },
    { comment: "For another target", run: "sovereign run validate --target prod" },
    { comment: "For an editor or a script", run: "sovereign run validate -o json" },
  ],
  notes:
    "Checks keys, types, variables and the order of tasks, and that every SQL file is there and can be parsed. Prints one row per mistake, none when all is well. Exit code 2 when something is wrong.",
  fields: FIELDS,
  databricks: "`databricks bundle validate`",
  seeAlso: ["run job"],
  async run(context, { flags }) {
    const { validateBundle } = await import("../../../run/index.ts");
    const { path, options } = await chooseBundle(context, flags);
    const { bundle, problems } = await validateBundle(path, options);
    const isAsked = context.globals.output !== undefined;
    if (isAsked || problems.length > 0) {
      const records = problems.map((problem) => ({ ...problem }));
      await context.printRecords(FIELDS, records);
    }
    if (bundle === null || problems.length > 0) {
      await context.note(`${path}: ${countOf(problems.length, "mistake")}`);
      return 2;
    }
    const taskCount = bundle.jobs.reduce((sum, job) => sum + job.tasks.length, 0);
    const target = bundle.target === null ? "" : `, target ${bundle.target}`;
    const counts = `${countOf(bundle.jobs.length, "job")}, ${countOf(taskCount, "task")}`;
    await context.note(`${path} is valid: ${counts}${target}`);
    return 0;
  },
});
