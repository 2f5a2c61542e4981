/** Where completion looks for names: the folder and profile the half-typed line names. */
import { resolve } from "node:path";

import { type Config, type Environment, loadConfig } from "../../core/config/index.ts";
import { openStore, type Store } from "../../core/store/index.ts";

export interface ValuePlace {
  readonly cwd: string;
  readonly env: Environment;
  readonly profile: string | undefined;
}

/** The place of `io` moved by `-C` and `--profile` among the words typed so far. */
export function placeOf(
  io: { readonly cwd: string; readonly env: Environment },
  words: readonly string[],
): ValuePlace {
  const cwd = flagValue(words, ["-C", "--cwd"]);
  return {
    cwd: cwd === undefined ? io.cwd : resolve(io.cwd, cwd),
    env: io.env,
    profile: flagValue(words, ["-p", "--profile"]),
  };
}

/** The configuration there. */
export function readPlaceConfig({ cwd, env, profile }: ValuePlace): Config {
  return loadConfig({ cwd, env, profile });
}

/** The metadata store there, read-only, with its configuration. */
export function openCompletionStore(place: ValuePlace): { store: Store; config: Config } {
  const config = readPlaceConfig(place);
  return { store: openStore({ path: config.storePath, mode: "read" }), config };
}

/** The last value of a flag: `-C x`, `-Cx`, `--cwd x`, `--cwd=x`. */
function flagValue(words: readonly string[], names: readonly string[]): string | undefined {
  let value: string | undefined;
  // The last word is unfinished: a flag there has no value yet.
  for (let i = 0; i < words.length - 1; i++) {
    const word = words[i]!;
    if (word === "--") break;
    const name = names.find((known) => word.startsWith(known));
    if (name === undefined) continue;
    const rest = word.slice(name.length);
    if (rest === "") value = i + 2 < words.length ? words[i + 1] : value;
    else if (!name.startsWith("--")) value = rest;
    else if (rest.startsWith("=")) value = rest.slice(1);
  }
  return value;
}
