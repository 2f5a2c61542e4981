/** Token ids from words of the command line or from stdin, in batches. */
import { SovereignError } from "../../core/errors.ts";
import type { CommandContext } from "../context.ts";

const BATCH = 1 << 16;

/** Ids in order; anything that is no number is an error that shows it. */
export async function* readIds(
  words: readonly string[],
  { io }: CommandContext,
): AsyncGenerator<number[]> {
  if (words.length > 0 && words[0] !== "-") {
    yield words.flatMap((word) => parseIds(word));
    return;
  }
  if (io.stdin.isTTY) await io.stderr.write("reading ids from the terminal, end with Ctrl-D\n");
  let held = "";
  for await (const part of io.stdin) {
    held += Buffer.from(part as Uint8Array).toString("latin1");
    if (held.length < BATCH) continue;
    // The last number may go on in the next part.
    const end = held.search(/\d*$/);
    yield parseIds(held.slice(0, end));
    held = held.slice(end);
  }
  yield parseIds(held);
}

function parseIds(text: string): number[] {
  const stray = /[^\d\s,[\]]+/.exec(text);
  if (stray !== null) {
    throw new SovereignError(
      "INVALID_PARAMETER_VALUE",
      `\`${stray[0].slice(0, 40)}\` is no token id`,
      {
        hint: "give numbers with spaces or commas between them; those of a file come from stdin: `< ids.txt`",
      },
    );
  }
  return (text.match(/\d+/g) ?? []).map((digits) => {
    const id = Number(digits);
    if (id < 2 ** 32) return id;
    throw new SovereignError(
      "INVALID_PARAMETER_VALUE",
      `${digits.slice(0, 40)} is too large for a token id`,
      {
        hint: "ids are below 4294967296",
      },
    );
  });
}
