/** Functions of the family "struct" (Spark 4.2). */
import type { FunctionDef } from "./definition.ts";

export const STRUCT_FUNCTIONS: readonly FunctionDef[] = [];
