/**
 * Everything a command may touch of the process: streams, environment, folder, clock, signals.
 * `systemIo` is the real one and the only place that names `process.stdout`; tests build their own
 * and call `main(argv, io)` in-process.
 */
import type { Readable, Writable } from "node:stream";
import { type Clock, systemClock } from "../core/clock.ts";
import { type Environment, readEnvironment } from "../core/config/environment.ts";

export interface Sink {
  readonly isTTY: boolean;
  /** Width in cells; 80 where there is no terminal. */
  readonly columns: number;
  readonly rows: number;
  /** Resolves when more may be written. Rejects with OutputClosed when the reader went away. */
  write(chunk: string | Uint8Array): Promise<void>;
  /** The stream behind it, for line editing. */
  readonly stream: Writable | null;
}

export interface Io {
  readonly stdin: Readable & { isTTY?: boolean };
  readonly stdout: Sink;
  readonly stderr: Sink;
  readonly env: Environment;
  readonly cwd: string;
  readonly clock: Clock;
  /** Aborted by the first Ctrl-C; the reason is the exit code, 130 or 143. */
  readonly signal: AbortSignal;
}

/** The reader of our output closed its end (`sovereign … | head`): a quiet success. */
export class OutputClosed extends Error {
  constructor() {
    super("output closed by its reader");
    this.name = "OutputClosed";
  }
}

/** The process's own streams, environment and signals. */
export function systemIo(): Io {
  return {
    stdin: process.stdin,
    stdout: streamSink(process.stdout),
    stderr: quietSink(streamSink(process.stderr)),
    env: readEnvironment(),
    cwd: process.cwd(),
    clock: systemClock,
    signal: interruptSignal(),
  };
}

function streamSink(stream: NodeJS.WriteStream): Sink {
  let failure: Error | null = null;
  const fail = (error: NodeJS.ErrnoException): void => {
    failure ??= error.code === "EPIPE" ? new OutputClosed() : error;
  };
  stream.on("error", fail);
  return {
    stream,
    get isTTY() {
      return stream.isTTY === true;
    },
    get columns() {
      // A terminal without a size says 0.
      return stream.columns || 80;
    },
    get rows() {
      return stream.rows || 24;
    },
    write(chunk) {
      return new Promise((resolve, reject) => {
        if (failure) {
          reject(failure);
          return;
        }
        stream.write(chunk, (error) => {
          if (error) fail(error);
          if (failure) reject(failure);
          else resolve();
        });
      });
    },
  };
}

/** Messages to a closed stderr are lost without harm. */
function quietSink(sink: Sink): Sink {
  return {
    stream: sink.stream,
    get isTTY() {
      return sink.isTTY;
    },
    get columns() {
      return sink.columns;
    },
    get rows() {
      return sink.rows;
    },
    write: (chunk) => sink.write(chunk).catch(() => undefined),
  };
}

/** First SIGINT or SIGTERM aborts; the handlers then stand aside, so a second one kills at once. */
function interruptSignal(): AbortSignal {
  const controller = new AbortController();
  const onInterrupt = (): void => abort(130);
  const onTerminate = (): void => abort(143);
  const abort = (exitCode: number): void => {
    process.removeListener("SIGINT", onInterrupt);
    process.removeListener("SIGTERM", onTerminate);
    controller.abort(exitCode);
  };
  process.on("SIGINT", onInterrupt);
  process.on("SIGTERM", onTerminate);
  return controller.signal;
}
