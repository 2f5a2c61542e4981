/** Functions of the family "lambda" (Spark 4.2). */
import type { FunctionDef } from "./definition.ts";

export const LAMBDA_FUNCTIONS: readonly FunctionDef[] = [];
