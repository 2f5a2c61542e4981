/** What the registry's routes tell webhooks, after the commit (handlers.py of 3.11.1). */
import { isPrompt } from "../store/registered-models.ts";
import type { WebhookPayload } from "../webhooks/events.ts";
import type { Context } from "./route.ts";

/** The tags that make a prompt what it is; payloads leave them out. */
const PROMPT_MARKS = new Set(["mlflow.prompt.is_prompt", "_mlflow_prompt_type"]);
const PROMPT_TEXT_TAG = "mlflow.prompt.text";

interface Tag {
  key: string;
  value: string;
}

/** Announces a new registered model, or prompt. */
export function announceModel(
  context: Context,
  model: { name: string; description: string; tags: readonly Tag[] },
  isPrompt: boolean,
): void {
  const { name, description } = model;
  const tags = toObject(model.tags, isPrompt ? PROMPT_MARKS : new Set());
  const entity = isPrompt ? "prompt" : "registered_model";
  context.webhooks.announce({ entity, action: "created" }, { name, tags, description });
}

/** Announces a new version of a model, or of a prompt with its text. */
export function announceVersion(
  context: Context,
  version: {
    name: string;
    version: number;
    source: string;
    runId: string;
    description: string;
    tags: readonly Tag[];
  },
  isPrompt: boolean,
): void {
  const name = { name: version.name, version: String(version.version) };
  const description = version.description || null;
  if (!isPrompt) {
    const { source, runId } = version;
    const tags = toObject(version.tags, new Set());
    context.webhooks.announce(
      { entity: "model_version", action: "created" },
      { ...name, source, run_id: runId || null, tags, description },
    );
    return;
  }
  const template = version.tags.findLast(({ key }) => key === PROMPT_TEXT_TAG)?.value ?? null;
  const tags = toObject(version.tags, new Set([...PROMPT_MARKS, PROMPT_TEXT_TAG]));
  context.webhooks.announce(
    { entity: "prompt_version", action: "created" },
    { ...name, template, tags, description },
  );
}

/** Announces a change to a tag or alias of `name`; null where MLflow tells nothing. */
export function announceChange(
  context: Context,
  entities: { model: string | null; prompt: string },
  action: "set" | "created" | "deleted",
  payload: WebhookPayload & { name: string },
): void {
  const entity = isPrompt(context.database, payload.name) ? entities.prompt : entities.model;
  if (entity !== null) context.webhooks.announce({ entity, action }, payload);
}

function toObject(tags: readonly Tag[], without: ReadonlySet<string>): Record<string, string> {
  const kept = tags.filter(({ key }) => !without.has(key));
  return Object.fromEntries(kept.map(({ key, value }) => [key, value]));
}
