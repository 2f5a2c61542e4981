/** Checkpoint files for the log kernel, without an engine. */
export * from "./checkpoint-row.ts";
export * from "./wasm-checkpoint-reader.ts";
export * from "./wasm-checkpoint-writer.ts";
