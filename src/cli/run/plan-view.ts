/** What a job would do: one line per task on stderr, or records where a format is asked for. */
import { INT, STRING } from "../../lake/schema/data-type.ts";
import type { JobPlan } from "../../run/index.ts";
import type { CommandContext } from "../context.ts";

/** Columns of a plan. */
export const PLAN_FIELDS = [
  { name: "position", type: INT },
  { name: "task", type: STRING },
  { name: "file", type: STRING },
  { name: "statements", type: INT },
  { name: "depends_on", type: STRING },
] as const;

/** Prints the tasks of a job in the order they would run. */
export async function printPlan(plan: JobPlan, context: CommandContext): Promise<void> {
  const tasks = plan.job.tasks.map((task, i) => ({
    position: i + 1,
    task: task.key,
    file: task.file,
    statements: plan.scripts.get(task.key)?.statements.length ?? 0,
    depends_on: task.dependsOn.length === 0 ? null : task.dependsOn.join(", "),
  }));
  if (context.globals.output !== undefined) return context.printRecords(PLAN_FIELDS, tasks);
  const count = String(tasks.length);
  for (const { position, task, file, depends_on } of tasks) {
    const place = `${String(position).padStart(count.length)}/${count}`;
    const after = depends_on === null ? "" : `, after ${depends_on}`;
    await context.note(`would run ${place} ${task}: ${file}${after}`);
  }
}
