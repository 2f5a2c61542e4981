/** Which tracking database a command works on. */
import { join } from "node:path";

import type { FlagSpec } from "../command.ts";
import type { CommandContext } from "../context.ts";

/** The flag of every command that opens the database itself. */
export const STORE_URI_FLAG = {
  type: "string",
  value: "uri",
  summary: "`sqlite:///path` or a path (default: `mlflow.db` in the project's `.sovereign`)",
  completes: "files",
} as const satisfies FlagSpec;

/** The URI of the flag, else the project's own database. */
export function storeUri(context: CommandContext, flag: string | undefined): string {
  return flag ?? join(context.config.home, "mlflow.db");
}
