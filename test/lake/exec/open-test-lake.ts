/** A lake in a temporary folder, and short ways to run statements in it. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { formatValue, type Lake, openLake, type StatementResult } from "../../../src/lake/index.ts";

export interface TestLake {
  lake: Lake;
  folder: string;
  /** Runs a statement and reads its result. */
  run(text: string, parameters?: Record<string, string | number>): Promise<StatementResult>;
  /** Rows as Spark prints them, NULL as null. */
  rows(text: string, parameters?: Record<string, string | number>): Promise<(string | null)[][]>;
  close(): Promise<void>;
}

/** Opens one; `close` removes the folder. */
export async function openTestLake(): Promise<TestLake> {
  const folder = mkdtempSync(join(tmpdir(), "lake-"));
  const lake = await openLake({
    root: join(folder, "lake"),
    baseFolder: folder,
    tempDirectory: join(folder, "tmp"),
    threads: 2,
    memoryLimit: "1GB",
    // Spark's own default, whose answers are compared.
    deletionVectors: false,
  });
  return {
    lake,
    folder,
    async run(text, parameters = {}) {
      const result = await lake.sql(text, { parameters });
      await result.close();
      return result;
    },
    async rows(text, parameters = {}) {
      const result = await lake.sql(text, { parameters });
      const { fields } = result.schema;
      const rows = await result.rows();
      return rows.map((row) => row.map((value, i) => formatValue(value, fields[i]!.type)));
    },
    async close() {
      await lake.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
