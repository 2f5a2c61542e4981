/** `sovereign start`: the main job, from generated files to a report. What `npm start` runs. */
import { defineCommand } from "../command.ts";
import { openProjectLake } from "../lake/session.ts";
import { createJobView } from "../run/job-view.ts";
import { formatReport } from "../run/report.ts";

export const command = defineCommand({
  args: {},
  flags: {},
  examples: [{ comment: "Run the bundled platform pipeline end to end", run: "sovereign start" }],
  notes:
    "Makes the demo's files (10,000 customers, 50,000 transactions, 1,000 products, always the same) in .sovereign/demo, then runs the job `platform` over them: bronze, silver, gold, data quality. Doing it again loads nothing twice.",
  databricks: "`databricks bundle run platform` on the same databricks.yml",
  seeAlso: ["run job", "run show", "lake sql"],
  async run(context) {
    const { runMainJob } = await import("../../run/index.ts");
    const view = createJobView(context);
    let endPhase = (): void => {};
    const report = await runMainJob({
      lake: await openProjectLake(context),
      store: await context.store(),
      clock: context.io.clock,
      home: context.config.home,
      signal: context.io.signal,
      onEvent: view.onEvent,
      onPhase: (name) => {
        endPhase();
        endPhase = name === "sources" ? view.phase("demo files") : () => {};
      },
    });
    await view.finish();
    const { status } = report.outcome;
    await context.audit({ command: "start", object: "platform", outcome: status });
    if (status === "success") await context.printText(formatReport(report, context.style));
    else await context.note(`next: sovereign run show ${report.outcome.runId}`);
    return status === "success" ? 0 : status === "cancelled" ? 130 : 1;
  },
});
