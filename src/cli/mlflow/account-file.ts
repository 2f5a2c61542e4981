/** Where the accounts of `mlflow server --auth` are kept. */
import { join, resolve } from "node:path";
import type { CommandContext } from "../context.ts";

/** The file that was named, from the working directory; else the project's own. */
export function accountFile({ config, io }: CommandContext, given: string | undefined): string {
  return given === undefined ? join(config.home, "mlflow-accounts") : resolve(io.cwd, given);
}
