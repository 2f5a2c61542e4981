/** The frame around a command: streams, colour, signals, errors, as its users meet them. */
import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { defineCommand } from "../../src/cli/command.ts";
import { COMMAND_TREE } from "../../src/cli/commands/index.ts";
import { asSovereignError, reportFailure } from "../../src/cli/failure.ts";
import { listEntries } from "../../src/cli/help/reference.ts";
import { OutputClosed } from "../../src/cli/io.ts";
import { main } from "../../src/cli/main.ts";
import { parseCommand } from "../../src/cli/parse.ts";
import { createStyle } from "../../src/cli/style.ts";
import { listSynonymTargets } from "../../src/cli/synonyms.ts";
import { splitWords } from "../../src/cli/words.ts";
import { SovereignError } from "../../src/core/errors.ts";
import { REPOSITORY } from "../source-tree.ts";
import { createTestIo } from "./test-io.ts";

const SOVEREIGN = join(REPOSITORY, "bin/sovereign.js");
const PLAIN = { json: false, noColor: false, debug: false };

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "sovereign-frame-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("words", () => {
  test("flags may stand before the group, between the words and after", () => {
    const words = splitWords(["-o", "json", "lake", "-q", "sql", "SELECT 1", "--param", "a=1"]);
    expect([words.group, words.verb, words.json]).toEqual(["lake", "sql", true]);
    expect(words.rest).toEqual(["-o", "json", "-q", "SELECT 1", "--param", "a=1"]);
  });

  test("`--` ends flags, and `-` is a word", () => {
    expect(splitWords(["lake", "import", "-", "t"]).rest).toEqual(["-", "t"]);
    expect(splitWords(["lake", "sql", "--", "--help"]).wantsHelp).toBe(false);
  });
});

describe("parse", () => {
  const spec = defineCommand({
    args: { text: { summary: "a text", required: true } },
    flags: {
      param: { type: "string", value: "name=value", repeat: true, summary: "" },
      "no-header": { type: "boolean", summary: "" },
      rows: { type: "integer", value: "n", min: 1, short: "n", summary: "" },
    },
    examples: [],
    fields: [{ name: "version", type: { kind: "long" } }],
    run: async () => 0,
  });
  const parse = (...words: string[]) => parseCommand(spec, words, { path: "x y", usage: "u" });

  test("values, repetition, counts and negated flags", () => {
    const { globals, input } = parse("t", "-qq", "--param", "a=1", "--param", "b=2", "-n", "3");
    expect(globals.quiet).toBe(2);
    expect(input.flags).toEqual({ param: ["a=1", "b=2"], "no-header": false, rows: 3 });
    expect(parse("t", "--no-header", "--no-color").input.flags["no-header"]).toBe(true);
  });

  test("--json takes the next word only when it cannot be the argument", () => {
    expect(parse("--json", "SELECT 1").input.args.text).toBe("SELECT 1");
    expect(parse("--json", "orders").globals).toMatchObject({ output: "json", jsonFields: [] });
    expect(parse("t", "--json", "version").globals.jsonFields).toEqual(["version"]);
    expect(parse("t", "--json", "a,b").globals.jsonFields).toEqual(["a", "b"]);
    expect(parse("t", "--json=a").globals.jsonFields).toEqual(["a"]);
    expect(parse("t", "--json", "-o", "csv").globals.output).toBe("csv");
  });

  test("-o names the file where a command writes one", () => {
    const flags = { out: { type: "string", value: "file", summary: "" } } as const;
    const writer = { ...spec, flags } as unknown as typeof spec;
    const parseWriter = (...words: string[]) =>
      parseCommand(writer, words, { path: "x y", usage: "u" });
    const { globals, input } = parseWriter("t", "-o", "a.json", "-o", "json");
    expect([input.flags, globals.output]).toEqual([{ out: "a.json" }, "json"]);
    expect(() => parse("t", "-o", "a.json")).toThrow("`a.json` is no value of `--output`");
  });

  test("a value outside its range is refused by the flag's name", () => {
    expect(() => parse("t", "--rows", "0")).toThrow("`0` is no value of `--rows`");
    expect(() => parse("t", "--rows", "many")).toThrow("`many` is no value of `--rows`");
  });
});

