/**
 * Where the completion of names comes from: configuration, catalog, tracking store, help topics.
 * `files` yields nothing: without candidates the shells complete file names themselves.
 */
import type { CommandNode, ValueSource } from "../command.ts";
import { isGroup } from "../command.ts";
import { TOPICS } from "../help/topics.ts";
import { locate } from "../locate.ts";
import { splitWords } from "../words.ts";
import { type Candidate, listVisible } from "./complete.ts";
import type { ValuePlace } from "./place.ts";

/** `args` are the command's arguments typed before: versions are those of a table. */
export type ReadValues = (source: ValueSource, args: readonly string[]) => Promise<Candidate[]>;

/** Values as they are in the folder of `place`, read-only. */
export function createValueReader(place: ValuePlace, tree: readonly CommandNode[]): ReadValues {
  return async (source, args) => {
    switch (source) {
      case "topics":
        return listTopics(tree, args);
      case "profiles":
        return readProfiles(place);
      case "tables":
      case "schemas":
      case "catalogs": {
        const { readCatalogNames } = await import("./catalog-names.ts");
        return readCatalogNames(place, source);
      }
      case "versions": {
        const { readVersions } = await import("./versions.ts");
        return readVersions(place, args[0]);
      }
      case "jobs":
      case "runs": {
        const { readJobNames, readRunNumbers } = await import("./job-names.ts");
        return source === "jobs" ? readJobNames(place) : readRunNumbers(place);
      }
      case "mlflow-experiments":
      case "mlflow-runs": {
        const { readMlflowNames } = await import("./mlflow-names.ts");
        return readMlflowNames(place, source);
      }
      case "collections": {
        const { readCollectionNames } = await import("./collection-names.ts");
        return readCollectionNames(place);
      }
      default:
        return [];
    }
  };
}

/** Commands and topics; behind a group its verbs. */
function listTopics(tree: readonly CommandNode[], args: readonly string[]): Candidate[] {
  if (args.length > 0) {
    const { node, unknown } = locate(tree, splitWords(args));
    const isOpen = node !== null && isGroup(node) && unknown === undefined;
    return isOpen ? listVisible(node.verbs) : [];
  }
  const topics = TOPICS.map((topic) => ({ word: topic.name, text: topic.summary }));
  const commands = listVisible(tree).filter(({ word }) => !topics.some((t) => t.word === word));
  return [...commands, ...topics];
}

/** Names of the `[profile.x]` tables: the text is searched, so a broken file still completes. */
async function readProfiles(place: ValuePlace): Promise<Candidate[]> {
  const [{ findConfigFile }, { readFile }] = await Promise.all([
    import("../../core/config/index.ts"),
    import("node:fs/promises"),
  ]);
  const file = findConfigFile(place.cwd, place.env);
  if (file === null) return [];
  const text = await readFile(file, "utf8");
  const names = [...text.matchAll(/^\s*\[\s*profile\s*\.\s*([\w-]+)/gm)].map((match) => match[1]!);
  return [...new Set(names)].map((word) => ({ word, text: "" }));
}
