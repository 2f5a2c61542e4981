/**
 * The query engine behind an interface. Read `types.ts` first; `duckdb.ts` is the implementation
 * and is imported, with its native library, only when an engine is started.
 */

export { engineType, holdsVariant, quoteIdentifier, quoteString } from "./engine-type.ts";
export { escapeGlobPath } from "./glob.ts";
export { createLargeCheckpointPort } from "./large-state.ts";
export { literalSql, partitionLiteralSql } from "./literal.ts";
export type * from "./types.ts";

import type { Engine, EngineOptions } from "./types.ts";

/** Starts the engine, loading the native library. */
export async function startEngine(options: EngineOptions = {}): Promise<Engine> {
  const { createEngine } = await import("./duckdb.ts");
  return createEngine(options);
}
