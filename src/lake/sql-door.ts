/** What running a statement needs, loaded with the first one. Import it dynamically. */
export { compareFiles, readFiles } from "./exec/changes/new-files.ts";
export { readEngineError } from "./exec/engine-failure.ts";
export { executeStatement } from "./exec/execute.ts";
export { dryRun } from "./exec/plan/dry-run.ts";
export { relationSchema } from "./exec/relation-schema.ts";
export { parseExpression, parseScript } from "./sql/parse/index.ts";
export { writeRows } from "./write-rows.ts";
