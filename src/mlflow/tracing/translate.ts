/**
 * Gives a span that another library made MLflow's own attributes, so that its kind, inputs, tokens
 * and model show up (`translate_span_when_storing` of MLflow 3.11.1). Attributes are JSON texts;
 * those that are there already win. The names are in `conventions.ts`.
 */
import { type ExactJson, isJsonObject } from "../../core/json/index.ts";
import { dumpJson, dumpUnicode, loadJson } from "../wire/python-dump.ts";
import { CONVENTIONS, type Convention, GEN_AI_KINDS } from "./conventions.ts";
import { computeCost } from "./model-prices.ts";
import type { OtlpEvent, OtlpValue } from "./otlp-spans.ts";
import { dumpValue } from "./span-values.ts";

export const SPAN_TYPE = "mlflow.spanType";
export const INPUTS = "mlflow.spanInputs";
export const OUTPUTS = "mlflow.spanOutputs";
export const TOKEN_USAGE_ATTRIBUTE = "mlflow.chat.tokenUsage";
export const COST_ATTRIBUTE = "mlflow.llm.cost";
export const MODEL = "mlflow.llm.model";
export const PROVIDER = "mlflow.llm.provider";
const TOOLS = "mlflow.chat.tools";
const MESSAGE_FORMAT = "mlflow.message.format";

/** Attribute names and their JSON texts. */
export type Attributes = Map<string, string>;

/** Adds what the conventions know to a span's attributes, in place. */
export function translateSpan(attributes: Attributes, events: readonly OtlpEvent[]): void {
  // MLflow's own client names everything itself.
  const isForeign = hasKey(attributes, (key) => !key.startsWith("mlflow."));
  if (isForeign) translateForeign(attributes, events);
  addText(attributes, MODEL, () => dumpAny(findModel(attributes, isForeign)));
  if (isForeign) addText(attributes, PROVIDER, () => dumpAny(findProvider(attributes)));
  addText(attributes, COST_ATTRIBUTE, () => findCost(attributes));
}

function translateForeign(attributes: Attributes, events: readonly OtlpEvent[]): void {
  translateKind(attributes);
  addText(attributes, INPUTS, () => findInputs(attributes) ?? promptOf(events));
  addText(attributes, OUTPUTS, () => findOutputs(attributes) ?? completionOf(events));
  addText(attributes, TOKEN_USAGE_ATTRIBUTE, () => findTokens(attributes));
  addText(attributes, MESSAGE_FORMAT, () => findMessageFormat(attributes));
  addText(attributes, TOOLS, () => firstOf((one) => lookUp(attributes, one.tools)));
}

/** Sets the span's type by its convention when it has none of its own. */
export function translateKind(attributes: Attributes): void {
  const current = attributes.get(SPAN_TYPE);
  const type = current === undefined || current === "" ? null : parse(current);
  if (type !== null && type !== "UNKNOWN") return;
  const kind = firstOf((one) => findKind(attributes, one));
  if (kind !== undefined) attributes.set(SPAN_TYPE, JSON.stringify(kind));
}

function findKind(attributes: Attributes, one: Convention): string | undefined {
  if (one.guessesKind) return guessKind(attributes);
  for (const key of one.kindKeys ?? []) {
    const kind = parse(attributes.get(key) ?? "null");
    const type = typeof kind === "string" ? ownValue(one.kinds, kind) : undefined;
    if (type !== undefined) return type;
  }
  return undefined;
}

function guessKind(attributes: Attributes): string | undefined {
  if (attributes.has("gen_ai.request.model")) return "LLM";
  const operation = parse(attributes.get("gen_ai.operation.name") ?? '""');
  const type = ownValue(GEN_AI_KINDS, String(operation).toLowerCase());
  if (type !== undefined) return type;
  for (const key of attributes.keys()) {
    if (key === "lk.retry_count") return "LLM";
    if (key.startsWith("lk.function_tool")) return "TOOL";
    if (["lk.agent_name", "lk.instructions", "lk.generation_id"].includes(key)) return "AGENT";
    if (key.startsWith("lk.tts") || key === "lk.input_text") return "UNKNOWN";
    if (/^lk\.(user_transcript|transcript_confidence|transcription_delay)$/.test(key)) {
      return "UNKNOWN";
    }
  }
  return undefined;
}

