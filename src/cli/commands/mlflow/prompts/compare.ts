/** `sovereign mlflow prompts compare`: how the texts of two versions differ. */
import { STRING } from "../../../../lake/schema/data-type.ts";
import { defineCommand } from "../../../command.ts";
import { findPromptVersion, promptText } from "../../../mlflow/prompt-records.ts";
import { diffLines } from "../../../mlflow/text-diff.ts";
import { openTracking, TRACKING_FLAGS } from "../../../mlflow/tracking.ts";
import { printable } from "../../../output/printable.ts";

const FIELDS = [
  { name: "change", type: STRING, summary: "`-` only in the first, `+` only in the second" },
  { name: "text", type: STRING, summary: "the line" },
] as const;

export const command = defineCommand({
  args: {
    first: { summary: "`greet/1`", required: true },
    second: { summary: "`greet/2`, `greet@live`, or `greet` for the newest", required: true },
  },
  flags: { ...TRACKING_FLAGS },
  examples: [
    {
      comment: "What the second version changed",
      run: "sovereign mlflow prompts compare greet/1 greet/2",
    },
    {
      comment: "What would go live",
      run: "sovereign mlflow prompts compare greet@live greet",
    },
  ],
  notes: "Line by line. Exit code 1 when they differ, as of `diff`.",
  fields: FIELDS,
  seeAlso: ["mlflow prompts show"],
  async run(context, { args, flags }) {
    const client = await openTracking(context, flags, { writes: false });
    const first = await findPromptVersion(client, args.first);
    const second = await findPromptVersion(client, args.second);
    const lines = diffLines(promptText(first), promptText(second));
    const isSame = lines.every(({ change }) => change === " ");
    const isAsked = context.globals.output !== undefined;
    if (isAsked) await context.printRecords(FIELDS, isSame ? [] : lines);
    else if (!isSame) {
      const { style } = context;
      const paint = { "-": style.red, "+": style.green, " ": (text: string) => text };
      const shown = lines.map(({ change, text }) => paint[change](`${change} ${printable(text)}`));
      const head = [`--- ${first.name}/${first.version}`, `+++ ${second.name}/${second.version}`];
      await context.printText(`${[...head.map(style.bold), ...shown].join("\n")}\n`);
    }
    if (isSame) await context.note("the texts are the same");
    return isSame ? 0 : 1;
  },
});
