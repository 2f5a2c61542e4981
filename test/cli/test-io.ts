/** An `Io` whose streams are kept in memory, for tests of the command line. */
import { Readable } from "node:stream";
import type { Io, Sink } from "../../src/cli/io.ts";
import { createFixedClock } from "../../src/core/clock.ts";

export interface TestIo extends Io {
  readonly out: () => string;
  readonly bytes: () => Buffer;
  readonly err: () => string;
}

export interface TestIoOptions {
  tty?: { columns: number; rows: number };
  env?: Record<string, string>;
  cwd?: string;
  stdin?: string;
  signal?: AbortSignal;
}

/** Streams, environment and folder as given; the clock stands still. */
export function createTestIo(options: TestIoOptions = {}): TestIo {
  const out: Buffer[] = [];
  const err: Buffer[] = [];
  const sink = (chunks: Buffer[]): Sink => ({
    stream: null,
    isTTY: options.tty !== undefined,
    columns: options.tty?.columns ?? 80,
    rows: options.tty?.rows ?? 24,
    async write(chunk) {
      chunks.push(Buffer.from(chunk));
    },
  });
  return {
    stdin: Readable.from(options.stdin === undefined ? [] : [Buffer.from(options.stdin)]),
    stdout: sink(out),
    stderr: sink(err),
    env: options.env ?? { LANG: "C.UTF-8" },
    cwd: options.cwd ?? process.cwd(),
    clock: createFixedClock(Date.parse("2026-01-05T12:00:00Z")),
    signal: options.signal ?? new AbortController().signal,
    out: () => Buffer.concat(out).toString("utf8"),
    bytes: () => Buffer.concat(out),
    err: () => Buffer.concat(err).toString("utf8"),
  };
}
