/**
 * The files a path in a statement means: one file, every file below a folder (hidden ones, `_x`
 * and `.x`, left out, as Spark does), or a glob with `*`, `?`, `[…]`, `{a,b}`. Sorted by path.
 */
import { existsSync, readdirSync, statSync } from "node:fs";
import { basename, join, relative } from "node:path";
import { SovereignError } from "../../../core/errors.ts";
import { notImplemented } from "../../sql/error.ts";

export interface SourceFile {
  absolutePath: string;
  sizeBytes: number;
  modifiedMs: number;
}

const GLOB = /[*?[\]{}]/;

/** Lists files; fails with PATH_NOT_FOUND when nothing is there. */
export function listFiles(absolutePath: string): SourceFile[] {
  const paths =
    GLOB.test(absolutePath) && !existsSync(absolutePath)
      ? expandGlob(absolutePath)
      : [absolutePath];
  const existing = paths.filter((path) => existsSync(path));
  if (existing.length === 0) {
    throw new SovereignError(
      "RESOURCE_DOES_NOT_EXIST",
      `the path \`${absolutePath}\` does not exist`,
      {
        hint: "check the path; relative paths start at the project's folder",
        details: { error_class: "PATH_NOT_FOUND", sql_state: "42K03", path: absolutePath },
      },
    );
  }
  return existing.flatMap((path) => walk(path, path)).sort(byPath);
}

function byPath(a: SourceFile, b: SourceFile): number {
  return a.absolutePath < b.absolutePath ? -1 : a.absolutePath > b.absolutePath ? 1 : 0;
}

function walk(path: string, root: string): SourceFile[] {
  const facts = statSync(path);
  if (!facts.isDirectory()) {
    return [{ absolutePath: path, sizeBytes: facts.size, modifiedMs: Math.trunc(facts.mtimeMs) }];
  }
  return readdirSync(path, { withFileTypes: true })
    .filter((entry) => !isHidden(entry.name))
    .flatMap((entry) => {
      if (entry.isDirectory() && entry.name.includes("=")) {
        const folder = relative(root, join(path, entry.name));
        throw notImplemented(
          `reading the partition folder \`${folder}\``,
          undefined,
          "name the files of one partition, or a Delta table",
        );
      }
      return walk(join(path, entry.name), root);
    });
}

function isHidden(name: string): boolean {
  return name.startsWith("_") || name.startsWith(".");
}

function expandGlob(pattern: string): string[] {
  const parts = pattern.split("/");
  let found = [parts[0] === "" ? "/" : parts[0]!];
  for (const part of parts.slice(1)) {
    if (part === "") continue;
    if (!GLOB.test(part)) {
      found = found.map((folder) => join(folder, part));
      continue;
    }
    const matcher = globToRegExp(part);
    found = found.flatMap((folder) => {
      if (!existsSync(folder) || !statSync(folder).isDirectory()) return [];
      return readdirSync(folder)
        .filter((name) => matcher.test(name) && !isHidden(name))
        .map((name) => join(folder, name));
    });
  }
  return found;
}

/** One path segment's glob as a regular expression. */
export function globToRegExp(glob: string): RegExp {
  let source = "";
  let depth = 0;
  for (let i = 0; i < glob.length; i++) {
    const character = glob[i]!;
    const close = character === "[" ? glob.indexOf("]", i + 2) : -1;
    if (close > 0) {
      const body = glob
        .slice(i + 1, close)
        .replace(/^[!^]/, "^")
        .replaceAll("\\", "\\\\");
      source += `[${body}]`;
      i = close;
    } else if (character === "*") source += "[^/]*";
    else if (character === "?") source += "[^/]";
    else if (character === "{") {
      depth++;
      source += "(?:";
    } else if (character === "}" && depth > 0) {
      depth--;
      source += ")";
    } else if (character === "," && depth > 0) source += "|";
    else source += character.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  }
  return new RegExp(`^${source}$`, "u");
}

/** Files whose name, or path below `root`, matches the pattern of COPY INTO's PATTERN. */
export function filterByPattern(
  files: readonly SourceFile[],
  root: string,
  pattern: string,
): SourceFile[] {
  const matcher = globToRegExp(pattern.split("/").at(-1)!);
  return files.filter((file) => {
    const name = relative(root, file.absolutePath);
    return matcher.test(basename(name === "" ? file.absolutePath : name));
  });
}
