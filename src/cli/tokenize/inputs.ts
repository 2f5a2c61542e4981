/** The texts a command works on: files, or stdin for `-` and where none is named. */
import { createReadStream, statSync } from "node:fs";
import { resolve } from "node:path";
import { SovereignError } from "../../core/errors.ts";
import type { CommandContext } from "../context.ts";

export interface TextInput {
  /** As the command line has it; `-` for stdin. */
  readonly name: string;
  /** Null where it cannot be known. */
  readonly sizeBytes: number | null;
  read(): AsyncIterable<Uint8Array>;
}

/** The inputs named; all are checked before any is read. */
export async function openInputs(
  names: readonly string[],
  context: CommandContext,
): Promise<TextInput[]> {
  const { io } = context;
  const wanted = names.length === 0 ? ["-"] : names;
  if (wanted.filter((name) => name === "-").length > 1) {
    throw new SovereignError("INVALID_PARAMETER_VALUE", "stdin is named twice", {
      hint: "name `-` once",
    });
  }
  if (wanted.includes("-") && io.stdin.isTTY) {
    await io.stderr.write("reading text from the terminal, end with Ctrl-D\n");
  }
  return wanted.map((name) => (name === "-" ? stdinInput(context) : fileInput(name, context)));
}

function stdinInput({ io }: CommandContext): TextInput {
  return { name: "-", sizeBytes: null, read: () => io.stdin };
}

function fileInput(name: string, { io }: CommandContext): TextInput {
  const path = resolve(io.cwd, name);
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined || stat.isDirectory()) {
    const what =
      stat === undefined ? `there is no file \`${name}\`` : `\`${name}\` is a folder, not a file`;
    throw new SovereignError("RESOURCE_DOES_NOT_EXIST", what, {
      hint: "name text files, or `-` for stdin; `sovereign tokenize inspect` takes a text itself",
    });
  }
  return {
    name,
    sizeBytes: stat.size,
    read: () => createReadStream(path, { highWaterMark: 1 << 18 }),
  };
}
