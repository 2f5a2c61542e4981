/** What the engine throws while a statement runs: failed checks of ours, then Spark's errors. */
import type { SovereignError } from "../../core/errors.ts";
import { mapRuntimeError } from "../sql/emit/runtime-error.ts";
import { readCheckError } from "./write/check-error.ts";

/** The error a message stands for, or null when nobody knows it. */
export function readEngineError(message: string): SovereignError | null {
  return readCheckError(message) ?? mapRuntimeError(message);
}
