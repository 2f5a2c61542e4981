/**
 * Chat templates: the Jinja source inside a tokenizer's files turns messages into the prompt its
 * model was trained on. Rendered by `@huggingface/jinja`, with what Hugging Face's library gives
 * templates beside the messages. A template that asks for the date gets today's.
 */
import { SovereignError } from "../../core/errors.ts";
import { requireChatOptions, requireMessages, requireTokenizer } from "../check-arguments.ts";
import type { Tokenizer } from "../tokenizer.ts";
import type { ParsedTemplate } from "./run-template.ts";

export interface ChatMessage {
  readonly role: string;
  /** A text, or a list of parts for templates that go through them; none beside tool calls. */
  readonly content?: unknown;
  readonly [field: string]: unknown;
}

export interface ChatOptions {
  /** Ends with what makes the model answer. */
  readonly addGenerationPrompt?: boolean;
  readonly tools?: readonly unknown[];
  /** In place of the tokenizer's own template. */
  readonly template?: string;
  /** More names for the template. */
  readonly variables?: Readonly<Record<string, unknown>>;
}

/**
 * The prompt for these messages. A template that is no Jinja, or that asks for more than any prompt
 * takes, is DATA_LOSS, or INVALID_PARAMETER_VALUE where it was given.
 */
export async function renderChat(
  tokenizer: Tokenizer,
  messages: readonly ChatMessage[],
  options: ChatOptions = {},
): Promise<string> {
  requireTokenizer(tokenizer, "the tokenizer");
  requireMessages(messages, "the messages");
  requireChatOptions(options, "the options");
  const source = options.template ?? tokenizer.parts.chatTemplate;
  if (source === null) {
    throw new SovereignError("INVALID_PARAMETER_VALUE", "the tokenizer has no chat template", {
      hint: "name one: `--template file.jinja`; files of chat models have theirs in `tokenizer_config.json`",
    });
  }
  const { parseTemplate, runTemplate, TemplateLimit } = await import("./run-template.ts");
  const program = ((): ParsedTemplate => {
    try {
      return parseTemplate(source);
    } catch (cause) {
      throw brokenTemplate(`the chat template's syntax is broken: ${messageOf(cause)}`, options);
    }
  })();
  try {
    return runTemplate(program, {
      ...tokenizer.parts.namedTokens,
      ...options.variables,
      messages,
      tools: options.tools ?? null,
      add_generation_prompt: options.addGenerationPrompt ?? false,
    });
  } catch (cause) {
    if (cause instanceof TemplateLimit) {
      throw brokenTemplate(`the chat template asks for too much: ${cause.message}`, options);
    }
    throw new SovereignError(
      "INVALID_PARAMETER_VALUE",
      `the chat template refuses these messages: ${messageOf(cause)}`,
      { hint: hintFor(messages), cause },
    );
  }
}

/** What templates most often refuse. */
function hintFor(messages: readonly ChatMessage[]): string {
  if (messages.some(({ content }) => Array.isArray(content))) {
    return "many templates take texts alone: write a message's parts as one `content`";
  }
  if (messages.some(({ content }) => content === undefined || content === null)) {
    return 'many templates want a text beside `tool_calls` too: write `"content": ""`';
  }
  return "roles are most often system, user and assistant, the last two by turns";
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}

/** A template of the tokenizer's file is data, one that was given is the caller's. */
function brokenTemplate(what: string, { template }: ChatOptions): SovereignError {
  const code = template === undefined ? "DATA_LOSS" : "INVALID_PARAMETER_VALUE";
  return new SovereignError(code, what, {
    hint: "correct the template, or name another: `--template file.jinja`",
  });
}
