/** `sovereign tokenize chat`: messages as the prompt of a model's chat template. */
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { SovereignError } from "../../../core/errors.ts";
import type { ChatMessage } from "../../../tokenize/index.ts";
import { defineCommand } from "../../command.ts";
import type { CommandContext } from "../../context.ts";
import { openInputs } from "../../tokenize/inputs.ts";
import { MODEL_FLAGS, openModel } from "../../tokenize/model-flags.ts";

export const command = defineCommand({
  args: {
    messages: {
      summary: "a JSON file of messages; stdin without it, or for `-`",
      completes: "files",
    },
  },
  flags: {
    ...MODEL_FLAGS,
    user: { type: "string", value: "text", summary: "one message of the user, in place of a file" },
    system: { type: "string", value: "text", summary: "a system message in front" },
    template: {
      type: "string",
      value: "file",
      summary: "a Jinja template in place of the tokenizer's own",
      completes: "files",
    },
    "no-prompt": { type: "boolean", summary: "leave out what makes the model answer" },
    ids: { type: "boolean", summary: "print token ids instead of text" },
  },
  examples: [
    {
      comment: "The prompt for one question",
      run: 'sovereign tokenize chat -m tokenizer.json --template chat.jinja --user "Who are you?"',
    },
    {
      comment: "A conversation from a file, as ids",
      run: "sovereign tokenize chat -m model.gguf messages.json --ids",
    },
  ],
  notes:
    'Messages are a list of `{"role": …, "content": …}`, or an object with `messages` and maybe `tools`, as OpenAI\'s API takes them.',
  output: "text",
  seeAlso: ["tokenize encode"],
  async run(context, { args, flags }) {
    const { tokenizer } = await openModel(flags, context);
    const { messages, tools } =
      flags.user === undefined
        ? await readMessages(args.messages, context)
        : { messages: [{ role: "user", content: flags.user }], tools: undefined };
    const system = flags.system === undefined ? [] : [{ role: "system", content: flags.system }];
    const { renderChat } = await import("../../../tokenize/index.ts");
    const text = await renderChat(tokenizer, [...system, ...messages], {
      addGenerationPrompt: !flags["no-prompt"],
      ...(tools === undefined ? {} : { tools }),
      ...(flags.template === undefined ? {} : { template: readTemplate(flags.template, context) }),
    });
    if (!flags.ids) await context.printText(text);
    // The template writes the special tokens, so here they are meant.
    else await context.printText(`${tokenizer.encodeIds(text, "parse").join(" ")}\n`);
    return 0;
  },
});

async function readMessages(name: string | undefined, context: CommandContext) {
  const [input] = await openInputs(name === undefined ? [] : [name], context);
  const chunks: Uint8Array[] = [];
  for await (const chunk of input!.read()) chunks.push(chunk);
  let value: unknown;
  try {
    value = JSON.parse(Buffer.concat(chunks).toString());
  } catch (cause) {
    throw noMessages(`${input!.name} is no JSON: ${(cause as Error).message}`);
  }
  const holder = (Array.isArray(value) ? { messages: value } : value) as {
    messages?: unknown;
    tools?: unknown[];
  } | null;
  const messages = holder?.messages;
  if (!Array.isArray(messages) || !messages.every(isMessage))
    throw noMessages(`${input!.name} holds no messages`);
  return { messages, tools: holder?.tools };
}

function isMessage(value: unknown): value is ChatMessage {
  return typeof value === "object" && value !== null && "role" in value && "content" in value;
}

function noMessages(what: string): SovereignError {
  return new SovereignError("INVALID_PARAMETER_VALUE", what, {
    hint: 'write `[{"role": "user", "content": "…"}]`',
  });
}

function readTemplate(name: string, { io }: CommandContext): string {
  try {
    return readFileSync(resolve(io.cwd, name), "utf8");
  } catch (cause) {
    throw new SovereignError("RESOURCE_DOES_NOT_EXIST", `there is no template \`${name}\``, {
      hint: "name a file with Jinja source",
      cause,
    });
  }
}