function findInputs(attributes: Attributes): string | undefined {
  return firstOf((one) => {
    if (one.spreadsMessages && isVercelChat(attributes)) {
      attributes.set(MESSAGE_FORMAT, "vercel_ai");
      return gather(attributes, "ai.prompt.");
    }
    return lookUp(attributes, one.inputs);
  });
}

function findOutputs(attributes: Attributes): string | undefined {
  return firstOf((one) =>
    one.spreadsMessages && isVercelChat(attributes)
      ? gather(attributes, "ai.response.")
      : lookUp(attributes, one.outputs),
  );
}

function isVercelChat(attributes: Attributes): boolean {
  const operation = unwrap(attributes.get("ai.operationId") ?? "null");
  return operation === "ai.generateText.doGenerate" || operation === "ai.streamText.doStream";
}

/** One object of all attributes that start with `prefix`. */
function gather(attributes: Attributes, prefix: string): string | undefined {
  const found: Record<string, ExactJson> = {};
  for (const [key, text] of attributes) {
    if (!key.startsWith(prefix)) continue;
    const name = key.slice(prefix.length);
    const value = unwrap(text);
    found[name] = name === "tools" && Array.isArray(value) ? value.map(unwrapItem) : value;
  }
  return Object.keys(found).length === 0 ? undefined : dumpJson(found);
}

function unwrapItem(value: ExactJson): ExactJson {
  return typeof value === "string" ? unwrap(value) : value;
}

/** JSON in JSON in JSON: as deep as exporters have been seen to nest it. */
function unwrap(text: string, levels = 2): ExactJson {
  const value = loadJson(text);
  return typeof value === "string" && value !== text && levels > 0
    ? unwrap(value, levels - 1)
    : value;
}

/** Spring AI's prompt event, else the messages of OpenTelemetry's events. */
function promptOf(events: readonly OtlpEvent[]): string | undefined {
  const prompt = eventText(events, "gen_ai.content.prompt", "gen_ai.prompt");
  if (prompt !== undefined) return prompt;
  const roles: Readonly<Record<string, string>> = {
    "gen_ai.system.message": "system",
    "gen_ai.user.message": "user",
    "gen_ai.assistant.message": "assistant",
  };
  const messages = events.flatMap(({ name, attributes }) => {
    const role = ownValue(roles, name);
    const content = attributes.get("content");
    return role === undefined || !isTruthy(content) ? [] : [{ role, content: decode(content) }];
  });
  return messages.length === 0 ? undefined : dumpJson(messages);
}

function completionOf(events: readonly OtlpEvent[]): string | undefined {
  const completion = eventText(events, "gen_ai.content.completion", "gen_ai.completion");
  if (completion !== undefined) return completion;
  const messages = events.flatMap(({ name, attributes }) => {
    const content = attributes.get("content");
    if (name !== "gen_ai.choice" || !isTruthy(content)) return [];
    return [{ role: decode(attributes.get("role") ?? "assistant"), content: decode(content) }];
  });
  return messages.length === 0 ? undefined : dumpJson(messages);
}

function eventText(events: readonly OtlpEvent[], name: string, key: string): string | undefined {
  for (const event of events) {
    const value = event.name === name ? event.attributes.get(key) : undefined;
    if (isTruthy(value)) return typeof value === "string" ? value : dumpValue(value);
  }
  return undefined;
}

function isTruthy(value: OtlpValue | undefined): value is OtlpValue {
  if (Array.isArray(value)) return value.length > 0;
  if (value instanceof Map) return value.size > 0;
  return Boolean(value);
}

function decode(value: OtlpValue): ExactJson {
  return loadJson(typeof value === "string" ? value : dumpValue(value));
}