describe("colour", () => {
  const styled = (env: Record<string, string>, noColor = false, tty = true) =>
    createStyle(createTestIo(tty ? { tty: { columns: 80, rows: 24 } } : {}).stdout, env, noColor)
      .enabled;

  test("--no-color, then NO_COLOR, then FORCE_COLOR, then the terminal", () => {
    expect(styled({ FORCE_COLOR: "1" }, true)).toBe(false);
    expect(styled({ NO_COLOR: "1", FORCE_COLOR: "1" })).toBe(false);
    expect(styled({ FORCE_COLOR: "1" }, false, false)).toBe(true);
    expect(styled({}, false, true)).toBe(true);
    expect(styled({}, false, false)).toBe(false);
    expect(styled({ TERM: "dumb" }, false, true)).toBe(false);
  });
});

describe("failures", () => {
  test("every code leaves with its exit code, a hint and no stack", async () => {
    const io = createTestIo();
    const error = new SovereignError("DATA_LOSS", "half a file", { hint: "copy it again" });
    expect(await reportFailure(error, io, PLAIN)).toBe(3);
    expect(io.err()).toBe("error: half a file\n\nhint: copy it again\n");
  });

  test("anything else is a bug: exit 70, and --debug shows where", async () => {
    const io = createTestIo();
    expect(
      await reportFailure(new TypeError("x is undefined"), io, { ...PLAIN, debug: true }),
    ).toBe(70);
    expect(io.err()).toContain("this is a bug in sovereign");
    expect(io.err()).toContain("frame.test.ts");
  });

  test("a closed pipe is no failure", async () => {
    expect(await reportFailure(new OutputClosed(), createTestIo(), PLAIN)).toBe(0);
  });

  test("what the system refuses says what to do", () => {
    const cause = Object.assign(new Error("ENOSPC"), { code: "ENOSPC", syscall: "write" });
    expect(asSovereignError(cause)).toMatchObject({ code: "RESOURCE_EXHAUSTED", exitCode: 4 });
    const other = Object.assign(new Error("x"), { code: "ERR_X" });
    expect(asSovereignError(other).exitCode).toBe(70);
  });

  test("an interrupted command exits 130, a terminated one 143", async () => {
    for (const code of [130, 143]) {
      const io = createTestIo({ signal: AbortSignal.abort(code) });
      expect(await reportFailure(new Error("stopped"), io, PLAIN)).toBe(code);
    }
  });

  test("bigints and odd values in details survive --json", async () => {
    const io = createTestIo();
    const error = new SovereignError("INVALID_STATE", "m", { details: { rows: 5n } });
    await reportFailure(error, io, { ...PLAIN, json: true });
    expect(JSON.parse(io.err()).error).toMatchObject({ details: { rows: "5" }, exit_code: 3 });
  });
});

