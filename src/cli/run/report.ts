/** The main job's report as text: rows per layer, data quality, slowest steps, what to try next. */
import { fitText } from "../../core/plot/index.ts";
import { formatCount, formatDuration } from "../../core/progress.ts";
import type { StartReport } from "../../run/index.ts";
import type { Style } from "../style.ts";

/** Plain columns, no wider than 80, so that it reads the same in a log. */
export function formatReport(
  report: StartReport,
  style: Style,
  commands: readonly string[],
): string {
  const sections = [
    layersSection(report, style),
    qualitySection(report, style),
    quarantineSection(report, style),
    slowestSection(report, style),
    nextSection(commands, style),
  ];
  return `${sections.join("\n")}`;
}

function layersSection({ layers, manifest }: StartReport, style: Style): string {
  const names = [...new Set(layers.map(({ layer }) => layer))];
  const lines = names.map((name) => {
    const tables = layers.filter(({ layer }) => layer === name);
    const counts = tables.map(({ table, rowCount }) => `${table} ${formatCount(rowCount)}`);
    return wrap(counts, `  ${name.padEnd(7)}`);
  });
  const { rows, files } = manifest;
  const total = Object.values(rows).reduce((sum, count) => sum + count, 0);
  lines.unshift(`  ${"files".padEnd(7)} ${files - 1} with ${formatCount(total)} rows\n`);
  return `${style.bold("Rows")}\n${lines.join("")}`;
}

function qualitySection({ quality }: StartReport, style: Style): string {
  const lines = quality.map((line) => {
    const status = line.status === "PASS" ? style.green("PASS") : style.red(line.status);
    const dataset = fitText(line.dataset, 19);
    const expectation = fitText(line.expectation, 25);
    const failing = formatCount(line.failing).padStart(7);
    const rows = formatCount(line.rowCount).padStart(8);
    const measured = line.failingPercent.padStart(6);
    const allowed = line.allowedPercent.padStart(7);
    return `  ${status} ${dataset} ${expectation}${failing}${rows}${measured}${allowed}\n`;
  });
  const heading = `${style.bold("Data quality")}${" ".repeat(40)}`;
  return `${heading} broken    rows     %  limit\n${lines.join("")}`;
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

function nextSection(commands: readonly string[], style: Style): string {
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
