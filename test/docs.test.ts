/**
 * What is written about the commands is true: each declares what help needs, its examples parse, the
 * README lists it, and the README's console blocks print what they say. Record anew with
 * `UPDATE_DOCS=1 npx vitest run test/docs`.
 */
import { mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import type { CommandSpec } from "../src/cli/command.ts";
import { COMMAND_TREE } from "../src/cli/commands/index.ts";
import { formatReference, listEntries } from "../src/cli/help/reference.ts";
import { TOPICS } from "../src/cli/help/topics.ts";
import { locate } from "../src/cli/locate.ts";
import { parseCommand } from "../src/cli/parse.ts";
import { createStyle } from "../src/cli/style.ts";
import { splitWords } from "../src/cli/words.ts";
import { listErrorCodes } from "../src/core/errors.ts";
import { runInProcess, runScript, splitShellWords } from "./acceptance/run-case.ts";
import { createTestIo } from "./cli/test-io.ts";
import { REPOSITORY, readSources, type SourceFile } from "./source-tree.ts";

interface NamedSpec {
  path: string;
  summary: string;
  spec: CommandSpec;
}

let commands: NamedSpec[] = [];
let sources: SourceFile[] = [];
beforeAll(async () => {
  commands = await Promise.all(
    listEntries(COMMAND_TREE).map(async ({ path, entry }) => ({
      path,
      summary: entry.summary,
      spec: (await entry.load()).command,
    })),
  );
  sources = await readSources("src");
});

const README = join(REPOSITORY, "README.md");
const isRecording = process.env.UPDATE_DOCS === "1";

describe("declarations", () => {
  test("every command has a summary, arguments explained, and examples", () => {
    const breaches = commands.flatMap(({ path, summary, spec }) => [
      ...(/^[A-Z][^\n]{9,79}[^.\n]$/.test(summary) ? [] : [`${path}: summary \`${summary}\``]),
      ...(spec.examples.length >= 1 && spec.examples.length <= 4 ? [] : [`${path}: examples`]),
      ...Object.entries({ ...spec.args, ...spec.flags })
        .filter(([, { summary: text }]) => text === "" || text.endsWith("."))
        .map(([name]) => `${path}: text of ${name}`),
    ]);
    expect(commands.length).toBeGreaterThan(4);
    expect(breaches).toEqual([]);
  });

  test("every example is a command line its own command accepts", () => {
    const breaches = commands.flatMap(({ path, spec }) =>
      spec.examples
        .filter(({ run }) => !isAccepted(run, path, spec))
        .map(({ run }) => `${path}: ${run}`),
    );
    expect(breaches).toEqual([]);
  });

  test("see-also lines lead somewhere", () => {
    const known = [
      ...commands.map(({ path }) => path),
      ...TOPICS.map((topic) => `help ${topic.name}`),
    ];
    const stray = commands.flatMap(({ path, spec }) =>
      (spec.seeAlso ?? []).filter((to) => !known.includes(to)).map((to) => `${path} -> ${to}`),
    );
    expect(stray).toEqual([]);
  });

  test("the reference page holds every command, flag and topic", async () => {
    const io = createTestIo();
    const style = createStyle(io.stdout, io.env, true);
    const text = await formatReference(COMMAND_TREE, { style, width: 100 });
    for (const { path, spec } of commands) {
      expect(text).toContain(`sovereign ${path}`);
      for (const [name, flag] of Object.entries(spec.flags)) {
        if (!flag.hidden) expect(text).toContain(`--${name}`);
      }
    }
    for (const { code } of listErrorCodes()) expect(text).toContain(code);
  });
});

/** Takes the `sovereign …` part out of a pipeline or a `$(…)` and parses it. */
function isAccepted(run: string, path: string, spec: CommandSpec): boolean {
  const inner = /\$\((sovereign[^)]*)\)/.exec(run)?.[1] ?? run;
  const part = inner.split(/ \| | > /).find((piece) => piece.trim().startsWith("sovereign "));
  if (part === undefined) return false;
  const words = splitWords(splitShellWords(part.trim()).slice(1));
  const named = locate(COMMAND_TREE, words);
  if (named.path !== path) return false;
  parseCommand(spec, named.rest, { path, usage: "" });
  return true;
}

describe("README", () => {
  test("lists every command with its summary", () => {
    const text = readFileSync(README, "utf8");
    const rows = commands.map(({ path, summary }) => `| \`${path}\` | ${summary} |`);
    const table = ["| command | |", "|---|---|", ...rows].join("\n");
    const pattern = /(<!-- commands -->\n)[\s\S]*?(<!-- end -->)/;
    if (isRecording) writeFileSync(README, text.replace(pattern, `$1${table}\n$2`));
    else expect(pattern.exec(text)?.[0]).toBe(`<!-- commands -->\n${table}\n<!-- end -->`);
  });

  test("its console blocks print what they say", async () => {
    const text = readFileSync(README, "utf8");
    const folder = realpathSync(mkdtempSync(join(tmpdir(), "sovereign-readme-")));
    try {
      let recorded = text;
      for (const [block, body] of text.matchAll(/```console\n([\s\S]*?)```/g)) {
        const lines = body!.split("\n").filter((line) => line.startsWith("$ "));
        const script = lines.map((line) => line.slice(2)).join("\n");
        const printed = await runScript(script, folder, runInProcess);
        // A reader sees both streams as one.
        const shown = `\`\`\`console\n${printed.replace(/^2> ?/gm, "")}\`\`\``;
        if (isRecording) recorded = recorded.replace(block, () => shown);
        else expect(shown).toBe(block);
      }
      if (isRecording) writeFileSync(README, recorded);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  test("names every runtime dependency", () => {
    const manifest = JSON.parse(readFileSync(join(REPOSITORY, "package.json"), "utf8")) as {
      dependencies: Record<string, string>;
    };
    const text = readFileSync(README, "utf8");
    const missing = Object.keys(manifest.dependencies).filter(
      (name) => !text.includes(`\`${name}\``),
    );
    expect(missing).toEqual([]);
  });
});

describe("hints", () => {
  test("every error thrown with exit 2, 3 or 4 has one", () => {
    const codes = listErrorCodes()
      .filter(({ exitCode }) => exitCode >= 2 && exitCode <= 4)
      .map(({ code }) => code);
    const breaches = sources.flatMap(({ path, code }) =>
      findThrown(code)
        .filter(({ name, text }) => codes.includes(name as never) && !/\bhint\b/.test(text))
        .map(({ name }) => `${path}: ${name}`),
    );
    expect(breaches).toEqual([]);
  });
});

/** `new SovereignError("CODE", …)` with everything up to its closing parenthesis. */
function findThrown(code: string): { name: string; text: string }[] {
  return [...code.matchAll(/new SovereignError\(\s*"([A-Z_]+)"/g)].map((match) => {
    let depth = 0;
    let end = match.index + "new SovereignError".length;
    do {
      if (code[end] === "(") depth++;
      if (code[end] === ")") depth--;
      end++;
    } while (depth > 0 && end < code.length);
    return { name: match[1]!, text: code.slice(match.index, end) };
  });
}
