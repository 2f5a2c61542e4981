/** Walking a parsed `batuta.toml`: a node by dotted path, and the keys nobody reads. */
import { SovereignError } from "../errors.ts";
import { suggestName } from "../suggest.ts";
import type { TomlPosition } from "./locate.ts";
import {
  CONFIG_KEYS,
  FILE_VERSION,
  FOREIGN_KEYS,
  FOREIGN_TABLES,
  TOP_LEVEL_KEYS,
} from "./schema.ts";

export interface ConfigFile {
  path: string;
  root: unknown;
  positions: ReadonlyMap<string, TomlPosition>;
}

/** The node at a dotted path, undefined when any part is missing. */
export function getNode(root: unknown, path: string): unknown {
  let node = root;
  for (const part of path.split(".")) {
    if (!isTable(node) || !Object.hasOwn(node, part)) return undefined;
    node = node[part];
  }
  return node;
}

/** Where a key's value stands, or the nearest enclosing value that has a position. */
export function findPosition(file: ConfigFile, path: string): TomlPosition {
  const found = file.positions.get(path);
  if (found !== undefined) return found;
  const cut = path.lastIndexOf(".");
  return cut < 0 ? { line: 1, column: 1 } : findPosition(file, path.slice(0, cut));
}

/** A warning line per key that no setting reads, in the file's order. */
export function findUnknownKeys(file: ConfigFile): string[] {
  const warnings: { line: number; text: string }[] = [];
  const report = (path: string, candidates: readonly string[]): void => {
    const line = findPosition(file, path).line;
    const near = elsewhere(path) ?? suggestName(path, candidates);
    const hint = near === null ? "" : `; did you mean \`${near}\`?`;
    warnings.push({ line, text: `${file.path}:${line}: unknown key \`${path}\`${hint}` });
  };
  if (!isTable(file.root)) return [];
  const { profile, ...base } = file.root;
  if (profile !== undefined && !isTable(profile)) throw notATable(file, "profile");
  const tables = [...new Set(CONFIG_KEYS.map((key) => key.key.split(".")[0] as string))];
  walk(file, { node: base, prefix: "" }, [...TOP_LEVEL_KEYS, ...tables, "profile"], report);
  if (isTable(profile)) {
    for (const [name, node] of Object.entries(profile)) {
      if (isTable(node)) walk(file, { node, prefix: `profile.${name}.` }, tables, report);
      else report(`profile.${name}`, []);
    }
  }
  return warnings.sort((a, b) => a.line - b.line).map((warning) => warning.text);
}

function walk(
  file: ConfigFile,
  scope: { node: Record<string, unknown>; prefix: string },
  names: readonly string[],
  report: (path: string, candidates: readonly string[]) => void,
): void {
  const known = [...CONFIG_KEYS.map((key) => key.key), ...FOREIGN_KEYS];
  const { node, prefix } = scope;
  for (const [name, child] of Object.entries(node)) {
    const isForeign = (FOREIGN_TABLES as readonly string[]).includes(name);
    if (isForeign || (TOP_LEVEL_KEYS as readonly string[]).includes(name)) continue;
    const isKnownTable = known.some((key) => key.startsWith(`${name}.`));
    if (isKnownTable && !isTable(child)) throw notATable(file, `${prefix}${name}`);
    if (!isKnownTable || !isTable(child)) {
      report(
        `${prefix}${name}`,
        names.map((known) => `${prefix}${known}`),
      );
      continue;
    }
    for (const leaf of Object.keys(child)) {
      const path = `${name}.${leaf}`;
      if (!known.includes(path))
        report(
          `${prefix}${path}`,
          known.map((key) => `${prefix}${key}`),
        );
    }
  }
}

/** The key of that name in another table: `[lake] tier` means `privacy.tier`. */
function elsewhere(path: string): string | null {
  const leaf = path.slice(path.lastIndexOf(".") + 1);
  const scope = /^profile\.[^.]+\./.exec(path)?.[0] ?? "";
  const found = CONFIG_KEYS.find((key) => key.key.endsWith(`.${leaf}`));
  return found === undefined ? null : `${scope}${found.key}`;
}

/** The keys above all tables: their types, and a form of the file this program does not know. */
export function checkTopLevel(file: ConfigFile): string[] {
  for (const key of TOP_LEVEL_KEYS) {
    const value = getNode(file.root, key);
    if (value !== undefined && typeof value !== "string") throw notAText(file, key, value);
  }
  const version = getNode(file.root, "version");
  if (version === undefined || version === FILE_VERSION) return [];
  const { line } = findPosition(file, "version");
  return [
    `${file.path}:${line}: \`version\` ${JSON.stringify(version)} is not known; this program reads "${FILE_VERSION}"`,
  ];
}

function notAText(file: ConfigFile, key: string, value: unknown): SovereignError {
  const { line, column } = findPosition(file, key);
  return new SovereignError(
    "INVALID_PARAMETER_VALUE",
    `${file.path}:${line}:${column}: \`${key}\` must be a string`,
    {
      hint: `write \`${key} = "${key === "version" ? FILE_VERSION : isTable(value) ? "…" : value}"\``,
      details: { file: file.path, line, column },
    },
  );
}

function notATable(file: ConfigFile, path: string): SovereignError {
  const { line, column } = findPosition(file, path);
  return new SovereignError(
    "INVALID_PARAMETER_VALUE",
    `${file.path}:${line}:${column}: \`${path}\` must be a table`,
    {
      hint: `write \`[${path}]\` on a line of its own`,
      details: { file: file.path, line, column },
    },
  );
}

function isTable(node: unknown): node is Record<string, unknown> {
  return (
    typeof node === "object" && node !== null && !Array.isArray(node) && !(node instanceof Date)
  );
}
