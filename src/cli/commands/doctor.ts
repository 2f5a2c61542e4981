/** `sovereign doctor`: one line a check, with the fix; exit 1 when one fails. */
import { STRING } from "../../lake/schema/data-type.ts";
import { defineCommand } from "../command.ts";
import { countOf } from "../lake/print-result.ts";
import type { Style } from "../style.ts";
import { type CheckResult, runChecks } from "./doctor/checks.ts";

export const command = defineCommand({
  args: {},
  flags: {
    bench: {
      type: "boolean",
      summary: "measure the numeric kernels beside this machine's memory and peak",
    },
  },
  examples: [
    {
      comment: "Check versions, native modules, store, folders, terminal",
      run: "sovereign doctor",
    },
    { comment: "Only what needs attention", run: "sovereign doctor -q" },
    { comment: "For a bug report", run: "sovereign doctor --json" },
    { comment: "What this machine computes", run: "sovereign doctor --bench" },
  ],
  notes: "Reads only. Native modules are tried in a process of their own. Exit 1 if a check fails.",
  fields: [
    { name: "check", type: STRING },
    { name: "status", type: STRING },
    { name: "message", type: STRING },
    { name: "fix", type: STRING },
  ],
  config: "none",
  async run(context, { flags }) {
    const all = flags.bench
      ? await (await import("./doctor/bench.ts")).runBench(context)
      : await runChecks(context);
    const isQuiet = context.globals.quiet > 0 && !flags.bench;
    const results = isQuiet ? all.filter((result) => result.status !== "ok") : all;
    if (context.format === "table") {
      await context.printText(
        results.map((result) => formatResult(result, context.style)).join(""),
      );
    } else {
      await context.printRecords(
        command.fields ?? [],
        results.map((result) => ({ ...result })),
      );
    }
    if (flags.bench) {
      await context.note("the fastest of several runs; what else runs now takes its part");
      return 0;
    }
    const count = (status: CheckResult["status"]): number =>
      all.filter((result) => result.status === status).length;
    const [failed, warned] = [count("fail"), count("warn")];
    const more = warned === 0 ? "" : `, ${countOf(warned, "warning")}`;
    await context.note(
      failed > 0
        ? `${countOf(failed, "check")} failed${more}`
        : warned > 0
          ? `it works${more}`
          : "all is well",
    );
    return failed > 0 ? 1 : 0;
  },
});

function formatResult({ check, status, message, fix }: CheckResult, style: Style): string {
  const paint = { ok: style.green, warn: style.yellow, fail: style.red }[status];
  const line = `${paint(status.padEnd(4))}  ${check.padEnd(9)}  ${message}\n`;
  return fix === null ? line : `${line}${" ".repeat(17)}${style.cyan("fix:")} ${fix}\n`;
}
