/**
 * The whole command line under strace: every command's help and every example of every command, as
 * real processes, may create no socket but Unix ones. Skipped where strace cannot run.
 */
import { spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { expect, test } from "vitest";

import { COMMAND_TREE } from "../../../src/cli/commands/index.ts";
import { listEntries } from "../../../src/cli/help/reference.ts";

const BINARY = fileURLToPath(new URL("../../../bin/sovereign.js", import.meta.url));

/** Sockets a shell script and all its children create, as `AF_…`, in order. */
function traceSockets(script: string, folder: string): string[] {
  const calls = traceNetwork(script, folder).matchAll(/\bsocket\((AF_\w+)/g);
  return [...calls].map((call) => call[1] as string);
}

/** The network calls of a shell script and all its children, as strace writes them. */
function traceNetwork(script: string, folder: string): string {
  const log = join(folder, `trace-${script.length}.txt`);
  const flags = ["-f", "--seccomp-bpf", "-e", "trace=network", "-o", log];
  spawnSync("strace", [...flags, "sh", "-c", script], {
    cwd: folder,
    env: { PATH: `${folder}:${process.env.PATH}`, HOME: folder, CI: "1" },
    input: "",
    encoding: "utf8",
    timeout: 300_000,
  });
  return readFileSync(log, "utf8");
}

function makeFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "strace-"));
  const shim = join(folder, "sovereign");
  writeFileSync(shim, `#!/bin/sh\nexec ${process.execPath} ${BINARY} "$@"\n`);
  chmodSync(shim, 0o755);
  return folder;
}

const probe = spawnSync("strace", ["-f", "--seccomp-bpf", "-e", "trace=network", "true"]);
const canTrace = probe.status === 0;

test.runIf(canTrace)("strace sees a connection when there is one", () => {
  const folder = makeFolder();
  const script = `${process.execPath} -e "require('net').connect(9, '127.0.0.1').on('error', () => {})"`;
  expect(traceSockets(script, folder)).toContain("AF_INET");
});

/** Examples that go on until they are stopped, or speak to a server of this machine. */
const NETWORKED = /\b(mlflow server|vector serve)\b|--continuous\b|https?:\/\//;

test.runIf(canTrace).each(["mlflow server", "vector serve"])(
  "%s listens on this machine and calls nobody",
  (server) => {
    const folder = makeFolder();
    const script = `timeout 20 sovereign ${server} --port 0 & sleep 4; kill -TERM $!; wait`;
    const trace = traceNetwork(script, folder);
    const addresses = [...trace.matchAll(/\b(bind|connect)\(\d+, \{sa_family=AF_INET6?,.*/g)];
    expect(addresses.map(([line]) => line).filter((line) => !line.includes('"127.0.0.1"'))).toEqual(
      [],
    );
    expect(addresses.filter(([, call]) => call === "connect")).toEqual([]);
    expect(trace).toMatch(/\bbind\(/);
  },
);

test.runIf(canTrace)(
  "no command creates a network socket",
  async () => {
    const lines = ["sovereign --help", "sovereign --version"];
    const examples: string[] = [];
    for (const { path, entry } of listEntries(COMMAND_TREE)) {
      lines.push(`sovereign ${path} --help`);
      const { command } = await entry.load();
      const runs = command.examples.map((example) => example.run);
      examples.push(...runs.filter((run) => !NETWORKED.test(run)));
    }
    expect(examples.length).toBeGreaterThan(10);
    const folder = makeFolder();
    // Whatever an example answers, it must not go out; `sovereign init` makes the project first.
    const script = [...lines, "sovereign init", ...examples]
      .map((line) => `{ ${line} ; } </dev/null >>out.txt 2>&1 || true`)
      .join("\n");
    const families = new Set(traceSockets(script, folder));
    families.delete("AF_UNIX");
    expect([...families]).toEqual([]);
    expect(readFileSync(join(folder, "out.txt"), "utf8")).not.toContain("internal error");
  },
  300_000,
);
