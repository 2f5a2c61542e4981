/**
 * Prompts: registered models whose versions carry a text in their tags, written as the client of
 * MLflow 3.11.1 writes them, so both read each other's.
 */
import { SovereignError } from "../../core/errors.ts";
import { parseJson } from "../../core/json/index.ts";
import type { ModelVersionEntity, Page, RegisteredModelEntity } from "./entities.ts";
import type { SearchOptions } from "./experiments.ts";
import type { ModelClient } from "./models.ts";

/** A message of a chat prompt. */
export interface PromptMessage {
  role: string;
  content: string;
}

/** A prompt without its texts. */
export interface PromptEntity {
  name: string;
  description: string;
  latestVersion: string | null;
  /** Version by alias. */
  aliases: Record<string, string>;
  tags: Record<string, string>;
  createdAtMs: number | null;
  updatedAtMs: number | null;
}

/** One version of a prompt, with its text. */
export interface PromptVersionEntity {
  name: string;
  version: string;
  template: string | PromptMessage[];
  commitMessage: string;
  aliases: string[];
  /** Those of the user: MLflow's own are left out. */
  tags: Record<string, string>;
  /** Names that stand between double braces. */
  variables: string[];
  createdAtMs: number | null;
}

/** A version that is to be registered. */
export interface NewPrompt {
  name: string;
  template: string | readonly PromptMessage[];
  commitMessage?: string;
  tags?: Readonly<Record<string, string>>;
}

/** The prompts of a store. */
export interface PromptClient {
  search(options?: SearchOptions): Promise<Page<PromptEntity>>;
  get(name: string): Promise<PromptEntity>;
  /** `which` is a version, an alias with `@` in front, or `latest`. */
  getVersion(name: string, which: string): Promise<PromptVersionEntity>;
  /** Every version, the newest first. */
  versions(name: string): Promise<PromptVersionEntity[]>;
  /** Makes the prompt when it is new, and a version of it. */
  register(prompt: NewPrompt): Promise<PromptVersionEntity>;
}

const IS_PROMPT = "mlflow.prompt.is_prompt";
const TEXT = "mlflow.prompt.text";
const TYPE = "_mlflow_prompt_type";
const ONLY_PROMPTS = `tags.\`${IS_PROMPT}\` = 'true'`;
const NAME = /^[a-zA-Z0-9_.-]+$/;
const VARIABLE = /\{\{\s*([a-zA-Z_][a-zA-Z0-9_]*(?:\.[a-zA-Z_][a-zA-Z0-9_]*)*)\s*\}\}/g;
const OWN_TAG = /^(mlflow\.prompt\.|_mlflow_)/;

/** Prompts of a registry. */
export function createPromptClient(models: ModelClient): PromptClient {
  const getModel = async (name: string) => {
    const model = await models.get(name);
    if (isPrompt(model)) return model;
    throw new SovereignError("RESOURCE_DOES_NOT_EXIST", `\`${name}\` is a model, not a prompt`, {
      hint: "`sovereign mlflow prompts list` names the prompts",
    });
  };
  const client: PromptClient = {
    search: async (options = {}) => {
      const filter = [ONLY_PROMPTS, options.filter].filter(Boolean).join(" AND ");
      const page = await models.search({ ...options, filter });
      return { ...page, items: page.items.map(toPrompt) };
    },
    get: async (name) => toPrompt(await getModel(name)),
    getVersion: async (name, which) => {
      const model = await getModel(name);
      const isAlias = which.startsWith("@");
      const version = isAlias
        ? model.aliases[which.slice(1)]
        : which === "latest"
          ? newestOf(model)
          : which;
      if (version) return toVersion(await models.getVersion(name, version));
      const what = isAlias ? `alias \`${which.slice(1)}\`` : "versions";
      throw new SovereignError("RESOURCE_DOES_NOT_EXIST", `\`${name}\` has no ${what}`, {
        hint: `\`sovereign mlflow prompts show ${name} --versions\` lists what there is`,
      });
    },
    versions: async (name) => {
      await getModel(name);
      const filter = `name = '${name}' AND ${ONLY_PROMPTS}`;
      const { items } = await models.searchVersions({ filter, maxResults: 10_000 });
      return items.map(toVersion).sort((a, b) => Number(b.version) - Number(a.version));
    },
    register: (prompt) => register(models, prompt),
  };
  return client;
}

