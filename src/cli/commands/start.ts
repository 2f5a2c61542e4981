/** `sovereign start`: the main job, from generated files to a report. What `npm start` runs. */
import { relative } from "node:path";

import { formatCount } from "../../core/progress.ts";
import type { StartPlan, StartReport } from "../../run/index.ts";
import { defineCommand } from "../command.ts";
import type { CommandContext } from "../context.ts";
import { openProjectLake } from "../lake/session.ts";
import { TASK_FIELDS, taskRecord } from "../run/fields.ts";
import { createJobView } from "../run/job-view.ts";
import { logRun, type RunFacts } from "../run/log-run.ts";
import { printPlan } from "../run/plan-view.ts";
import { programWords } from "../run/program.ts";
import { formatReport } from "../run/report.ts";
import { PLAIN_STYLE } from "../style.ts";

export const command = defineCommand({
  args: {},
  flags: {},
  examples: [
    { comment: "Run the bundled platform pipeline end to end", run: "sovereign start" },
    { comment: "See what it would do", run: "sovereign start --dry-run" },
  ],
  notes:
    "Makes the demo's files (10,000 customers, 50,000 transactions, 1,000 products, always the same) in .sovereign/demo, then runs the job `platform` over them: bronze, silver, gold, data quality. Doing it again loads nothing twice. Exit code 1 when a task failed.",
  databricks: "`databricks bundle run platform` on the same databricks.yml",
  seeAlso: ["run job", "run show", "lake sql"],
  dryRun: true,
  fields: TASK_FIELDS,
  async run(context) {
    const { planMainJob, runMainJob } = await import("../../run/index.ts");
    const { home } = context.config;
    if (context.globals.dryRun) {
      await showPlan(await planMainJob(home), context);
      return 0;
    }
    const view = createJobView(context);
    let endPhase = (): void => {};
    const report = await runMainJob({
      lake: await openProjectLake(context),
      store: await context.store(),
      clock: context.io.clock,
      home,
      signal: context.io.signal,
      onEvent: view.onEvent,
      onPhase: (name) => {
        endPhase();
        endPhase = name === "sources" ? view.phase("demo files") : () => {};
      },
    });
    await view.finish();
    const { status, runId } = report.outcome;
    await context.audit({ command: "start", object: "platform", outcome: status });
    const program = programWords(context);
    const next = nextCommands(program, runId);
    await logRun(toFacts(report, next), context);
    const isAsked = context.globals.output !== undefined;
    if (isAsked) await context.printRecords(TASK_FIELDS, report.outcome.tasks.map(taskRecord));
    if (status === "success") {
      if (isAsked) return 0;
      await context.printText(formatReport(report, context.style, next));
      return 0;
    }
    await context.note(`next: ${program} run show ${runId}`);
    return status === "cancelled" ? 130 : 1;
  },
});

/** The report as it is kept beside the run: without colours, and for programs. */
function toFacts(report: StartReport, next: readonly string[]): RunFacts {
  const { outcome, layers, quality, quarantine, manifest } = report;
  if (outcome.status !== "success") return { outcome };
  const facts = { status: outcome.status, files: manifest.rows, layers, quality, quarantine };
  return {
    outcome,
    layers,
    quality,
    reports: {
      "report.txt": formatReport(report, PLAIN_STYLE, next),
      "report.json": `${JSON.stringify(facts, null, 2)}\n`,
    },
  };
}

function nextCommands(program: string, runId: number): string[] {
  const tiers =
    "SELECT value_tier, count(*), sum(total_spend) FROM gold.customer_360 GROUP BY value_tier";
  return [
    `${program} lake sql "${tiers}"`,
    `${program} lake history silver.customers`,
    `${program} run show ${runId}`,
  ];
}

async function showPlan(start: StartPlan, context: CommandContext): Promise<void> {
  const folder = relative(context.io.cwd, start.demoFolder) || ".";
  const { manifest } = start;
  const { DEMO_DEFAULTS } = await import("../../run/index.ts");
  const { customers, transactions, products } = manifest ?? DEMO_DEFAULTS;
  const sources = [
    `${formatCount(customers)} customers`,
    `${formatCount(transactions)} transactions`,
    `${formatCount(products)} products`,
  ].join(", ");
  await context.note(
    `would ${manifest === null ? "make" : "use"} the files in ${folder}: ${sources}`,
  );
  await context.note(`would run the job ${start.plan.job.key} of ${start.bundlePath}`);
  await printPlan(start.plan, context);
}
