/** Hidden `sovereign __complete -- <words>`: candidates for the shell wrappers. */
import { defineCommand } from "../command.ts";
import { completeWords } from "../completion/complete.ts";
import { createValueReader } from "../completion/sources.ts";
import { COMMAND_TREE } from "./index.ts";

/** A shell waits for the answer at every press of Tab. */
const LIMIT_MS = 150;

export const command = defineCommand({
  args: { words: { summary: "the words so far, the last unfinished", variadic: true } },
  flags: {},
  examples: [{ comment: "What may follow", run: "sovereign __complete -- config s" }],
  config: "none",
  async run(context, { args }) {
    const readValues = createValueReader(context.io, COMMAND_TREE);
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<[]>((resolve) => {
      timer = setTimeout(() => resolve([]), LIMIT_MS);
    });
    try {
      const found = completeWords(args.words, COMMAND_TREE, readValues).catch(() => []);
      const candidates = await Promise.race([found, late]);
      const lines = candidates.map(({ word, text }) => (text === "" ? word : `${word}\t${text}`));
      await context.printText(lines.map((line) => `${line}\n`).join(""));
    } finally {
      clearTimeout(timer);
    }
    return 0;
  },
});
