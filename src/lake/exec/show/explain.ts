/**
 * EXPLAIN: the bound plan as an indented tree, before and (EXTENDED) after the rules, and the files
 * a scan would read after pruning; a statement that is no query stands above its plan as a command.
 * It is our own plan, so its text is not Spark's.
 */
import { formatType, STRING, structField, structType } from "../../schema/data-type.ts";
import { prettyName } from "../../sql/emit/expression.ts";
import { notImplemented } from "../../sql/error.ts";
import type { BoundExpression, SortKey } from "../../sql/plan/expression.ts";
import type { Plan } from "../../sql/plan/plan.ts";
import { optimizePlan } from "../../sql/plan/rules/index.ts";
import { inputsOf } from "../../sql/plan/transform.ts";
import { planStatement } from "../plan/statement-plan.ts";
import { localOutcome, type Outcome } from "../result.ts";
import type { StatementContext, StatementOf } from "../statement.ts";

const COLUMNS = structType([structField("plan", STRING, false)]);

/** Runs EXPLAIN [EXTENDED]. */
export async function executeExplain(
  ctx: StatementContext,
  explain: StatementOf<"explain">,
): Promise<Outcome> {
  if (explain.mode === "codegen" || explain.mode === "cost") {
    const hint = "use EXPLAIN EXTENDED";
    throw notImplemented(`EXPLAIN ${explain.mode.toUpperCase()}`, explain.span, hint);
  }
  const { command, children, changes } = await planStatement(ctx, explain.statement);
  const facts = changes ? ` (may change ${changes.count} files, ${changes.sizeBytes} bytes)` : "";
  const print = async (plans: readonly Plan[], countFiles = false): Promise<string> => {
    if (command === null) return printPlan(plans[0]!, countFiles);
    const below = await Promise.all(plans.map((plan) => printPlan(plan, countFiles, 1)));
    return [`${command}${countFiles ? facts : ""}`, ...below].join("\n");
  };
  const optimized = children.map(optimizePlan);
  const sections: string[] = [];
  if (explain.mode === "extended") {
    sections.push("== Analyzed Logical Plan ==", await print(children));
    sections.push("== Optimized Logical Plan ==", await print(optimized));
  }
  sections.push("== Physical Plan ==", await print(optimized, true));
  return localOutcome(COLUMNS, [[sections.join("\n")]]);
}

async function printPlan(plan: Plan, countFiles = false, depth = 0): Promise<string> {
  const indent = depth === 0 ? "" : `${"   ".repeat(depth - 1)}+- `;
  const lines = [indent + (await describeNode(plan, countFiles))];
  for (const input of inputsOf(plan)) lines.push(await printPlan(input, countFiles, depth + 1));
  return lines.join("\n");
}

async function describeNode(plan: Plan, countFiles: boolean): Promise<string> {
  switch (plan.kind) {
    case "scan": {
      const names = plan.output
        .filter((a) => !a.hidden)
        .map((a) => `${a.name}: ${formatType(a.type)}`);
      const facts = [`v${plan.snapshot.version}`];
      if (countFiles) {
        const files = plan.files ?? (await plan.snapshot.scanFiles(plan.prune ?? undefined));
        facts.push(`files ${files.length} of ${await plan.snapshot.fileCount()}`);
      }
      return `Scan ${plan.tableName} [${names.join(", ")}] (${facts.join(", ")})`;
    }
    case "project":
      return `Project [${plan.expressions
        .map(({ expression, output }) => named(expression, output.name))
        .join(", ")}]`;
    case "filter":
      return `Filter ${prettyName(plan.condition)}`;
    case "join": {
      const on = plan.condition ? ` on ${prettyName(plan.condition)}` : "";
      return `Join ${plan.join}${plan.lateral ? " lateral" : ""}${on}`;
    }
    case "aggregate": {
      const groups = plan.groups.map(({ expression }) => prettyName(expression)).join(", ");
      const calls = plan.aggregates.map(({ call }) => prettyName(call)).join(", ");
      return `Aggregate [${groups}] [${calls}]`;
    }
    case "window":
      return `Window [${plan.calls.map(({ call }) => prettyName(call)).join(", ")}]`;
    case "sort":
      return `Sort [${plan.keys.map(sortKeyText).join(", ")}]`;
    case "limit":
      return `Limit ${plan.limit ? prettyName(plan.limit) : "all"}`;
    case "set_operation":
      return `${plan.operator}${plan.all ? " all" : ""}`;
    case "generate":
      return `Generate ${prettyName(plan.call)}`;
    case "local":
    case "values":
      return `LocalRelation (${plan.rows.length} rows)`;
    case "engine_relation":
      return `FileScan [${plan.output
        .filter((a) => !a.hidden)
        .map((a) => a.name)
        .join(", ")}]`;
    case "range":
      return `Range (${plan.start}, ${plan.end}, step ${plan.step})`;
    default:
      return plan.kind;
  }
}

function named(expression: BoundExpression, name: string): string {
  const text = prettyName(expression);
  return text === name ? text : `${text} AS ${name}`;
}

function sortKeyText(key: SortKey): string {
  return `${prettyName(key.expression)} ${key.direction.toUpperCase()} NULLS ${key.nulls.toUpperCase()}`;
}
