/** Functions of the family "map" (Spark 4.2). */
import type { FunctionDef } from "./definition.ts";

export const MAP_FUNCTIONS: readonly FunctionDef[] = [];
