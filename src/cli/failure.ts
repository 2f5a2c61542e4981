/**
 * How a failure leaves the process: `error: …`, a blank line, `hint: …` on stderr (one JSON object
 * with `--json`), and the exit code. Anything that is not a SovereignError is a bug and says so.
 */
import { type ErrorCode, SovereignError } from "../core/errors.ts";
import { type Io, OutputClosed } from "./io.ts";
import { createStyle } from "./style.ts";

export interface FailureOptions {
  readonly json: boolean;
  readonly noColor: boolean;
  readonly debug: boolean;
}

/** A wrong command line: exit 2, with the usage of what was meant. */
export class UsageError extends SovereignError {
  readonly usage: string;
  constructor(message: string, options: { hint: string; usage: string }) {
    super("INVALID_PARAMETER_VALUE", message, { hint: options.hint });
    this.name = "UsageError";
    this.usage = options.usage;
  }
}

/** Prints the failure and returns the exit code. */
export async function reportFailure(
  error: unknown,
  io: Io,
  options: FailureOptions,
): Promise<number> {
  if (error instanceof OutputClosed) return 0;
  if (io.signal.aborted) {
    await io.stderr.write("interrupted\n");
    return typeof io.signal.reason === "number" ? io.signal.reason : 130;
  }
  const known = shorten(asSovereignError(error));
  if (known.code === "CHECK_FAILED" && known.message === "") return known.exitCode;
  if (options.json) await io.stderr.write(`${JSON.stringify(errorObject(known))}\n`);
  else await io.stderr.write(formatFailure(known, io, options));
  return known.exitCode;
}

/** The same error, or an INTERNAL_ERROR around what no one expected. */
export function asSovereignError(error: unknown): SovereignError {
  if (error instanceof SovereignError) return error;
  const system = error as NodeJS.ErrnoException | undefined;
  const known = system?.code === undefined ? undefined : SYSTEM_ERRORS[system.code];
  if (known !== undefined && typeof system?.syscall === "string") {
    const where = system.path === undefined ? "" : ` \`${system.path}\``;
    return new SovereignError(known.code, `${known.text}${where}`, {
      hint: known.hint,
      details: { system_code: system.code, syscall: system.syscall },
      cause: error,
    });
  }
  const message = error instanceof Error ? error.message : String(error);
  return new SovereignError("INTERNAL_ERROR", message === "" ? "unknown failure" : message, {
    hint: "this is a bug in sovereign: please report it with the output of `--debug`",
    cause: error,
  });
}

const SYSTEM_ERRORS: Record<
  string,
  {
    code: ErrorCode;
    text: string;
    hint: string;
  }
> = {
  ENOENT: {
    code: "RESOURCE_DOES_NOT_EXIST",
    text: "no such file or folder:",
    hint: "check the path; it is relative to the folder you run in, or to `--cwd`",
  },
  EACCES: {
    code: "PERMISSION_DENIED",
    text: "permission denied:",
    hint: "check the owner and mode of the path; `sovereign doctor` tests what it needs",
  },
  EPERM: {
    code: "PERMISSION_DENIED",
    text: "operation not permitted:",
    hint: "check the owner and mode of the path; `sovereign doctor` tests what it needs",
  },
  EROFS: {
    code: "PERMISSION_DENIED",
    text: "read-only file system:",
    hint: "set SOVEREIGN_HOME or `[lake] root` to a folder that can be written",
  },
  ENOSPC: {
    code: "RESOURCE_EXHAUSTED",
    text: "no space left on the device:",
    hint: "free some space; `sovereign doctor` shows how much there is",
  },
  EDQUOT: {
    code: "RESOURCE_EXHAUSTED",
    text: "the quota of the disk is used up:",
    hint: "free some space, or ask for more",
  },
  EFBIG: {
    code: "RESOURCE_EXHAUSTED",
    text: "larger than a file may be here:",
    hint: "raise the limit with `ulimit -f unlimited`, or write to another file system",
  },
  EEXIST: {
    code: "RESOURCE_ALREADY_EXISTS",
    text: "something of that name is there already:",
    hint: "choose another name, or move it away",
  },
  ENOTDIR: {
    code: "RESOURCE_DOES_NOT_EXIST",
    text: "a part of the path is no folder:",
    hint: "check the path; one of the names before its last is a file",
  },
  EISDIR: {
    code: "INVALID_PARAMETER_VALUE",
    text: "a folder stands where a file is wanted:",
    hint: "name a file",
  },
  ENAMETOOLONG: {
    code: "INVALID_PARAMETER_VALUE",
    text: "the name is too long:",
    hint: "choose a shorter name",
  },
  ELOOP: {
    code: "RESOURCE_DOES_NOT_EXIST",
    text: "links that lead in a circle:",
    hint: "correct the symbolic link",
  },
  EMFILE: {
    code: "RESOURCE_EXHAUSTED",
    text: "too many open files:",
    hint: "raise the limit with `ulimit -n 4096`",
  },
};

/** A message quotes names and values of its input, which may have any length. */
function shorten(error: SovereignError): SovereignError {
  const { message } = error;
  if (message.length <= LONGEST_MESSAGE) return error;
  const half = LONGEST_MESSAGE / 2;
  const left = message.length - LONGEST_MESSAGE;
  error.message = `${message.slice(0, half)} … (${left} more characters) … ${message.slice(-half)}`;
  return error;
}

const LONGEST_MESSAGE = 4000;

/** The object printed with `--json`, under the key `error`. */
function errorObject(error: SovereignError): object {
  return {
    error: {
      code: error.code,
      message: error.message,
      hint: error.hint ?? null,
      details: JSON.parse(JSON.stringify(error.details, bigintAsText)),
      exit_code: error.exitCode,
    },
  };
}

function bigintAsText(_key: string, value: unknown): unknown {
  return typeof value === "bigint" ? value.toString() : value;
}

function formatFailure(error: SovereignError, io: Io, options: FailureOptions): string {
  const style = createStyle(io.stderr, io.env, options.noColor);
  let text = `${style.red("error:")} ${error.message}\n`;
  if (error.hint !== undefined) text += `\n${style.cyan("hint:")} ${error.hint}\n`;
  if (error instanceof UsageError) text += `usage: ${error.usage}\n`;
  if (options.debug) text += `\n${formatStack(error)}\n`;
  return text;
}

function formatStack(error: Error): string {
  const stack = error.stack ?? String(error);
  return error.cause instanceof Error ? `${stack}\ncaused by: ${formatStack(error.cause)}` : stack;
}
