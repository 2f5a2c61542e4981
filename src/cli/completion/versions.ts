/** Versions of a table for completion: the names in its log folder, newest first. */
import { readdirSync } from "node:fs";
import { join, resolve } from "node:path";

import { createStoreCatalog } from "../../lake/catalog/index.ts";
import { readCommitInfo } from "../../lake/delta/commit-file.ts";
import { tableNameParts } from "../lake/table-name.ts";
import type { Candidate } from "./complete.ts";
import { openCompletionStore, type ValuePlace } from "./place.ts";

/** More than a list to choose from can hold. */
const MOST_VERSIONS = 40;
/** Reading a commit for its operation takes time; the newest are the ones asked for. */
const MOST_EXPLAINED = 10;

/** The versions of the table that `word` names, each with what its commit did. */
export function readVersions(place: ValuePlace, word: string | undefined): Candidate[] {
  const location = word === undefined ? null : findLocation(place, word);
  if (location === null) return [];
  const folder = join(location, "_delta_log");
  const files = readdirSync(folder)
    .filter((name) => /^\d{20}\.json$/.test(name))
    .sort()
    .reverse()
    .slice(0, MOST_VERSIONS);
  return files.map((name, i) => {
    const info = i < MOST_EXPLAINED ? readCommitInfo(join(folder, name)) : null;
    const operation = info?.operation;
    return {
      word: String(Number(name.slice(0, 20))),
      text: typeof operation === "string" ? operation : "",
    };
  });
}

function findLocation(place: ValuePlace, word: string): string | null {
  if (word.includes("/")) return resolve(place.cwd, word);
  const parts = tableNameParts(word);
  if (parts === null || parts.length > 3) return null;
  const [name, schema = "default", catalog = "main"] = [...parts].reverse();
  const { store, config } = openCompletionStore(place);
  try {
    const found = createStoreCatalog(store, config.lake.root).getTable({
      catalog,
      schema,
      name: name!,
    });
    return found?.location ?? null;
  } finally {
    store.close();
  }
}
