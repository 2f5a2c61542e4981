/**
 * Where the completion of names comes from: configuration, catalog, help topics. `files` yields
 * nothing: without candidates the shells complete file names themselves.
 */
import type { CommandNode, ValueSource } from "../command.ts";
import { isGroup } from "../command.ts";
import { TOPICS } from "../help/topics.ts";
import type { Io } from "../io.ts";
import type { Candidate } from "./complete.ts";

export type ReadValues = (source: ValueSource) => Promise<Candidate[]>;

/** Values as they are in the folder of `io`, read-only. */
export function createValueReader(io: Io, tree: readonly CommandNode[]): ReadValues {
  return async (source) => {
    switch (source) {
      case "topics":
        return [
          ...tree.map((node) => ({ word: node.name, text: node.summary })),
          ...TOPICS.map((topic) => ({ word: topic.name, text: topic.summary })),
        ];
      case "commands":
        return tree.filter(isGroup).map((node) => ({ word: node.name, text: node.summary }));
      case "config-keys": {
        const { CONFIG_KEYS } = await import("../../core/config/schema.ts");
        return CONFIG_KEYS.map((key) => ({ word: key.key, text: key.doc }));
      }
      case "profiles":
        return readProfiles(io);
      case "tables":
      case "schemas":
      case "catalogs": {
        const { readCatalogNames } = await import("./catalog-names.ts");
        return readCatalogNames(io, source);
      }
      case "jobs": {
        const { readJobNames } = await import("./job-names.ts");
        return readJobNames(io);
      }
      default:
        return [];
    }
  };
}

/** Names of the `[profile.x]` tables: the text is searched, so a broken file still completes. */
async function readProfiles(io: Io): Promise<Candidate[]> {
  const [{ loadConfig }, { readFile }] = await Promise.all([
    import("../../core/config/index.ts"),
    import("node:fs/promises"),
  ]);
  const { SOVEREIGN_PROFILE: _, ...env } = io.env;
  const { file } = loadConfig({ cwd: io.cwd, env });
  if (file === null) return [];
  const text = await readFile(file, "utf8");
  const names = [...text.matchAll(/^\s*\[profile\.([\w-]+)/gm)].map((match) => match[1]!);
  return [...new Set(names)].map((word) => ({ word, text: "" }));
}
