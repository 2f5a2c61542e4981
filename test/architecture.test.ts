/** The house rules that a machine can check: who imports whom, who may touch what, sizes, names. */
import { readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { REPOSITORY, readSources, type SourceFile } from "./source-tree.ts";

let sources: SourceFile[] = [];
beforeAll(async () => {
  sources = await readSources("src");
});

const FLOORS: Record<string, number> = { core: 0, compute: 1, formats: 1, dev: 9, cli: 3, tui: 3 };
/** Capabilities, and the ones whose `index.ts` each may import. */
const CAPABILITIES: Record<string, readonly string[]> = {
  lake: [],
  mlflow: [],
  tokenize: [],
  llm: [],
  features: ["lake"],
  registry: ["mlflow", "lake"],
  train: ["features", "lake", "mlflow"],
  serve: ["registry", "train", "features", "lake", "llm"],
  vector: ["lake", "tokenize"],
  rag: ["vector", "tokenize", "llm", "lake"],
  finetune: ["tokenize", "llm", "mlflow"],
  gate: ["mlflow", "registry", "lake"],
  run: ["*"],
  lab: ["*"],
};

function roomOf(path: string): string {
  const parts = path.split("/");
  return parts.length === 2 ? "index" : (parts[1] ?? "");
}

function floorOf(room: string): number {
  return room in CAPABILITIES ? 2 : room === "index" ? 4 : (FLOORS[room] ?? Number.NaN);
}

/** One line for each breach; a test fails by showing them. */
function findBreaches(check: (file: SourceFile) => string[]): string[] {
  return sources.flatMap((file) => check(file).map((breach) => `${file.path}: ${breach}`));
}

test("there are sources, and every room is known", () => {
  expect(sources.length).toBeGreaterThan(100);
  expect(sources.flatMap((file) => file.imports).length).toBeGreaterThan(300);
  const rooms = new Set(sources.map((file) => roomOf(file.path)));
  expect([...rooms].filter((room) => Number.isNaN(floorOf(room)))).toEqual([]);
});

test("imports point down, and into another capability only through its index.ts", () => {
  const breaches = findBreaches(({ path, imports }) =>
    imports
      .filter((entry) => entry.isOwn && entry.target.startsWith("src/"))
      .filter(({ target }) => {
        const [from, to] = [roomOf(path), roomOf(target)];
        if (from === to || from === "index") return false;
        if (floorOf(from) === 2 && floorOf(to) === 2) {
          const allowed = CAPABILITIES[from] ?? [];
          const isAllowed = allowed.includes("*") || allowed.includes(to);
          return !isAllowed || target !== `src/${to}/index.ts`;
        }
        return floorOf(to) >= floorOf(from);
      })
      .map(({ target }) => `imports ${target}`),
  );
  expect(breaches).toEqual([]);
});

/** Light files the command line may name: loading the whole capability for them would be felt. */
const OPEN_FILES =
  /\/index\.ts$|^src\/lake\/(schema\/|exec\/file-mounts\.ts$|delta\/commit-file\.ts$)/;

test("the command line enters a capability by an index.ts or its schema vocabulary", () => {
  const breaches = findBreaches(({ path, imports }) =>
    roomOf(path) !== "cli"
      ? []
      : imports
          .filter(({ isOwn, target }) => isOwn && floorOf(roomOf(target)) === 2)
          .filter(({ target }) => !OPEN_FILES.test(target))
          .map(({ target }) => `imports ${target}`),
  );
  expect(breaches).toEqual([]);
});

test("the log kernel knows no engine and no Parquet", () => {
  const breaches = findBreaches(({ path, imports }) =>
    !path.startsWith("src/lake/delta/")
      ? []
      : imports
          .filter(({ target, isTypeOnly }) => {
            const isForeign = /^src\/(lake\/(engine|sql|exec|catalog)|formats)\//.test(target);
            return !isTypeOnly && (isForeign || ["parquet-wasm", "apache-arrow"].includes(target));
          })
          .map(({ target }) => `imports ${target}`),
  );
  expect(breaches).toEqual([]);
});

const SOLE_IMPORTERS: Record<string, RegExp> = {
  commander: /^src\/cli\//,
  ink: /^src\/tui\//,
  react: /^src\/tui\//,
  "better-sqlite3": /^src\/core\/store\//,
  "@duckdb/node-api": /^src\/lake\/engine\//,
  fastify: /^src\/core\/http\/|\/server\.ts$|\/routes\//,
  "node:child_process": /^src\/core\/proc\.ts$/,
  child_process: /^src\/core\/proc\.ts$/,
};

test("packages with one home are imported only there", () => {
  const breaches = findBreaches(({ path, imports }) =>
    imports
      .filter(({ target }) => SOLE_IMPORTERS[target]?.test(path) === false)
      .map(({ target }) => `imports ${target}`),
  );
  expect(breaches).toEqual([]);
});

/** What only the named files may say. */
const RESERVED: readonly (readonly [string, RegExp, RegExp])[] = [
  ["process.env", /\bprocess\.env\b/, /^src\/core\/config\//],
  ["console", /\bconsole\.\w+\(/, /^src\/cli\/io\.ts$|^src\/tui\/mount\.ts$/],
  ["process.stdout", /\bprocess\.std(out|err|in)\b/, /^src\/cli\/io\.ts$|^src\/tui\/mount\.ts$/],
  ["process.exit", /\bprocess\.(exit|abort)\(/, /^$/],
  ["the wall clock", /\bDate\.now\(|\bnew Date\(\)|\bperformance\.now\(/, /^src\/core\/clock\.ts$/],
  ["randomness", /\bMath\.random\(|\brandom(UUID|Bytes|Int)\b/, /^src\/core\/(rng|ids)\.ts$/],
];

test.each(RESERVED)("%s is used only in its own place", (_, pattern, home) => {
  const breaches = findBreaches(({ path, code }) =>
    // The doctor's probe is a text run by another process.
    !home.test(path) && pattern.test(code.replace(/`[^`]*`/g, "``")) ? ["uses it"] : [],
  );
  expect(breaches).toEqual([]);
});

interface BundleOutput {
  entryPoint?: string;
  inputs: Record<string, unknown>;
  imports: { path: string; kind: string; external?: boolean }[];
}

const HEAVY =
  /node_modules\/(apache-arrow|ink|react|yoga-layout)\/|^(@duckdb|parquet-wasm|better-)/;

test("no command loads a heavy package before it runs", () => {
  const meta = JSON.parse(readFileSync(join(REPOSITORY, "dist/cli.meta.json"), "utf8")) as {
    outputs: Record<string, BundleOutput>;
  };
  const { outputs } = meta;
  const closure = (path: string, seen = new Set<string>()): Set<string> => {
    if (seen.has(path)) return seen;
    seen.add(path);
    for (const input of Object.keys(outputs[path]?.inputs ?? {})) seen.add(input);
    for (const entry of outputs[path]?.imports ?? []) {
      if (entry.kind === "import-statement") closure(entry.path, seen);
    }
    return seen;
  };
  const entries = Object.entries(outputs).filter(([, { entryPoint }]) =>
    /^src\/cli\/(main\.ts|commands\/)/.test(entryPoint ?? ""),
  );
  expect(entries.length).toBeGreaterThan(3);
  const breaches = entries.flatMap(([path, { entryPoint }]) =>
    [...closure(path)].filter((part) => HEAVY.test(part)).map((part) => `${entryPoint}: ${part}`),
  );
  expect(breaches).toEqual([]);
});

/** Files longer than the limit, each with its reason. */
const LONG_FILES: Record<string, string> = {
  "src/lake/sql/ast.ts": "the syntax tree's whole vocabulary, one union",
};
const LINE_LIMIT = 400;
const COLUMN_LIMIT = 100;

test("files stay within 400 lines and lines within 100 columns", () => {
  const breaches = findBreaches(({ path, text }) => {
    const lines = text.trimEnd().split("\n");
    const wide = lines.findIndex((line) => [...line].length > COLUMN_LIMIT && !isData(line));
    return [
      ...(lines.length > LINE_LIMIT && !(path in LONG_FILES) ? [`${lines.length} lines`] : []),
      ...(wide >= 0 ? [`line ${wide + 1} is ${lines[wide]!.length} columns wide`] : []),
    ];
  });
  expect(breaches).toEqual([]);
});

/** A line that is one long string, template or regular expression cannot be broken. */
function isData(line: string): boolean {
  if (/^\s*\/\S.*\/[a-z]*[,;]?$/.test(line)) return true;
  return /["'`][^"'`]{40,}|["'`][^\n]{60,}["'`]/.test(line);
}

test("names are kebab-case, say what is inside, and every file has a header", () => {
  const breaches = findBreaches(({ path, text }) => {
    const name = basename(path).replace(/\.(worker\.)?tsx?$/, "");
    const isVague = /(^|-)(utils?|helpers?|common|manager|service|misc)($|-)/.test(name);
    return [
      ...(/^[a-z0-9]+(-[a-z0-9]+)*$/.test(name) ? [] : ["is not kebab-case"]),
      ...(isVague ? ["has a name that says nothing"] : []),
      ...(text.startsWith("/**") ? [] : ["has no header"]),
    ];
  });
  expect(breaches).toEqual([]);
});

test("no machine paths, to-dos or stubs are left in sources", () => {
  const breaches = findBreaches(({ text }) =>
    text
      .split("\n")
      .filter((line) => /\bTODO\b|\bFIXME\b|\bXXX\b|not implemented yet|\/home\/\w+\//.test(line))
      .map((line) => line.trim()),
  );
  expect(breaches).toEqual([]);
});
