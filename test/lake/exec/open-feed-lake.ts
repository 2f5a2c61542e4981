/** A test lake for the change feed: statements name their table `$T`, or its path `$P`. */
import { join } from "node:path";
import { openTestLake, type TestLake } from "./open-test-lake.ts";

export interface FeedLake extends TestLake {
  pathOf(name: string): string;
  /** The statement about the table of that name. */
  place(sql: string, name: string): string;
  /** Rows as JSON text, sorted. */
  sortedRows(sql: string): Promise<string[]>;
}

/** Opens one; `close` removes the folder. */
export async function openFeedLake(): Promise<FeedLake> {
  const lake = await openTestLake();
  const pathOf = (name: string): string => join(lake.folder, name);
  return {
    ...lake,
    pathOf,
    place: (sql, name) =>
      sql.replaceAll("$T", `delta.\`${pathOf(name)}\``).replaceAll("$P", pathOf(name)),
    async sortedRows(sql) {
      const rows = await lake.rows(sql);
      return rows
        .map((row) => JSON.stringify(row.map((v) => (v === null ? null : String(v)))))
        .sort();
    },
  };
}