async function register(models: ModelClient, prompt: NewPrompt): Promise<PromptVersionEntity> {
  const { name, template, commitMessage = "", tags = {} } = prompt;
  if (!NAME.test(name)) {
    throw new SovereignError("INVALID_PARAMETER_VALUE", `\`${name}\` cannot name a prompt`, {
      hint: "use letters, digits, `-`, `_` and `.`",
    });
  }
  const isNew = await makeModel(models, prompt);
  const isText = typeof template === "string";
  try {
    const version = await models.createVersion({
      name,
      source: "dummy-source",
      description: commitMessage,
      tags: {
        ...tags,
        [IS_PROMPT]: "true",
        [TYPE]: isText ? "text" : "chat",
        [TEXT]: isText ? template : JSON.stringify(template),
      },
    });
    return toVersion(version);
  } catch (error) {
    // A prompt without any version would only be in the way.
    if (isNew) await models.delete(name).catch(() => {});
    throw error;
  }
}

/** Makes the registered model, or puts the tags on the one there is; whether it was made. */
async function makeModel(models: ModelClient, prompt: NewPrompt): Promise<boolean> {
  const { name, commitMessage = "", tags = {} } = prompt;
  const model = await models.get(name).catch((error: unknown) => {
    const isMissing = error instanceof SovereignError && error.code === "RESOURCE_DOES_NOT_EXIST";
    if (isMissing) return null;
    throw error;
  });
  if (model === null) {
    await models.create(name, {
      description: commitMessage,
      tags: { [IS_PROMPT]: "true", ...tags },
    });
    return true;
  }
  if (!isPrompt(model)) {
    throw new SovereignError("RESOURCE_ALREADY_EXISTS", `\`${name}\` is a model, not a prompt`, {
      hint: "choose another name for the prompt",
    });
  }
  for (const [key, value] of Object.entries(tags)) await models.setTag(name, key, value);
  return false;
}

function isPrompt({ tags }: RegisteredModelEntity): boolean {
  return tags[IS_PROMPT]?.toLowerCase() === "true";
}

function newestOf({ latestVersions }: RegisteredModelEntity): string | null {
  const numbers = latestVersions.map(({ version }) => Number(version));
  return numbers.length === 0 ? null : String(Math.max(...numbers));
}

function toPrompt(model: RegisteredModelEntity): PromptEntity {
  const { name, description, aliases, createdAtMs, updatedAtMs } = model;
  const tags = withoutOwn(model.tags);
  const latestVersion = newestOf(model);
  return { name, description, latestVersion, aliases, tags, createdAtMs, updatedAtMs };
}

function toVersion(version: ModelVersionEntity): PromptVersionEntity {
  const text = version.tags[TEXT];
  if (text === undefined) {
    const what = `version ${version.version} of \`${version.name}\``;
    throw new SovereignError("DATA_LOSS", `${what} has no prompt text`, {
      hint: "register the prompt again",
    });
  }
  return {
    name: version.name,
    version: version.version,
    template: version.tags[TYPE] === "chat" ? readMessages(text) : text,
    commitMessage: version.description,
    aliases: version.aliases,
    tags: withoutOwn(version.tags),
    variables: [...new Set([...text.matchAll(VARIABLE)].map(([, name = ""]) => name))],
    createdAtMs: version.createdAtMs,
  };
}

/** What another program wrote and is no list of messages stays a text. */
function readMessages(text: string): string | PromptMessage[] {
  try {
    const json: unknown = parseJson(text);
    if (!Array.isArray(json)) return text;
    return json.map(({ role, content }: Record<string, unknown>) => ({
      role: String(role ?? ""),
      content: typeof content === "string" ? content : JSON.stringify(content ?? ""),
    }));
  } catch {
    return text;
  }
}

function withoutOwn(tags: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(tags).filter(([key]) => !OWN_TAG.test(key)));
}
