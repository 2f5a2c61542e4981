/** Hidden `sovereign __complete -- <words>`: candidates for the shell wrappers. */
import { defineCommand } from "../command.ts";
import { type Candidate, completeWords } from "../completion/complete.ts";
import { placeOf } from "../completion/place.ts";
import { createValueReader } from "../completion/sources.ts";
import { splitTypedLine } from "../completion/typed-line.ts";
import { COMMAND_TREE } from "./index.ts";

/** A shell waits for the answer at every press of Tab. */
const LIMIT_MS = 150;

export const command = defineCommand({
  args: {
    words: { summary: "the words so far, the last unfinished; bash: the line", variadic: true },
  },
  flags: {
    "limit-ms": {
      type: "integer",
      value: "n",
      min: 1,
      summary: "how long to look for candidates (default 150)",
    },
    bash: {
      type: "string",
      value: "breaks",
      summary: "the words are one raw line of bash, which breaks words at these characters too",
    },
  },
  examples: [{ comment: "What may follow", run: "sovereign __complete -- config s" }],
  config: "none",
  async run(context, { args, flags }) {
    const typed =
      flags.bash === undefined
        ? { words: args.words, quote: (word: string) => word }
        : dropProgram(splitTypedLine(args.words[0] ?? "", flags.bash));
    const readValues = createValueReader(placeOf(context.io, typed.words), COMMAND_TREE);
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<[]>((resolve) => {
      timer = setTimeout(() => resolve([]), flags["limit-ms"] ?? LIMIT_MS);
    });
    try {
      const found = completeWords(typed.words, COMMAND_TREE, readValues).catch(() => []);
      const candidates = await Promise.race([found, late]);
      await context.printText(candidates.map((one) => formatLine(one, typed.quote)).join(""));
    } finally {
      clearTimeout(timer);
    }
    return 0;
  },
});

function dropProgram<T extends { words: readonly string[] }>(typed: T): T {
  return { ...typed, words: typed.words.slice(1) };
}

/** One line, its description after a tab; a name with a line break cannot be offered. */
function formatLine({ word, text }: Candidate, quote: (word: string) => string): string {
  if (/\p{Cc}/u.test(word)) return "";
  const about = text.replace(/\s+/g, " ");
  return about === "" ? `${quote(word)}\n` : `${quote(word)}\t${about}\n`;
}
