/** The main job's report as text: rows per layer, data quality, slowest steps, what to try next. */
import { fitText } from "../../core/plot/index.ts";
import { formatCount, formatDuration } from "../../core/progress.ts";
import type { StartReport } from "../../run/index.ts";
import type { Style } from "../style.ts";

/** Plain columns, no wider than 80, so that it reads the same in a log. */
export function formatReport(report: StartReport, style: Style): string {
  const sections = [
    layersSection(report, style),
    qualitySection(report, style),
    quarantineSection(report, style),
    slowestSection(report, style),
    nextSection(report, style),
  ];
  return `${sections.join("\n")}`;
}

function layersSection({ layers, manifest }: StartReport, style: Style): string {
  const names = [...new Set(layers.map(({ layer }) => layer))];
  const lines = names.map((name) => {
    const tables = layers.filter(({ layer }) => layer === name);
    const counts = tables.map(({ table, rowCount }) => `${table} ${formatCount(rowCount)}`);
    return `  ${name.padEnd(7)} ${counts.join(", ")}\n`;
  });
  const { rows, files } = manifest;
  const total = Object.values(rows).reduce((sum, count) => sum + count, 0);
  lines.unshift(`  ${"files".padEnd(7)} ${files - 1} with ${formatCount(total)} rows\n`);
  return `${style.bold("Rows")}\n${lines.join("")}`;
}

function qualitySection({ quality }: StartReport, style: Style): string {
  const lines = quality.map((line) => {
    const status = line.status === "PASS" ? style.green("PASS") : style.red(line.status);
    const dataset = fitText(line.dataset, 20);
    const expectation = fitText(line.expectation, 26);
    const failing = `${formatCount(line.failing)} of ${formatCount(line.rowCount)}`;
    return `  ${status}  ${dataset} ${expectation} ${failing} (${line.failingPercent}%)\n`;
  });
  return `${style.bold("Data quality")}  rows that break each expectation\n${lines.join("")}`;
}

function quarantineSection({ quarantine }: StartReport, style: Style): string {
  const datasets = [...new Set(quarantine.map(({ dataset }) => dataset))];
  const lines = datasets.map((name) => {
    const reasons = quarantine.filter(({ dataset }) => dataset === name);
    const counts = reasons.map(({ reason, rowCount }) => `${reason} ${formatCount(rowCount)}`);
    return wrap(counts, `  ${name.padEnd(13)}`);
  });
  return `${style.bold("Quarantine")}  rows kept aside, by reason\n${lines.join("")}`;
}

function slowestSection({ slowest, outcome }: StartReport, style: Style): string {
  const steps = slowest.map((task) => `${task.key} ${formatDuration(task.durationMs)}`);
  const total = formatDuration(outcome.durationMs);
  return `${style.bold("Time")}  ${total} in all, the slowest steps being\n  ${steps.join(", ")}\n`;
}

function nextSection({ outcome }: StartReport, style: Style): string {
  const commands = [
    'sovereign lake sql "SELECT value_tier, count(*), sum(total_spend) FROM gold.customer_360 GROUP BY 1"',
    "sovereign lake history silver.customers",
    `sovereign run show ${outcome.runId}`,
  ];
  const lines = commands.map((text) => `  ${style.cyan(text)}\n`);
  return `${style.bold("Look further")}\n${lines.join("")}`;
}

/** Comma-separated items over lines of at most 80 columns, later lines indented like the first. */
function wrap(items: readonly string[], lead: string): string {
  const indent = " ".repeat(lead.length);
  const lines: string[] = [];
  let line = lead;
  for (const [i, item] of items.entries()) {
    const piece = i === items.length - 1 ? item : `${item},`;
    if (line.length + piece.length + 1 > 80 && line.trim() !== lead.trim()) {
      lines.push(line);
      line = indent;
    }
    line += ` ${piece}`;
  }
  return `${[...lines, line].join("\n")}\n`;
}
