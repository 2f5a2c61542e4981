/** Prompts and their versions as records. */
import { INT, mapType, STRING, TIMESTAMP } from "../../lake/schema/data-type.ts";
import type { MlflowClient, PromptEntity, PromptVersionEntity } from "../../mlflow/index.ts";
import type { FieldSpec } from "../command.ts";
import type { RecordValues } from "../context.ts";
import { findModel, readModelWord } from "./model-version.ts";
import { micros, toMap } from "./records.ts";

const TEXT_MAP = mapType(STRING, STRING);

export const PROMPT_FIELDS = [
  { name: "name", type: STRING },
  { name: "latest_version", type: INT },
  { name: "aliases", type: TEXT_MAP, summary: "the version of each" },
  { name: "last_updated_timestamp", type: TIMESTAMP },
  { name: "description", type: STRING },
  { name: "tags", type: TEXT_MAP },
] as const satisfies readonly FieldSpec[];

export const PROMPT_VERSION_FIELDS = [
  { name: "name", type: STRING },
  { name: "version", type: INT },
  { name: "type", type: STRING, summary: "text or chat" },
  { name: "commit_message", type: STRING },
  { name: "creation_timestamp", type: TIMESTAMP },
  { name: "variables", type: STRING, summary: "joined by commas" },
  { name: "aliases", type: STRING, summary: "joined by commas" },
  { name: "tags", type: TEXT_MAP },
  { name: "template", type: STRING, summary: "the text; a chat as JSON" },
] as const satisfies readonly FieldSpec[];

/** A prompt by the names of PROMPT_FIELDS. */
export function promptRecord(prompt: PromptEntity): RecordValues {
  return {
    name: prompt.name,
    latest_version: prompt.latestVersion === null ? null : Number(prompt.latestVersion),
    aliases: toMap(prompt.aliases),
    last_updated_timestamp: micros(prompt.updatedAtMs),
    description: prompt.description,
    tags: toMap(prompt.tags),
  };
}

/** A version by the names of PROMPT_VERSION_FIELDS. */
export function promptVersionRecord(version: PromptVersionEntity): RecordValues {
  const { template } = version;
  return {
    name: version.name,
    version: Number(version.version),
    type: typeof template === "string" ? "text" : "chat",
    commit_message: version.commitMessage,
    creation_timestamp: micros(version.createdAtMs),
    variables: version.variables.join(","),
    aliases: [...version.aliases].sort().join(","),
    tags: toMap(version.tags),
    template: typeof template === "string" ? template : JSON.stringify(template),
  };
}

/** A version as text to read: the template, or each message below its role. */
export function promptText({ template }: PromptVersionEntity): string {
  if (typeof template === "string") return template;
  return template.map(({ role, content }) => `[${role}]\n${content}`).join("\n\n");
}

/** The version that a word names: `greet/2`, `greet@live`, or the newest of `greet`. */
export async function findPromptVersion(
  client: MlflowClient,
  word: string,
): Promise<PromptVersionEntity> {
  const { name, which } = readModelWord(word.replace(/^prompts:\//, ""));
  await findModel(client, name, "prompt");
  return client.prompts.getVersion(name, which ?? "latest");
}
