/**
 * Chat templates: the Jinja source inside a tokenizer's files turns messages into the prompt its
 * model was trained on. Rendered by `@huggingface/jinja`, with what Hugging Face's library gives
 * templates beside the messages. A template that asks for the date gets today's.
 */
import { SovereignError } from "../../core/errors.ts";
import type { Tokenizer } from "../tokenizer.ts";

export interface ChatMessage {
  readonly role: string;
  readonly content: unknown;
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

/** The prompt for these messages. */
export async function renderChat(
  tokenizer: Tokenizer,
  messages: readonly ChatMessage[],
  options: ChatOptions = {},
): Promise<string> {
  const source = options.template ?? tokenizer.parts.chatTemplate;
  if (source === null) {
    throw new SovereignError("INVALID_PARAMETER_VALUE", "the tokenizer has no chat template", {
      hint: "name one: `--template file.jinja`; files of chat models have theirs in `tokenizer_config.json`",
    });
  }
  const { Template } = await import("@huggingface/jinja");
  try {
    return new Template(source).render({
      ...tokenizer.parts.namedTokens,
      ...options.variables,
      messages,
      tools: options.tools ?? null,
      add_generation_prompt: options.addGenerationPrompt ?? false,
    });
  } catch (cause) {
    throw new SovereignError(
      "INVALID_PARAMETER_VALUE",
      `the chat template refuses these messages: ${(cause as Error).message}`,
      { hint: "roles are most often system, user and assistant, the last two by turns", cause },
    );
  }
}
