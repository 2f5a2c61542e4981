/** The SQL prompt, typed at as a terminal would and fed by a pipe. */
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { readShellCommand } from "../../../src/cli/lake/shell-commands.ts";
import { historyLines, isBlank, isComplete } from "../../../src/cli/lake/statement-end.ts";
import { main } from "../../../src/cli/main.ts";
import { createTestIo, type TestIo } from "../test-io.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "sovereign-shell-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const CTRL_C = "\u0003";

/** Types each text once the output holds what stands before it; returns the exit code. */
async function typeAt(
  steps: readonly (readonly [string, string])[],
  io: TestIo,
  keys: PassThrough,
) {
  const ended = main(["lake", "shell", "--no-color"], io);
  for (const [awaited, text] of steps) {
    await expect.poll(() => io.out() + io.err(), { timeout: 20_000 }).toContain(awaited);
    keys.write(text);
  }
  return ended;
}

function terminalIo(): { io: TestIo; keys: PassThrough } {
  const base = createTestIo({ tty: { columns: 80, rows: 24 }, cwd: folder });
  const keys = Object.assign(new PassThrough(), { isTTY: true });
  // Readline draws here; the results go to the sink.
  const screen = new PassThrough();
  let drawn = "";
  screen.setEncoding("utf8").on("data", (text: string) => {
    drawn += text;
  });
  const out = (): string => base.out() + drawn;
  return { io: { ...base, out, stdin: keys, stdout: { ...base.stdout, stream: screen } }, keys };
}

describe("a terminal", () => {
  test("words of other prompts need no semicolon, errors keep the session", async () => {
    const { io, keys } = terminalIo();
    const code = await typeAt(
      [
        ["for help", "help\n"],
        ["\\timing  ", "SELECT nope;\n"],
        ["`nope` cannot be resolved", "\\timing\n"],
        ["timing is off", "SELECT 40 +\n2 AS answer;\n"],
        ["42\n", "quit\n"],
      ],
      io,
      keys,
    );
    expect(code).toBe(0);
    const history = join(folder, ".sovereign", "shell-history");
    expect(readFileSync(history, "utf8")).toBe("SELECT nope;\nSELECT 40 + 2 AS answer;\n");
    expect(statSync(history).mode & 0o077).toBe(0);
  });

  test("Ctrl-C drops the lines typed; twice at an empty prompt it leaves", async () => {
    const { io, keys } = terminalIo();
    const code = await typeAt(
      [
        ["for help", "SELECT 'open\nmore"],
        ["...> more", `${CTRL_C}SELECT 7 AS seven;\n`],
        ["7\n", CTRL_C],
        ["Ctrl-C again leaves", CTRL_C],
      ],
      io,
      keys,
    );
    expect(code).toBe(0);
    expect(io.err()).not.toContain("error");
  });
});

describe("a pipe", () => {
  test("says nothing of its own, goes on after an error, runs an unfinished last statement", async () => {
    const io = createTestIo({ cwd: folder, stdin: "SELECT 1;\nSELECT nope;\nSELECT\n2" });
    expect(await main(["lake", "shell"], io)).toBe(2);
    expect(io.out()).toBe("1\n2\n");
    expect(io.err()).toMatch(/^error: [^\n]*`nope`[^\n]*\n\nhint: [^\n]*\n$/);
    expect(existsSync(join(folder, ".sovereign"))).toBe(false);
  });
});

describe("the end of a statement", () => {
  test.each([
    ["SELECT 1;", true],
    ["SELECT 1", false],
    ["SELECT ';", false],
    ["SELECT ';'\n", false],
    ["SELECT r'\\';", true],
    ["SELECT 'it\\'s';", true],
    ["SELECT 1; -- done", true],
    ["SELECT 1 -- ;", false],
    ["SELECT 1 /* /* ; */ ;", false],
    ["SELECT 1 /* /* */ */;", true],
    ["SELECT `a;", false],
    ["SELECT 1; SELECT 2", false],
  ])("%j: %s", (text, expected) => expect(isComplete(text)).toBe(expected));

  test("comments and semicolons alone are nothing to run", () => {
    expect(isBlank(" -- note\n;")).toBe(true);
    expect(isBlank("/* open")).toBe(false);
  });

  test("statements are recalled in one line, unless a string spans lines", () => {
    expect(historyLines("SELECT 1 -- one\n  + 2;\n")).toEqual(["SELECT 1 + 2;"]);
    expect(historyLines("SELECT 'a\nb';\n")).toEqual(["SELECT 'a", "b';"]);
  });
});

describe("commands of the prompt", () => {
  test.each([
    ["\\q", { kind: "quit" }],
    ["exit;", { kind: "quit" }],
    ["?", { kind: "help" }],
    ["\\h", { kind: "help" }],
    ["\\timing off", { kind: "timing", isOn: false }],
    ["\\d demo.orders", { kind: "describe", table: "demo.orders" }],
    ["help me", null],
    [".5 + 1", null],
    ["toString", null],
  ])("%j", (line, expected) => expect(readShellCommand(line)).toEqual(expected));

  test("an unknown one is named", () => {
    expect(() => readShellCommand("\\timng")).toThrow("unknown command `\\timng`");
  });
});