function findTokens(attributes: Attributes): string | undefined {
  return firstOf((one) => {
    const input = countOf(attributes, one.inputTokens);
    const output = countOf(attributes, one.outputTokens);
    if (!input || !output) return undefined;
    const total = countOf(attributes, one.totalTokens) ?? input + output;
    if (total === 0) return undefined;
    return `{"input_tokens": ${input}, "output_tokens": ${output}, "total_tokens": ${total}}`;
  });
}

function countOf(attributes: Attributes, keys: readonly string[] = []): number | null {
  const key = keys.find((one) => attributes.has(one));
  const value = parse(key === undefined ? "null" : (attributes.get(key) ?? "null"));
  if (typeof value === "number") return Number.isInteger(value) ? value : null;
  return typeof value === "string" && /^\s*[+-]?\d+\s*$/.test(value) ? Number(value) : null;
}

function findMessageFormat(attributes: Attributes): string | undefined {
  const isThere = (mark: string) =>
    mark.endsWith("*")
      ? hasKey(attributes, (key) => key.startsWith(mark.slice(0, -1)))
      : attributes.has(mark);
  const name = firstOf(({ messageFormat }) =>
    messageFormat?.marks.some(isThere) ? messageFormat.name : undefined,
  );
  return name === undefined ? undefined : JSON.stringify(name);
}

function findModel(attributes: Attributes, isForeign: boolean): ExactJson {
  if (isForeign) {
    const text = firstOf((one) => lookUp(attributes, one.model));
    if (text !== undefined) return loadJson(text);
  }
  for (const key of [INPUTS, OUTPUTS]) {
    const text = attributes.get(key);
    // Inputs may be long, and few have a model: look before parsing.
    if (text === undefined || !text.includes('"model"')) continue;
    const value = parse(text);
    const model = isJsonObject(value) ? value.model : undefined;
    if (model) return typeof model === "string" ? model : null;
  }
  return null;
}

function findProvider(attributes: Attributes): ExactJson {
  const text = firstOf((one) => one.provider && lookUp(attributes, [one.provider]));
  return text === undefined ? null : loadJson(text);
}

function findCost(attributes: Attributes): string | undefined {
  const usage = attributes.get(TOKEN_USAGE_ATTRIBUTE);
  const model = attributes.get(MODEL);
  if (usage === undefined || model === undefined) return undefined;
  return computeCost(parse(model), parse(usage), parse(attributes.get(PROVIDER) ?? "null"));
}

/** The first of these attributes that says something: not empty, zero, false or null. */
function lookUp(
  attributes: Attributes,
  keys: readonly (string | RegExp)[] = [],
): string | undefined {
  for (const key of keys) {
    const names =
      typeof key === "string" ? [key] : [...attributes.keys()].filter((n) => key.test(n));
    for (const name of names) {
      const text = attributes.get(name);
      if (text !== undefined && text !== "" && !isEmptyJson(text)) return text;
    }
  }
  return undefined;
}

const EMPTY = /^\s*(null|false|-?0+(\.0*)?|""|\[\s*\]|\{\s*\})\s*$/;

function isEmptyJson(text: string): boolean {
  return text.length < 20 && EMPTY.test(text);
}

function firstOf(find: (one: Convention) => string | undefined): string | undefined {
  for (const one of CONVENTIONS) {
    const found = find(one);
    if (found) return found;
  }
  return undefined;
}

function addText(attributes: Attributes, key: string, find: () => string | undefined): void {
  if (attributes.has(key)) return;
  const text = find();
  if (text !== undefined) attributes.set(key, text);
}

function dumpAny(value: ExactJson): string | undefined {
  return value === null || value === "" ? undefined : dumpUnicode(value);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function ownValue(table: Readonly<Record<string, string>> | undefined, key: string) {
  return table !== undefined && Object.hasOwn(table, key) ? table[key] : undefined;
}

function hasKey(attributes: Attributes, test: (key: string) => boolean): boolean {
  for (const key of attributes.keys()) if (test(key)) return true;
  return false;
}
