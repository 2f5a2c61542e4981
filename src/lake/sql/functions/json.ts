/** Functions of the family "json" (Spark 4.2). */
import type { FunctionDef } from "./definition.ts";

export const JSON_FUNCTIONS: readonly FunctionDef[] = [];
