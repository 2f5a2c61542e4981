/** Functions of the family "sequence" (Spark 4.2). */
import type { FunctionDef } from "./definition.ts";

export const SEQUENCE_FUNCTIONS: readonly FunctionDef[] = [];
