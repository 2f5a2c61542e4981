/**
 * Messages as ids of a prompt: control tokens are the template's to write, those in the messages'
 * own texts stay text. The template gets the messages with marks around what looks like a control
 * token; where they come out in the prompt, it is known whose a token is.
 */
import { SovereignError } from "../../core/errors.ts";
import type { SpecialMode } from "../added-tokens.ts";
import {
  requireChatOptions,
  requireJson,
  requireMessages,
  requireTokenizer,
} from "../check-arguments.ts";
import type { Tokenizer } from "../tokenizer.ts";
import { type ChatMessage, type ChatOptions, renderChat } from "./render-chat.ts";

export interface EncodeChatOptions extends ChatOptions {
  /** What control tokens in the messages become; `text` by default. */
  readonly special?: SpecialMode;
}

interface Marks {
  /** Stand before and behind a control token, and behind what another text could make one. */
  readonly open: string;
  readonly close: string;
  readonly cut: string;
}

/** The prompt for these messages as ids. Roles count as the template's. */
export async function encodeChat(
  tokenizer: Tokenizer,
  messages: readonly ChatMessage[],
  given: EncodeChatOptions = {},
): Promise<Uint32Array> {
  requireTokenizer(tokenizer, "the tokenizer");
  requireMessages(messages, "the messages");
  requireChatOptions(given, "the options");
  const { special = "text", ...options } = given;
  requireJson([messages, options.tools], "what the template gets");
  const tokens = tokenizer.parts.addedTokens.all
    .filter(({ isSpecial, content }) => isSpecial && content !== "")
    .map(({ content }) => content);
  if (special === "parse" || tokens.length === 0) {
    return tokenizer.encodeIds(await renderChat(tokenizer, messages, options), "parse");
  }
  const source = options.template ?? tokenizer.parts.chatTemplate ?? "";
  const marks = chooseMarks(source + JSON.stringify([messages, options.tools ?? null]));
  const mark = createMarker(tokens, marks);
  const marked = messages.map(({ role, ...rest }) => ({ role, ...markAll(rest, mark) }));
  const { tools } = options;
  const prompt = await renderChat(tokenizer, marked, {
    ...options,
    ...(tools === undefined ? {} : { tools: markAll(tools, mark) }),
  });
  const { text, places } = takeOut(prompt, marks);
  return tokenizer.encodeIds(text, (from, to) => {
    let isOfMessage = places.open.has(from) && places.close.has(to);
    for (let at = from + 1; at < to; at++) isOfMessage ||= places.cut.has(at);
    return isOfMessage ? special : "parse";
  });
}

/** Three of Unicode's noncharacters, which no text should have and this one has not. */
function chooseMarks(text: string): Marks {
  const all = Array.from({ length: 32 }, (_, i) => String.fromCharCode(0xfdd0 + i));
  const [open, close, cut] = all.filter((mark) => !text.includes(mark));
  if (open !== undefined && close !== undefined && cut !== undefined) return { open, close, cut };
  throw new SovereignError(
    "INVALID_PARAMETER_VALUE",
    "the messages hold noncharacters of Unicode",
    {
      hint: "leave U+FDD0 to U+FDEF out of them, or take `--special parse`",
    },
  );
}

/** Puts marks into a text. */
function createMarker(tokens: readonly string[], { open, close, cut }: Marks) {
  const escaped = [...tokens]
    .sort((a, b) => b.length - a.length)
    .map((token) => token.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, "\\$&"));
  const whole = new RegExp(escaped.join("|"), "g");
  const sorted = [...tokens].sort();
  const longest = tokens.reduce((most, { length }) => Math.max(most, length), 0);
  return (text: string): string => {
    const marked = text.replaceAll(whole, (token) => open + token + close);
    for (let length = Math.min(longest - 1, text.length); length > 0; length--) {
      if (isStart(text.slice(-length), sorted)) return marked + cut;
    }
    return marked;
  };
}

/** Whether a token begins with a text and is longer. */
function isStart(text: string, sorted: readonly string[]): boolean {
  let [from, to] = [0, sorted.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    if (sorted[middle]! <= text) from = middle + 1;
    else to = middle;
  }
  return sorted[from]?.startsWith(text) ?? false;
}

/** Every text in a value of JSON, and every name. */
function markAll<T>(value: T, mark: (text: string) => string): T {
  const walk = (part: unknown): unknown => {
    if (typeof part === "string") return mark(part);
    if (Array.isArray(part)) return part.map(walk);
    if (typeof part !== "object" || part === null) return part;
    const entries = Object.entries(part);
    return Object.fromEntries(entries.map(([name, entry]) => [mark(name), walk(entry)]));
  };
  return walk(value) as T;
}

/** The prompt without marks, and where they were. */
function takeOut(prompt: string, { open, close, cut }: Marks) {
  const places = { open: new Set<number>(), close: new Set<number>(), cut: new Set<number>() };
  let text = "";
  for (const part of prompt.split(new RegExp(`([${open}${close}${cut}])`))) {
    if (part === open) places.open.add(text.length);
    else if (part === close) places.close.add(text.length);
    else if (part === cut) places.cut.add(text.length);
    else text += part;
  }
  return { text, places };
}
