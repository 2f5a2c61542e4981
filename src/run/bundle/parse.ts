/** YAML text to a checked bundle, or to every problem in it with line and column. */
import { type Document, isMap, isNode, isPair, isScalar, LineCounter, parseDocument } from "yaml";

import { suggestName } from "../../core/suggest.ts";
import type { Place } from "../job/types.ts";
import type { BundleProblem } from "./problem.ts";
import { BUNDLE_SHAPE, type BundleShape, UNSUPPORTED } from "./shape.ts";

type Path = readonly PropertyKey[];

/** Turns a path of keys and indices into a place in the text. */
export type Locate = (path: Path) => Place;

/** A problem of the text at hand. */
type Finding = Omit<BundleProblem, "file">;

/** The file's content, or what is wrong with it. */
export type ParsedBundle =
  | { bundle: BundleShape; locate: Locate; problems: [] }
  | { bundle: null; locate: Locate; problems: Finding[] };

/** Never throws for bad text. Aliases are bounded by the YAML reader. */
export function parseBundle(text: string): ParsedBundle {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: true });
  const locate: Locate = (path) => position(document, lines, path);
  if (document.errors.length > 0) {
    const problems = document.errors.map((error): Finding => {
      const { line, col } = lines.linePos(error.pos[0]);
      const reason = (error.message.split("\n")[0] ?? "").replace(/ at line \d+.*$/, "");
      const message = `YAML: ${reason}`;
      const hint = "correct the YAML there";
      return { code: "INVALID_PARAMETER_VALUE", message, hint, line, column: col };
    });
    return { bundle: null, locate, problems };
  }
  if (document.contents !== null && !isMap(document.contents)) {
    return { bundle: null, locate, problems: [{ ...NO_MAPPING, ...locate([]) }] };
  }
  const outcome = BUNDLE_SHAPE.safeParse(toPlain(document) ?? {});
  if (outcome.success) return { bundle: outcome.data, locate, problems: [] };
  const problems = outcome.error.issues.flatMap((issue) => describeIssue(issue, locate));
  return { bundle: null, locate, problems: problems.sort(byPlace) };
}

const NO_MAPPING = {
  code: "INVALID_PARAMETER_VALUE",
  message: "this is no bundle: it must be a mapping with `bundle` and `resources`",
  hint: "name a databricks.yml with `--file`",
} as const;

function toPlain(document: Document): unknown {
  try {
    return document.toJS({ maxAliasCount: 100 });
  } catch {
    // Too many aliases: leave nothing, so that the shape check refuses it.
    return null;
  }
}

interface Issue {
  code: string;
  path: Path;
  message: string;
  keys?: readonly string[];
}

function describeIssue(issue: Issue, locate: Locate): Finding[] {
  if (issue.code === "unrecognized_keys") {
    return (issue.keys ?? []).map((name) => describeKey(issue.path, name, locate));
  }
  const where = formatPath(issue.path);
  const isMissing = /received undefined/.test(issue.message);
  const reason = issue.message.replace(/^Invalid input: /, "");
  const expected = /expected (\w+)/.exec(issue.message)?.[1];
  const message = isMissing
    ? `\`${where}\` is missing`
    : `\`${where}\`: ${reason.replace(/^[A-Z]/, (letter) => letter.toLowerCase())}`;
  const hint = isMissing
    ? `add \`${String(issue.path.at(-1))}\`${expected === undefined ? "" : ` (${expected})`}`
    : `correct \`${where}\``;
  return [{ code: "INVALID_PARAMETER_VALUE", message, hint, ...locate(issue.path) }];
}

/** A key no shape has: known to Databricks but not built, or a slip. */
function describeKey(path: Path, name: string, locate: Locate): Finding {
  const kind = kindOf(path);
  const place = locate([...path, name]);
  const where = formatPath([...path, name]);
  if (UNSUPPORTED[kind]?.includes(name)) {
    return {
      code: "NOT_IMPLEMENTED",
      message: `\`${where}\` is not supported yet`,
      hint:
        kind === "task" && name.endsWith("_task")
          ? "only `sql_task` runs here"
          : `remove \`${name}\``,
      ...place,
    };
  }
  const known = [...(UNSUPPORTED[kind] ?? []), ...(KNOWN_KEYS[kind] ?? [])];
  const near = suggestName(name, known);
  const hint = near === null ? `remove \`${name}\`` : `did you mean \`${near}\`?`;
  const message = `unknown key \`${where}\``;
  return { code: "INVALID_PARAMETER_VALUE", message, hint, ...place };
}

const KNOWN_KEYS: Readonly<Record<string, readonly string[]>> = {
  bundle: ["bundle", "variables", "targets", "resources", "workspace"],
  resources: ["jobs"],
  job: ["name", "tasks", "parameters", "description", "tags", "schedule"],
  task: ["task_key", "depends_on", "sql_task", "description"],
  depends_on: ["task_key"],
  sql_task: ["file", "warehouse_id", "parameters"],
  other: ["name", "default", "description", "path", "source", "mode", "variables"],
};

/** Which list of known keys goes with a place. */
function kindOf(path: Path): string {
  const names = path.filter((part) => typeof part !== "number").map(String);
  if (names.length === 0) return "bundle";
  if (names[0] !== "resources") return "other";
  if (names.length === 1) return "resources";
  if (names.length === 3) return "job";
  if (names.length === 4 && names[3] === "tasks") return "task";
  const last = names.at(-1) as string;
  return last === "depends_on" || last === "sql_task" ? last : "other";
}

/** `resources.jobs.x.tasks[2].sql_task`. */
export function formatPath(path: Path): string {
  return path
    .map((part, i) =>
      typeof part === "number" ? `[${part}]` : `${i === 0 ? "" : "."}${String(part)}`,
    )
    .join("");
}

/** Place of the key (or item) at a path, else of the nearest thing around it. */
function position(document: Document, lines: LineCounter, path: Path): Place {
  for (let depth = path.length; depth > 0; depth--) {
    const parent = document.getIn(path.slice(0, depth - 1), true);
    const name = path[depth - 1];
    if (isMap(parent)) {
      const pair = parent.items.find(
        (item) => isPair(item) && isScalar(item.key) && item.key.value === name,
      );
      if (pair !== undefined && isNode(pair.key) && pair.key.range)
        return at(lines, pair.key.range[0]);
    }
    const node = document.getIn(path.slice(0, depth), true);
    if (isNode(node) && node.range) return at(lines, node.range[0]);
  }
  return { line: 1, column: 1 };
}

function at(lines: LineCounter, offset: number): Place {
  const { line, col } = lines.linePos(offset);
  return { line, column: col };
}

function byPlace(a: Place, b: Place): number {
  return a.line - b.line || a.column - b.column;
}
