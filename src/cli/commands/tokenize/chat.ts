/** `sovereign tokenize chat`: messages as the prompt of a model's chat template. */
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { SovereignError } from "../../../core/errors.ts";
import type { ChatMessage } from "../../../tokenize/index.ts";
import { defineCommand } from "../../command.ts";
import type { CommandContext } from "../../context.ts";
import { openInputs } from "../../tokenize/inputs.ts";
import { MODEL_FLAGS, openModel, specialMode } from "../../tokenize/model-flags.ts";

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
    special: {
      type: "choice",
      choices: ["text", "parse", "error"],
      summary: "with --ids: what control tokens written in the messages become (default text)",
    },
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
    'Messages are a list of `{"role": …, "content": …}`, or an object with `messages` and maybe `tools`, as OpenAI\'s API takes them. With `--ids` the template\'s control tokens are parsed, and those written in messages stay text: nobody can end his turn in another\'s name.',
  output: "text",
  seeAlso: ["tokenize encode"],
  async run(context, { args, flags }) {
    if (flags.user !== undefined && args.messages !== undefined) {
      throw new SovereignError("INVALID_PARAMETER_VALUE", "`--user` stands in place of a file", {
        hint: `leave out \`--user\` or \`${args.messages}\``,
      });
    }
    if (flags.special !== undefined && !flags.ids) {
      throw new SovereignError("INVALID_PARAMETER_VALUE", "`--special` says what ids there are", {
        hint: "add `--ids`, or leave it out",
      });
    }
    const { tokenizer } = await openModel(flags, context);
    const { messages, tools } =
      flags.user === undefined
        ? await readMessages(args.messages, context)
        : { messages: [{ role: "user", content: flags.user }], tools: undefined };
    const system = flags.system === undefined ? [] : [{ role: "system", content: flags.system }];
    const { encodeChat, renderChat } = await import("../../../tokenize/index.ts");
    const conversation = [...system, ...messages];
    const options = {
      addGenerationPrompt: !flags["no-prompt"],
      ...(tools === undefined ? {} : { tools }),
      ...(flags.template === undefined ? {} : { template: readTemplate(flags.template, context) }),
    };
    if (flags.ids) {
      const special = specialMode(flags.special);
      const ids = await encodeChat(tokenizer, conversation, { ...options, special });
      await context.printText(`${ids.join(" ")}\n`);
    } else await context.printText(await renderChat(tokenizer, conversation, options));
    return 0;
  },
});

async function readMessages(name: string | undefined, context: CommandContext) {
  const [input] = await openInputs(name === undefined ? [] : [name], context);
  const chunks: Uint8Array[] = [];
  for await (const chunk of input!.read()) chunks.push(chunk);
  const text = Buffer.concat(chunks).toString();
  const source = input!.name === "-" ? "stdin" : `\`${input!.name}\``;
  if (text.trim() === "") {
    throw new SovereignError("INVALID_PARAMETER_VALUE", `${source} holds no messages`, {
      hint: "name a file of messages or `--user TEXT`",
    });
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw noMessages(`${source} is no JSON: ${(cause as Error).message}`);
  }
  const holder = (Array.isArray(value) ? { messages: value } : value) as {
    messages?: unknown;
    tools?: unknown[];
  } | null;
  const messages = holder?.messages;
  if (!Array.isArray(messages)) throw noMessages(`${source} holds no list of messages`);
  messages.forEach((message, i) => {
    const fault = faultOf(message);
    if (fault !== null) throw noMessages(`message ${i + 1} of ${source} ${fault}`);
  });
  return { messages: messages as ChatMessage[], tools: holder?.tools };
}

/** What is wrong with a message of OpenAI's shape, or null. */
function faultOf(message: unknown): string | null {
  if (typeof message !== "object" || message === null || Array.isArray(message)) {
    return "is no object";
  }
  const { role, content, tool_calls: calls } = message as Record<string, unknown>;
  if (typeof role !== "string") return "has no `role`";
  if (typeof content === "string" || Array.isArray(content)) return null;
  if (content !== undefined && content !== null)
    return "has a `content` that is no text and no list";
  return role === "assistant" && Array.isArray(calls) && calls.length > 0
    ? null
    : "has neither `content` nor `tool_calls`";
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
