/** What tokenizers are called with, looked at for programs without types. */
import {
  type Check,
  describeValue,
  optional,
  requireArrayOf,
  requireBoolean,
  requireFunction,
  requireListOf,
  requireObjectOf,
  requireOneOf,
  requireString,
  requireThat,
  requireWhole,
} from "../core/arguments.ts";
import { SovereignError } from "../core/errors.ts";

/** More tokens than any model takes, and few enough to hold. */
const MOST_TOKENS = 2 ** 24;
const MOST_ID = 2 ** 32 - 1;
const requireLength = requireWhole(0, MOST_TOKENS);
const requireId = requireWhole(0, MOST_ID);
const requireDirection = requireOneOf("left", "right");
const requireMode = requireOneOf("text", "parse", "error");

/** A mode, or what gives one for each token. */
export const requireSpecial: Check = (value, what) => {
  if (typeof value !== "function") requireMode(value, what);
};

/** Options of `encode` and `encodeBatch`. */
export const requireEncodeOptions = requireObjectOf({
  special: optional(requireSpecial),
  addSpecialTokens: optional(requireBoolean),
  pair: optional(requireString),
  truncation: optional(
    requireObjectOf({
      maxLength: requireWhole(0),
      stride: optional(requireWhole(0)),
      strategy: optional(requireOneOf("longest_first", "only_first", "only_second")),
      direction: optional(requireDirection),
    }),
  ),
  padding: optional(
    requireObjectOf({
      ...{ length: optional(requireLength), multipleOf: optional(requireLength) },
      ...{ padId: optional(requireId), padTypeId: optional(requireId) },
      direction: optional(requireDirection),
    }),
  ),
});

const requireTexts = requireListOf(requireString);

/** Texts, and pairs of texts. */
export const requireInputs = requireListOf((value, what) => {
  if (typeof value === "string") return;
  requireTexts(value, what);
  const { length } = value as readonly string[];
  if (length === 1 || length === 2) return;
  throw new SovereignError("INVALID_PARAMETER_VALUE", `${what} has ${length} texts`, {
    hint: "give a text, or a pair: `[text, other]`",
  });
});

/** Anything that gives one after another. */
export const requireIds = requireThat(
  (value) => typeof value === "object" && value !== null && Symbol.iterator in value,
  "an array of token ids",
);

/** Options of `decode` and `decodeStream`. */
export const requireDecodeOptions = requireObjectOf({
  skipSpecialTokens: optional(requireBoolean),
});

/** What a trainer is made with. */
export const requireTrainOptions = requireObjectOf({
  type: requireOneOf("bpe", "wordpiece", "unigram"),
  vocabularySize: requireWhole(1, MOST_TOKENS),
  minFrequency: requireWhole(0),
  specialTokens: requireListOf(requireString),
  pattern: optional(requireString),
});

/** Options of work in turns. */
export const requireTurnOptions = requireObjectOf({
  signal: optional(requireObjectOf({ throwIfAborted: requireFunction })),
  onProgress: optional(requireFunction),
});

/** What rank files do not say of themselves. */
export const requireRankOptions = requireObjectOf({
  encoding: optional(requireString),
  pattern: optional(requireString),
  special: optional((value, what) => {
    requireObjectOf({})(value, what);
    for (const [token, id] of Object.entries(value as object)) requireId(id, `\`${token}\``);
  }),
});

/** A tokenizer, whose class this file cannot import. */
export const requireTokenizer = requireThat((value) => {
  const parts: unknown = typeof value === "object" && Reflect.get(value ?? {}, "parts");
  return typeof parts === "object" && typeof Reflect.get(parts ?? {}, "model") === "object";
}, "the `tokenizer` that `openTokenizer` gives");

/** What templates get. */
export const requireMessages = requireListOf(requireObjectOf({ role: requireString }));
export const requireChatOptions = requireObjectOf({
  addGenerationPrompt: optional(requireBoolean),
  tools: optional(requireListOf(() => undefined)),
  template: optional(requireString),
  variables: optional(requireObjectOf({})),
  special: optional(requireMode),
});

/** What is written as JSON on its way: neither circles nor bigints. */
export function requireJson(value: unknown, what: string): void {
  try {
    JSON.stringify(value);
  } catch (cause) {
    throw new SovereignError(
      "INVALID_PARAMETER_VALUE",
      `${what} cannot be written as JSON: ${cause instanceof Error ? cause.message : describeValue(cause)}`,
      { hint: "give texts, numbers, booleans, null, lists and objects of them", cause },
    );
  }
}

/** What is read in parts. */
export const requireParts = requireThat(
  (value) =>
    typeof value === "object" &&
    value !== null &&
    (Symbol.asyncIterator in value || Symbol.iterator in value),
  "a stream of bytes, such as a file's",
);
export const requireBytes = requireArrayOf(Uint8Array);
export const requireChunkOptions = requireObjectOf({
  rule: (value, what) => {
    if (value !== null) requireOneOf("keep", "drop")(value, what);
  },
  invalid: optional(requireOneOf("replace", "error")),
  size: optional(requireWhole(1)),
});