describe("processes", () => {
  const env = { PATH: process.env.PATH ?? "", HOME: "/nowhere" };

  test("a reader that goes away early is no error", async () => {
    const child = spawn(process.execPath, [SOVEREIGN, "help", "--all"], { env, cwd: folder });
    child.stdout.destroy();
    let err = "";
    child.stderr.on("data", (chunk) => {
      err += chunk;
    });
    const code = await new Promise((resolve) => child.on("close", resolve));
    expect([code, err]).toEqual([0, ""]);
  });

  test("the first Ctrl-C stops a result that never ends: exit 130, one word", async () => {
    const query = "SELECT * FROM range(100000000000)";
    const child = spawn(process.execPath, [SOVEREIGN, "lake", "sql", query], { env, cwd: folder });
    let err = "";
    child.stderr.on("data", (chunk) => {
      err += chunk;
    });
    child.stdout.once("data", () => child.kill("SIGINT"));
    child.stdout.resume();
    const code = await new Promise((resolve) => child.on("close", resolve));
    expect([code, err]).toEqual([130, "interrupted\n"]);
  });

  test.each(["SIGTERM", "SIGINT"] as const)(
    "%s ends a server, and is no failure",
    async (signal) => {
      const words = ["mlflow", "server", "--port", "0", "--backend-store-uri", "ended.db"];
      const child = spawn(process.execPath, [SOVEREIGN, ...words], { env, cwd: folder });
      let err = "";
      child.stderr.on("data", (chunk) => {
        err += chunk;
        if (/serving MLflow/.test(err)) child.kill(signal);
      });
      const code = await new Promise((resolve) => child.on("close", resolve));
      expect([code, err]).toEqual([0, expect.stringMatching(/^serving MLflow at \S+\n$/)]);
    },
  );

  test("an old Node is told so before anything is imported", () => {
    const script = `Object.defineProperty(process.versions, "node", { value: "18.20.0" });
      await import(${JSON.stringify(`file://${SOVEREIGN}`)});`;
    const file = join(folder, "old.mjs");
    writeFileSync(file, script);
    const run = spawnSync(process.execPath, [file], { env, encoding: "utf8" });
    expect(run.status).toBe(4);
    expect(run.stderr).toBe(
      "error: Node 18.20.0 is too old for sovereign\n\nhint: install Node 20.19 or newer\n",
    );
  });

  test("bash completes through the wrapper", () => {
    const bin = join(folder, "sovereign");
    writeFileSync(bin, `#!/bin/sh\nexec "${process.execPath}" "${SOVEREIGN}" "$@"\n`, {
      mode: 0o755,
    });
    const script = `eval "$(sovereign completion bash)"
      COMP_WORDS=(sovereign); COMP_LINE="sovereign config sh"; COMP_POINT=19; _sovereign; echo "\${COMPREPLY[@]}"
      COMP_LINE="sovereign completion "; COMP_POINT=21; _sovereign; echo "\${COMPREPLY[@]}"`;
    const path = `${folder}:${env.PATH}`;
    const run = spawnSync("bash", ["-c", script], {
      env: { ...env, PATH: path },
      encoding: "utf8",
    });
    expect(run.stdout).toBe("show\nbash zsh fish install uninstall status\n");
  });
});

test("what a hint names for a word of another tool is there", () => {
  const paths = [...listEntries(COMMAND_TREE).map(({ path }) => path), "run", "--version"];
  const strays = listSynonymTargets().filter(
    (line) => !paths.some((path) => line === path || line.startsWith(`${path} `)),
  );
  expect(strays).toEqual([]);
});

test.each([
  ["vector search docs apple --top-k 5", "sovereign vector query docs apple --num-results 5"],
  ["vector rm docs", "sovereign vector delete docs"],
  ["tokenize detokenize -m a.json 5", "sovereign tokenize decode -m a.json 5"],
  ["tokenize info", "sovereign tokenize inspect"],
])("%s: words of other tools have ours in the hint", async (line, ours) => {
  const io = createTestIo();
  expect(await main(line.split(" "), io)).toBe(2);
  expect(io.err()).toContain(`did you mean \`${ours}\`?`);
});

test("flags of other tools too", async () => {
  const io = createTestIo();
  expect(await main(["vector", "query", "docs", "--vector", "1", "--top_k", "5"], io)).toBe(2);
  expect(io.err()).toContain("did you mean `--num-results`?");
});

test("every group without a verb shows its help and exits 0", async () => {
  const io = createTestIo();
  expect(await main(["config"], io)).toBe(0);
  expect(io.out()).toContain("Usage\n  sovereign config <verb>");
});
