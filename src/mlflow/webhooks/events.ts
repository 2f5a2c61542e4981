/**
 * What webhooks can be told of: an entity and what was done to it (mlflow/entities/webhook.py and
 * webhooks/types.py of 3.11.1), with the payload that a test delivery carries.
 */
import { invalidParameter } from "../wire/error.ts";
import { type PythonValue, pythonRepr } from "../wire/python-text.ts";

/** WebhookEntity of webhooks.proto. */
export const WEBHOOK_ENTITY = {
  ENTITY_UNSPECIFIED: 0,
  REGISTERED_MODEL: 1,
  MODEL_VERSION: 2,
  MODEL_VERSION_TAG: 3,
  MODEL_VERSION_ALIAS: 4,
  PROMPT: 5,
  PROMPT_VERSION: 6,
  PROMPT_TAG: 7,
  PROMPT_VERSION_TAG: 8,
  PROMPT_ALIAS: 9,
  BUDGET_POLICY: 10,
} as const;

/** WebhookAction of webhooks.proto. */
export const WEBHOOK_ACTION = {
  ACTION_UNSPECIFIED: 0,
  CREATED: 1,
  UPDATED: 2,
  DELETED: 3,
  SET: 4,
  EXCEEDED: 5,
} as const;

/** An entity and an action, in lower case as the database and payloads have them. */
export interface WebhookEvent {
  readonly entity: string;
  readonly action: string;
}

/** What a delivery says of the event. */
export type WebhookPayload = Readonly<Record<string, PythonValue>>;

const MODEL = { name: "example_model" };
const PROMPT = { name: "example_prompt" };
const TAGS = { tags: { example_key: "example_value" } };
const TAG = { key: "example_key", value: "example_value" };
const KEY = { key: "example_key" };
const ALIAS = { alias: "example_alias" };
const VERSION = { version: "1" };

const EXAMPLES: Readonly<Record<string, Readonly<Record<string, WebhookPayload>>>> = {
  registered_model: {
    created: { ...MODEL, ...TAGS, description: "An example registered model" },
  },
  model_version: {
    created: {
      ...MODEL,
      ...VERSION,
      source: "models:/123",
      run_id: "abcd1234abcd5678",
      ...TAGS,
      description: "An example model version",
    },
  },
  model_version_tag: {
    set: { ...MODEL, ...VERSION, ...TAG },
    deleted: { ...MODEL, ...VERSION, ...KEY },
  },
  model_version_alias: {
    created: { ...MODEL, ...ALIAS, ...VERSION },
    deleted: { ...MODEL, ...ALIAS },
  },
  prompt: { created: { ...PROMPT, ...TAGS, description: "An example prompt" } },
  prompt_version: {
    created: {
      ...PROMPT,
      ...VERSION,
      template: "Hello {{name}}!",
      ...TAGS,
      description: "An example prompt version",
    },
  },
  prompt_tag: { set: { ...PROMPT, ...TAG }, deleted: { ...PROMPT, ...KEY } },
  prompt_version_tag: {
    set: { ...PROMPT, ...VERSION, ...TAG },
    deleted: { ...PROMPT, ...VERSION, ...KEY },
  },
  prompt_alias: { created: { ...PROMPT, ...ALIAS, ...VERSION }, deleted: { ...PROMPT, ...ALIAS } },
  budget_policy: {
    exceeded: {
      budget_policy_id: "bp-abc123",
      budget_unit: "USD",
      budget_amount: 100,
      current_spend: 105.5,
      duration_unit: "MONTHS",
      duration_value: 1,
      target_scope: "WORKSPACE",
      workspace: "default",
      window_start: 1704067200000,
    },
  },
};

/** The event of a request; 400 for an entity, an action or a pair that MLflow does not know. */
export function readEvent(event: { entity?: string; action?: string }): WebhookEvent {
  const entity = (event.entity ?? "ENTITY_UNSPECIFIED").toLowerCase();
  const action = (event.action ?? "ACTION_UNSPECIFIED").toLowerCase();
  const examples = EXAMPLES[entity];
  if (examples === undefined) {
    throw invalidParameter(`${pythonRepr(entity)} is not a valid WebhookEntity`);
  }
  if (action === "action_unspecified") {
    throw invalidParameter(`${pythonRepr(action)} is not a valid WebhookAction`);
  }
  if (Object.hasOwn(examples, action)) return { entity, action };
  throw invalidParameter(
    `Invalid action '${action}' for entity '${entity}'. Valid actions are: ${pythonRepr(Object.keys(examples).sort())}`,
  );
}

/** The payload of a test delivery. */
export function exampleOf(event: WebhookEvent): WebhookPayload {
  return EXAMPLES[event.entity]?.[event.action] ?? {};
}
