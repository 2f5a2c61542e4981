/** Writes small logs for tests; nothing of the code under test is used. */
import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export const PROTOCOL = { protocol: { minReaderVersion: 1, minWriterVersion: 2 } };
const SCHEMA = JSON.stringify({
  type: "struct",
  fields: [{ name: "id", type: "long", nullable: true, metadata: {} }],
});

export function metaData(configuration: Record<string, string> = {}): object {
  return {
    metaData: {
      id: "test",
      format: { provider: "parquet", options: {} },
      schemaString: SCHEMA,
      partitionColumns: [],
      configuration,
    },
  };
}

export function add(path: string, extra: object = {}): object {
  const file = { path, partitionValues: {}, size: 10, modificationTime: 0, dataChange: true };
  return { add: { ...file, ...extra } };
}

export function remove(path: string, extra: object = {}): object {
  return { remove: { path, deletionTimestamp: 0, dataChange: true, ...extra } };
}

export interface TestLog {
  root: string;
  folder: string;
  /** Writes a commit; `timeMs` becomes the file's time. */
  commit(version: number, actions: readonly object[], timeMs?: number): void;
  write(name: string, text: string | Uint8Array): void;
  dispose(): void;
}

export function createTestLog(): TestLog {
  const root = mkdtempSync(join(tmpdir(), "delta-log-"));
  const folder = join(root, "_delta_log");
  mkdirSync(folder);
  const write = (name: string, text: string | Uint8Array) =>
    writeFileSync(join(folder, name), text);
  return {
    root,
    folder,
    write,
    commit(version, actions, timeMs) {
      const name = `${String(version).padStart(20, "0")}.json`;
      write(name, actions.map((action) => `${JSON.stringify(action)}\n`).join(""));
      if (timeMs !== undefined) utimesSync(join(folder, name), timeMs / 1000, timeMs / 1000);
    },
    dispose: () => rmSync(root, { recursive: true, force: true }),
  };
}
