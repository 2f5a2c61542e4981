/**
 * `get_json_object` (Spark 4.2 `GetJsonObjectEvaluator`, which keeps Hive's habits): a path is
 * `$`, then `.name`, `['name']`, `[0]`, `[*]`. One match of `[*]` loses its brackets, two `[*]` in
 * a row flatten. `.*` parses and matches nothing.
 */
import { runtimeError } from "../builder.ts";
import { type JsonNode, type JsonOptions, tryReadJson } from "./json-read.ts";
import { writeJson } from "./json-write.ts";

type Step =
  | { readonly kind: "name"; readonly name: string }
  | { readonly kind: "index"; readonly index: number }
  | { readonly kind: "all" }
  | { readonly kind: "fields" };

/** How a match is written: text bare, quoted, or an array's elements in place of the array. */
type Style = "raw" | "quoted" | "flatten";

interface Written {
  /** JSON texts, to stand in the array around them. */
  readonly parts: readonly string[];
  readonly matched: boolean;
}

const NOTHING: Written = { parts: [], matched: false };
/** Hive's tolerance: quotes of either kind, control characters. */
export const LENIENT: JsonOptions = { controlCharacters: true };

/** Blanks are passed over where Spark's grammar has a text or a pattern, not where it has a character. */
const STEPS = [
  /\s*(?:\.\*|\['\*'\])/y,
  /\.\s*((?!\s)[^.[]+)/y,
  /\s*\['\s*((?!\s)[^']+)'\]/y,
  /\[(\*|\s*\d+)\]/y,
];

const cache = new Map<string, readonly Step[] | null>();

/** The text at a path of a JSON text; null when there is none or either is malformed. */
export function jsonAtPath(text: string, path: string): string | null {
  const steps = cached(path);
  const node = steps && tryReadJson(text, LENIENT);
  if (!steps || !node) return null;
  const { parts, matched } = evaluate(node, steps, "raw");
  return matched ? parts.join(" ") : null;
}

function cached(path: string): readonly Step[] | null {
  const known = cache.get(path);
  if (known !== undefined) return known;
  const steps = parsePath(path);
  if (cache.size < 500) cache.set(path, steps);
  return steps;
}

function parsePath(path: string): readonly Step[] | null {
  if (!path.startsWith("$")) return null;
  const steps: Step[] = [];
  let at = 1;
  while (at < path.length) {
    const step = parseStep(path, at);
    if (!step) return /^\s*$/.test(path.slice(at)) ? steps : null;
    steps.push(step.step);
    at = step.end;
  }
  return steps;
}

function parseStep(path: string, at: number): { step: Step; end: number } | null {
  for (const [i, pattern] of STEPS.entries()) {
    pattern.lastIndex = at;
    const match = pattern.exec(path);
    if (!match) continue;
    const part = match[1] ?? "";
    const end = pattern.lastIndex;
    if (i === 0) return { step: { kind: "fields" }, end };
    if (i < 3) return { step: { kind: "name", name: part }, end };
    return {
      step: part === "*" ? { kind: "all" } : { kind: "index", index: readIndex(part) },
      end,
    };
  }
  return null;
}

function readIndex(text: string): number {
  const index = Number(text);
  if (index <= Number.MAX_SAFE_INTEGER) return index;
  throw runtimeError("UNSUPPORTED_FEATURE", "0A000", `the index ${text.trim()} of a JSON path`);
}

function evaluate(node: JsonNode, path: readonly Step[], style: Style): Written {
  const [step, ...rest] = path;
  if (!step) return writeMatch(node, style);
  if (node.kind === "object") return step.kind === "name" ? field(node, path, style) : NOTHING;
  if (node.kind !== "array") return NOTHING;
  if (step.kind === "index") {
    const item = node.items[step.index];
    if (!item) return NOTHING;
    return evaluate(item, rest, rest[0]?.kind === "all" ? "quoted" : style);
  }
  return step.kind === "all" ? elements(node.items, rest, style) : NOTHING;
}

function writeMatch(node: JsonNode, style: Style): Written {
  if (node.kind === "string" && style === "raw") return { parts: [node.text], matched: true };
  if (node.kind === "array" && style === "flatten") {
    return gather(node.items.map((item) => evaluate(item, [], "flatten")));
  }
  return { parts: [writeJson(node)], matched: true };
}

/** The first field of the name that matches; NULL does not. */
function field(
  node: Extract<JsonNode, { kind: "object" }>,
  path: readonly Step[],
  style: Style,
): Written {
  const [step, ...rest] = path;
  const parts: string[] = [];
  for (const [name, value] of node.entries) {
    if (step?.kind !== "name" || name !== step.name || value.kind === "null") continue;
    const written = evaluate(value, rest, style);
    parts.push(...written.parts);
    if (written.matched) return { parts, matched: true };
  }
  return { parts, matched: false };
}

function elements(items: readonly JsonNode[], rest: readonly Step[], style: Style): Written {
  if (rest[0]?.kind === "all") {
    const inner = gather(items.map((item) => evaluate(item, rest.slice(1), "flatten")));
    return { parts: [`[${inner.parts.join(",")}]`], matched: inner.matched };
  }
  const next = style === "raw" ? "quoted" : style;
  const written = items.map((item) => evaluate(item, rest, next));
  const { parts, matched } = gather(written);
  if (style === "quoted") return { parts: [`[${parts.join(",")}]`], matched };
  const count = written.filter((w) => w.matched).length;
  if (count === 0) return NOTHING;
  return { parts: [count === 1 ? parts.join(",") : `[${parts.join(",")}]`], matched: true };
}

function gather(written: readonly Written[]): Written {
  return {
    parts: written.flatMap((w) => w.parts),
    matched: written.some((w) => w.matched),
  };
}
