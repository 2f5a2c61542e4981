/** Model versions as a command line names them: `churn/3`, `churn@champion`, `models:/churn/3`. */
import { SovereignError } from "../../core/errors.ts";
import { suggestName } from "../../core/suggest.ts";
import type {
  MlflowClient,
  ModelVersionEntity,
  RegisteredModelEntity,
} from "../../mlflow/index.ts";

/** What a word says: a model, and perhaps one of its versions. */
export interface ModelWord {
  readonly name: string;
  /** A number, or `@` and an alias; null for the model itself. */
  readonly which: string | null;
}

/** Takes a word apart. */
export function readModelWord(word: string): ModelWord {
  const plain = word.replace(/^models:\//, "");
  const match = /^([^/@]+)(?:\/(\d+)|(@.+))?$/.exec(plain);
  if (match === null) {
    throw new SovereignError("INVALID_PARAMETER_VALUE", `\`${word}\` names no model`, {
      hint: "write `churn`, a version as `churn/3`, or an alias as `churn@champion`",
    });
  }
  return { name: match[1] ?? "", which: match[2] ?? match[3] ?? null };
}

/** The registered model or prompt of this name. RESOURCE_DOES_NOT_EXIST with a near name. */
export async function findModel(
  client: MlflowClient,
  name: string,
  kind: "model" | "prompt" = "model",
): Promise<RegisteredModelEntity> {
  try {
    return await client.models.get(name);
  } catch (error) {
    if (!isMissing(error)) throw error;
  }
  const { items } = await client[`${kind}s`].search({ maxResults: 1000 });
  const near = suggestName(
    name,
    items.map((item) => item.name),
  );
  throw new SovereignError("RESOURCE_DOES_NOT_EXIST", `there is no ${kind} \`${name}\``, {
    hint:
      near === null ? `\`sovereign mlflow ${kind}s list\` shows them` : `did you mean \`${near}\`?`,
  });
}

/** The version that a word names. */
export async function findVersion(
  client: MlflowClient,
  { name, which }: { name: string; which: string },
): Promise<ModelVersionEntity> {
  await findModel(client, name);
  try {
    return which.startsWith("@")
      ? await client.models.getByAlias(name, which.slice(1))
      : await client.models.getVersion(name, which);
  } catch (error) {
    // MLflow calls an unknown alias an invalid parameter.
    const isUnknownAlias = which.startsWith("@") && hasCode(error, "INVALID_PARAMETER_VALUE");
    if (!isMissing(error) && !isUnknownAlias) throw error;
    const what = which.startsWith("@") ? `alias \`${which.slice(1)}\`` : `version ${which}`;
    throw new SovereignError("RESOURCE_DOES_NOT_EXIST", `\`${name}\` has no ${what}`, {
      hint: `\`sovereign mlflow models show ${name}\` lists its versions and aliases`,
    });
  }
}

/** The same, of a word that has to name a version. */
export async function findVersionOf(
  client: MlflowClient,
  word: string,
): Promise<ModelVersionEntity> {
  const { name, which } = readModelWord(word);
  if (which !== null) return findVersion(client, { name, which });
  throw new SovereignError("INVALID_PARAMETER_VALUE", `\`${word}\` names no version`, {
    hint: `write \`${name}/1\`, or an alias as \`${name}@champion\``,
  });
}

function isMissing(error: unknown): boolean {
  return hasCode(error, "RESOURCE_DOES_NOT_EXIST");
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof SovereignError && error.code === code;
}
