/** The source files and what each imports, for the house tests. */
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { init, parse } from "es-module-lexer";

export const REPOSITORY = join(dirname(fileURLToPath(import.meta.url)), "..");

export interface SourceImport {
  /** Path below the repository for our own files, else the package's or builtin's name. */
  target: string;
  isOwn: boolean;
  isDynamic: boolean;
  isTypeOnly: boolean;
}

export interface SourceFile {
  /** Below the repository, with forward slashes: `src/core/errors.ts`. */
  path: string;
  text: string;
  /** Without comments, for searches. */
  code: string;
  imports: SourceImport[];
}

/** AssemblyScript, a language of its own. */
const KERNELS = /^src\/compute\/kernels\//;

/** Every `.ts` file below `folder`, sorted. */
export async function readSources(folder: string): Promise<SourceFile[]> {
  await init;
  return readdirSync(join(REPOSITORY, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => /\.tsx?$/.test(name) && !KERNELS.test(`${folder}/${name}`))
    .sort()
    .map((name) => {
      const path = `${folder}/${name}`;
      const text = readFileSync(join(REPOSITORY, path), "utf8");
      return { path, text, code: stripComments(text), imports: readImports(path, text) };
    });
}

function readImports(path: string, text: string): SourceImport[] {
  const [imports] = parse(text);
  return imports.flatMap((entry) => {
    if (entry.type === "import-meta" || entry.specifier === undefined) return [];
    const isDynamic = entry.type === "dynamic";
    const name = entry.specifier;
    const isOwn = name.startsWith(".");
    const from = resolve(REPOSITORY, dirname(path), name);
    const statement = text.slice(entry.importStart, entry.importEnd);
    return {
      target: isOwn ? relative(REPOSITORY, from) : packageName(name),
      isOwn,
      isDynamic,
      isTypeOnly: (!isDynamic && entry.typeOnly) || namesOnlyTypes(statement),
    };
  });
}

/** Braces with nothing but `type` names. */
function namesOnlyTypes(statement: string): boolean {
  const braces = /^import\s*\{([^}]*)\}/.exec(statement)?.[1];
  if (braces === undefined) return false;
  const names = braces.split(",").map((name) => name.trim());
  return names.filter((name) => name !== "").every((name) => name.startsWith("type "));
}

function packageName(specifier: string): string {
  if (specifier.startsWith("node:")) return specifier;
  return specifier
    .split("/")
    .slice(0, specifier.startsWith("@") ? 2 : 1)
    .join("/");
}

function stripComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, "").replace(/(^|\s)\/\/.*$/gm, "$1");
}
