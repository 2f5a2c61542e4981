/** Tasks in an order their dependencies allow (Kahn 1962), and what is wrong with the graph. */
import { suggestName } from "../../core/suggest.ts";
import type { JobTask } from "./types.ts";

export interface GraphProblem {
  task: string;
  message: string;
  hint: string;
}

/** Among tasks that are ready, the order of the file decides. Tasks on a cycle come last. */
export function orderTasks(tasks: readonly JobTask[]): {
  tasks: JobTask[];
  problems: GraphProblem[];
} {
  const problems = findUnknown(tasks);
  const keys = new Set(tasks.map((task) => task.key));
  const done = new Set<string>();
  const ordered: JobTask[] = [];
  let waiting = [...tasks];
  while (waiting.length > 0) {
    const ready = waiting.find((task) =>
      task.dependsOn.every((key) => done.has(key) || !keys.has(key)),
    );
    if (ready === undefined) {
      problems.push(describeCycle(waiting));
      return { tasks: [...ordered, ...waiting], problems };
    }
    ordered.push(ready);
    done.add(ready.key);
    waiting = waiting.filter((task) => task !== ready);
  }
  return { tasks: ordered, problems };
}

function findUnknown(tasks: readonly JobTask[]): GraphProblem[] {
  const keys = tasks.map((task) => task.key);
  return tasks.flatMap((task) =>
    task.dependsOn
      .filter((key) => !keys.includes(key))
      .map((key) => {
        const near = suggestName(
          key,
          keys.filter((other) => other !== task.key),
        );
        return {
          task: task.key,
          message: `task \`${task.key}\` depends on \`${key}\`, which does not exist`,
          hint:
            near === null ? "add that task, or remove the dependency" : `did you mean \`${near}\`?`,
        };
      }),
  );
}

/** Every waiting task has a waiting dependency, so following them must come round. */
function describeCycle(waiting: readonly JobTask[]): GraphProblem {
  const byKey = new Map(waiting.map((task) => [task.key, task]));
  const trail: string[] = [];
  let task = waiting[0] as JobTask;
  while (!trail.includes(task.key)) {
    trail.push(task.key);
    const next = task.dependsOn.find((key) => byKey.has(key)) as string;
    task = byKey.get(next) as JobTask;
  }
  const cycle = [...trail.slice(trail.indexOf(task.key)), task.key];
  return {
    task: task.key,
    message: `tasks depend on each other in a circle: ${cycle.join(" → ")}`,
    hint: "remove one of these dependencies",
  };
}
