/**
 * The spans of a trace as a tree of lines: what called what, when it ran within the whole (a bar),
 * and how long it took. With `details`, what each span kept follows below it.
 */
import { fitText } from "../../core/plot/index.ts";
import { formatDuration } from "../../core/progress.ts";
import type { SpanEntity } from "../../mlflow/index.ts";
import { printable } from "../output/printable.ts";
import type { Style } from "../style.ts";

export interface SpanTreeOptions {
  readonly style: Style;
  readonly columns: number;
  readonly details: boolean;
}

const BAR = 20;
const TIME = 9;
/** Told by the tree itself. */
const HIDDEN = new Set(["mlflow.traceRequestId", "mlflow.spanType"]);

interface Line {
  readonly span: SpanEntity;
  /** What stands before the name, and before what follows below it. */
  readonly lead: string;
  readonly below: string;
}

/** The lines of the tree; the spans come in the order of their starts. */
export function drawSpanTree(spans: readonly SpanEntity[], options: SpanTreeOptions): string {
  const { style, columns } = options;
  const from = spans[0]?.startNs ?? 0n;
  let to = from;
  for (const span of spans) if (endOf(span) > to) to = endOf(span);
  const lines = arrange(spans, style.unicode);
  const room = Math.max(12, Math.min(columns, 120) - BAR - TIME - 3);
  const width = Math.min(room, Math.max(...lines.map((line) => labelOf(line).length), 8));
  return lines
    .map((line) => {
      const label = fitText(labelOf(line), width);
      const { span } = line;
      const isBad = span.status === "ERROR";
      const text = `${isBad ? style.red(label) : label} ${barOf(span, { from, to }, style)}`;
      const time = span.endNs === null ? "open" : formatNanos(span.endNs - span.startNs);
      const head = `${text} ${time.padStart(TIME)}\n`;
      return options.details ? head + detailsOf(line, options) : head;
    })
    .join("");
}

function labelOf({ span, lead }: Line): string {
  const type = span.type === "" || span.type === "UNKNOWN" ? "" : ` [${span.type}]`;
  const failure = span.status === "ERROR" ? " failed" : "";
  return printable(`${lead}${span.name}${type}${failure}`);
}

/** Parents before children; spans whose parent is missing stand at the top. */
function arrange(spans: readonly SpanEntity[], unicode: boolean): Line[] {
  const known = new Set(spans.map(({ spanId }) => spanId));
  const children = new Map<string | null, SpanEntity[]>();
  for (const span of spans) {
    const { parentSpanId } = span;
    const parent = parentSpanId !== null && known.has(parentSpanId) ? parentSpanId : null;
    children.set(parent, [...(children.get(parent) ?? []), span]);
  }
  const marks = unicode ? ["├─ ", "└─ ", "│  "] : ["|- ", "`- ", "|  "];
  const lines: Line[] = [];
  const seen = new Set<string>();
  // A stack of its own: traces may be deeper than calls can go.
  const stack = (children.get(null) ?? []).map((span) => ({ span, lead: "", below: "" })).reverse();
  for (let line = stack.pop(); line !== undefined; line = stack.pop()) {
    if (seen.has(line.span.spanId)) continue;
    seen.add(line.span.spanId);
    lines.push(line);
    const { below } = line;
    const next = children.get(line.span.spanId) ?? [];
    const inner = next.map((span, i) => {
      const isLast = i === next.length - 1;
      const lead = `${below}${isLast ? marks[1] : marks[0]}`;
      return { span, lead, below: `${below}${isLast ? "   " : marks[2]}` };
    });
    stack.push(...inner.reverse());
  }
  return lines;
}

/** Where the span lies within the trace. */
function barOf(span: SpanEntity, { from, to }: { from: bigint; to: bigint }, style: Style): string {
  const total = Number(to - from) || 1;
  const start = Math.min(BAR - 1, Math.floor((Number(span.startNs - from) / total) * BAR));
  const end = Math.ceil((Number(endOf(span) - from) / total) * BAR);
  const size = Math.max(1, Math.min(BAR, end) - start);
  const bar = (style.unicode ? "━" : "=").repeat(size);
  const rest = " ".repeat(BAR - start - size);
  return `${" ".repeat(start)}${span.status === "ERROR" ? style.red(bar) : style.cyan(bar)}${rest}`;
}

function detailsOf({ span, below }: Line, { style, columns }: SpanTreeOptions): string {
  const lines = Object.entries(span.attributes)
    .filter(([key]) => !HIDDEN.has(key))
    .map(([key, value]) => `${key.replace(/^mlflow\.span/, "").toLowerCase()}: ${print(value)}`);
  if (span.statusMessage !== "") lines.push(`error: ${span.statusMessage}`);
  for (const { name, attributes } of span.events) lines.push(`event ${name}: ${print(attributes)}`);
  const lead = `${below}    `;
  const width = Math.max(20, columns - lead.length);
  return lines
    .map((line) => `${lead}${style.dim(fitText(printable(line), width).trimEnd())}\n`)
    .join("");
}

function print(value: unknown): string {
  if (typeof value === "string") return value;
  return JSON.stringify(value, (_key, item) => (typeof item === "bigint" ? String(item) : item));
}

function endOf(span: SpanEntity): bigint {
  return span.endNs ?? span.startNs;
}

function formatNanos(durationNs: bigint): string {
  const micros = Number(durationNs) / 1000;
  return micros < 1000 ? `${micros.toFixed(0)} µs` : formatDuration(micros / 1000);
}
