/** `sovereign mlflow prompts register`: a new version of a prompt. */
import { SovereignError } from "../../../../core/errors.ts";
import type { PromptMessage } from "../../../../mlflow/index.ts";
import { defineCommand } from "../../../command.ts";
import { readTextWord } from "../../../lake/text-source.ts";
import { PROMPT_VERSION_FIELDS, promptVersionRecord } from "../../../mlflow/prompt-records.ts";
import { openTracking, TRACKING_FLAGS } from "../../../mlflow/tracking.ts";
import { readPairs } from "../../../pairs.ts";

const FIELDS = PROMPT_VERSION_FIELDS.slice(0, 6);

export const command = defineCommand({
  args: {
    name: { summary: "the prompt's name", required: true },
    text: { summary: "the text, `@file`, or `-` for stdin", completes: "files" },
  },
  flags: {
    chat: {
      type: "boolean",
      summary: 'the text is a JSON list of messages: `[{"role": …, "content": …}]`',
    },
    message: { type: "string", short: "m", value: "text", summary: "why it changed" },
    tag: { type: "string", value: "key=value", repeat: true, summary: "a tag of the version" },
    ...TRACKING_FLAGS,
  },
  examples: [
    {
      comment: "A first version; names in double braces are its variables",
      run: 'sovereign mlflow prompts register greet "Greet {{name}} in one sentence."',
    },
    {
      comment: "The next one, from a file",
      run: 'sovereign mlflow prompts register greet @greet.txt -m "more formal"',
    },
  ],
  notes: "Written as MLflow 3.11 writes prompts: `mlflow.genai.load_prompt` in Python reads it.",
  fields: FIELDS,
  databricks: "`mlflow.genai.register_prompt()` in Python",
  seeAlso: ["mlflow prompts show", "mlflow prompts compare"],
  async run(context, { args, flags }) {
    const { io } = context;
    const word = args.text ?? (io.stdin.isTTY ? "" : "-");
    const text = (await readTextWord(word, io, "the prompt")).replace(/\n$/, "");
    if (text === "") {
      throw new SovereignError("INVALID_PARAMETER_VALUE", "the prompt has no text", {
        hint: 'give it as an argument (`prompts register greet "Greet {{name}}."`) or as `@file`',
      });
    }
    const template = flags.chat ? readMessages(text) : text;
    const tags = readPairs(flags.tag, "--tag");
    const client = await openTracking(context, flags, { writes: true });
    const version = await client.prompts.register({
      name: args.name,
      template,
      tags,
      ...(flags.message === undefined ? {} : { commitMessage: flags.message }),
    });
    const object = `${args.name}/${version.version}`;
    await context.audit({ command: context.path, object, outcome: "ok" });
    await context.printRecord(FIELDS, promptVersionRecord(version));
    await context.note(`registered version ${version.version} of the prompt \`${args.name}\``);
    return 0;
  },
});

function readMessages(text: string): PromptMessage[] {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    json = null;
  }
  if (Array.isArray(json) && json.length > 0 && json.every(isMessage)) return json;
  throw new SovereignError("INVALID_PARAMETER_VALUE", "the text is no list of messages", {
    hint: 'write `[{"role": "system", "content": "…"}, {"role": "user", "content": "…"}]`',
  });
}

function isMessage(value: unknown): value is PromptMessage {
  if (typeof value !== "object" || value === null) return false;
  const { role, content } = value as Record<string, unknown>;
  return typeof role === "string" && typeof content === "string";
}
