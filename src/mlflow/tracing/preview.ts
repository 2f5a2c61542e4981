/**
 * The short text that lists of traces show of a trace's request or response: the last message of a
 * chat, else the JSON itself, cut to 1,000 characters (`_get_truncated_preview` of MLflow 3.11.1).
 */
import { cutText } from "../wire/trace.ts";

const MAX_LENGTH = 1000;
const CUT_MARK = "...";

/** The preview of the JSON `text`; `role` is whose message is meant. */
export function makePreview(text: string, role: "user" | "assistant"): string {
  const content = readContent(text, role) || text;
  const kept = cutText(content, MAX_LENGTH);
  return kept === content ? content : cutText(content, MAX_LENGTH - CUT_MARK.length) + CUT_MARK;
}

interface Message {
  role: unknown;
  content: unknown;
}

function readContent(text: string, role: string): string {
  // Only chats have messages to look for, and inputs may be long.
  if (!text.includes('"role"')) return "";
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return "";
  }
  const messages = findMessages(json, 0);
  const message = messages.findLast((one) => one.role === role) ?? messages.at(-1);
  return message === undefined ? "" : textOf(message.content);
}

/** Chat completions have `messages` and `choices`, responses `input` and `output`. */
function findMessages(json: unknown, depth: number): Message[] {
  if (!isObject(json)) return [];
  const lists = [json.messages, choiceOf(json.choices), json.input, json.output];
  const list = lists.find((one) => Array.isArray(one) && one.length > 0);
  if (list !== undefined) return (list as unknown[]).filter(isMessage);
  return depth < 100 && "request" in json ? findMessages(json.request, depth + 1) : [];
}

function choiceOf(choices: unknown): unknown {
  const first: unknown = Array.isArray(choices) ? choices[0] : undefined;
  const message = isObject(first) ? first.message : undefined;
  return isMessage(message) ? [message] : undefined;
}

function isMessage(value: unknown): value is Message {
  return isObject(value) && "role" in value && "content" in value;
}

function textOf(content: unknown): string {
  if (typeof content === "string") return content;
  if (!Array.isArray(content)) return "";
  for (const part of content as unknown[]) {
    if (typeof part === "string") return part;
    if (!isObject(part) || (part.type !== "text" && part.type !== "output_text")) continue;
    return typeof part.text === "string" ? part.text : "";
  }
  return "";
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
