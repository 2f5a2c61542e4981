/** The tracking store that the client commands of `sovereign mlflow` talk to. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { createPolicy, isAllowed } from "../../core/privacy/index.ts";
import type { MlflowClient } from "../../mlflow/index.ts";
import type { FlagSpecs } from "../command.ts";
import type { CommandContext } from "../context.ts";

/** The flag of every command that is a client. */
export const TRACKING_FLAGS = {
  "tracking-uri": {
    type: "string",
    value: "uri",
    completes: "files",
    group: "Tracking",
    summary:
      "`http://HOST:PORT`, `databricks`, `sqlite:///FILE` or a file (default: MLFLOW_TRACKING_URI when it is on this machine, else the project's `.sovereign/mlflow.db`)",
  },
} as const satisfies FlagSpecs;

/**
 * Opens the client; it is closed with the command. With `writes` false nothing is made: a project
 * without a database is read as an empty one, a named database must be there.
 */
export async function openTracking(
  context: CommandContext,
  flags: { readonly "tracking-uri": string | undefined },
  { writes }: { writes: boolean },
): Promise<MlflowClient> {
  const { io, config } = context;
  const given = flags["tracking-uri"] ?? (await environmentUri(context));
  const own = join(config.home, "mlflow.db");
  const isFresh = given === undefined && !writes && !existsSync(own);
  const { openClient } = await import("../../mlflow/index.ts");
  const client = openClient({
    trackingUri: given ?? (isFresh ? "sqlite:///:memory:" : own),
    ...(given === undefined ? { artifactsDestination: join(config.home, "mlartifacts") } : {}),
    mustExist: given !== undefined && !writes,
    env: io.env,
    clock: io.clock,
    cwd: io.cwd,
    signal: io.signal,
    // A person waits: one more try, not MLflow's five.
    retries: 1,
  });
  context.onClose(() => client.close());
  return client;
}

/** MLFLOW_TRACKING_URI, unless it would lead off this machine. */
async function environmentUri(context: CommandContext): Promise<string | undefined> {
  const uri = context.io.env.MLFLOW_TRACKING_URI || undefined;
  if (uri === undefined || isLocal(uri)) return uri;
  await context.warn(
    "MLFLOW_TRACKING_URI is not on this machine and is left aside: name it with `--tracking-uri` to use it",
  );
  return undefined;
}

function isLocal(uri: string): boolean {
  if (/^databricks(:|$)/i.test(uri)) return false;
  if (!/^https?:/i.test(uri)) return true;
  const host = URL.canParse(uri) ? new URL(uri).hostname : "";
  return isAllowed(createPolicy({ tier: "sovereign" }), host, null);
}
