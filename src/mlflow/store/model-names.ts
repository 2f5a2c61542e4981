/** What registered models, their versions, stages and aliases may be called. */
import { invalidParameter } from "../wire/error.ts";
import { isLongerThan, validateKey, validateLength, validatePathUnique } from "./names.ts";

const STAGES = ["None", "Staging", "Production", "Archived"] as const;
export type Stage = (typeof STAGES)[number];
/** The stage of a version that was deleted and is kept for its number. */
export const DELETED_STAGE = "Deleted_Internal";
/** The key whose tag makes a registered model a prompt. */
export const PROMPT_TAG = "mlflow.prompt.is_prompt";
export const PROMPT_TEXT_TAG = "mlflow.prompt.text";

const MAX_TAG_KEY = 250;
const MAX_TAG_VALUE = 100_000;
const MAX_ALIAS = 255;

/** Refuses what cannot name a registered model. */
export function validateModelName(name: string, parameter = "name"): void {
  if (name.trim() === "") {
    throw invalidParameter(`Missing value for required parameter '${parameter}'.`);
  }
  if (/[/:]/.test(name)) {
    throw invalidParameter(`Invalid model name '${name}'. Names cannot contain '/' or ':'.`);
  }
  validatePathUnique(name, "name");
}

/** Refuses what Python's `int()` does not take. The text itself is what SQL compares. */
export function validateVersion(version: string): void {
  if (/^\s*[+-]?\p{Nd}+(_\p{Nd}+)*\s*$/u.test(version)) return;
  throw invalidParameter(`Parameter 'version' must be an integer, got '${version}'.`);
}

/** The stage that `text` names in any case. */
export function parseStage(text: string): Stage {
  const stage = STAGES.find((name) => name.toLowerCase() === text.toLowerCase());
  if (stage !== undefined) return stage;
  throw invalidParameter(
    `Invalid Model Version stage: ${text}. Value must be one of ${STAGES.join(", ")}.`,
  );
}

/** Refuses what cannot be an alias at all. */
export function validateAlias(alias: string): void {
  if (alias === "") throw invalidParameter("Registered model alias name cannot be empty.");
  if (!/^[\p{L}\p{N}_-]*\n?$/u.test(alias)) {
    throw invalidParameter(
      `Invalid alias name: '${alias}'. Names may only contain alphanumerics, underscores (_), and dashes (-).`,
    );
  }
  validateLength("Registered model alias name", MAX_ALIAS, alias);
}

/** Refuses the aliases that mean something already: `latest` and `v1`. */
export function validateFreeAlias(alias: string): void {
  if (alias.toLowerCase() === "latest") {
    throw invalidParameter("'latest' alias name (case insensitive) is reserved.");
  }
  if (/^v\p{Nd}+\n?$/iu.test(alias)) {
    throw invalidParameter(`Version alias name '${alias}' is reserved.`);
  }
}

/** Refuses a tag of a registered model. */
export function validateModelTag(key: string, value: string): void {
  validateKey(key);
  validateLength("key", MAX_TAG_KEY, key);
  validateLength("value", MAX_TAG_VALUE, value);
}

/** Refuses a tag of a model version; the text of a prompt is told apart. */
export function validateVersionTag(key: string, value: string): void {
  validateKey(key);
  validateLength("key", MAX_TAG_KEY, key);
  if (key === PROMPT_TEXT_TAG && isLongerThan(value, MAX_TAG_VALUE)) {
    throw invalidParameter(`Prompt text exceeds max length of ${MAX_TAG_VALUE} characters.`);
  }
  validateLength("value", MAX_TAG_VALUE, value);
}
