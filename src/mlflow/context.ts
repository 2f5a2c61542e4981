/**
 * A tracking store as handlers work with it: the database opened, artifact places settled, webhooks
 * ready. The server and the client without one share it.
 */
import { resolve } from "node:path";
import type { Clock } from "../core/clock.ts";
import type { Environment } from "../core/config/index.ts";
import { SovereignError } from "../core/errors.ts";
import type { Database } from "../core/store/index.ts";
import { toFolder } from "./artifacts/locate.ts";
import { readMlflowEnvironment } from "./environment.ts";
import type { Context, Settings } from "./routes/route.ts";
import { openTrackingDatabase } from "./schema/open.ts";
import { waitInLine } from "./store/when-free.ts";
import { createWebhookSender } from "./webhooks/sender.ts";

export interface StoreOptions {
  /** `sqlite:///…` or a path. */
  backendStoreUri: string;
  /** Default `mlflow-artifacts:/`, or `./mlruns` when artifacts are not served. */
  defaultArtifactRoot?: string;
  /** Folder of the artifacts that clients send through the server. */
  artifactsDestination: string;
  /** Default true. */
  servesArtifacts?: boolean;
  env: Environment;
  clock: Clock;
  /** Where relative paths start. */
  cwd: string;
  /** Told of failures that are the server's own. */
  onFailure?: (request: string, error: unknown) => void;
}

/** Opens the store; `close` ends its webhooks and the database. */
export function openContext(options: StoreOptions): {
  context: Context;
  close: () => Promise<void>;
} {
  const { clock, cwd, onFailure } = options;
  const defaultArtifactRoot = artifactRootOf(options);
  const artifactsDestination = destinationOf(options);
  const environment = readMlflowEnvironment(options.env);
  const database = openTrackingDatabase(options.backendStoreUri, {
    clock,
    cwd,
    defaultArtifactRoot,
  });
  waitInLine(database);
  const settings: Settings = {
    defaultArtifactRoot,
    artifactsDestination,
    localRoots: [...localRootsOf(options), ...defaultExperimentRoot(database)],
    servesArtifacts: options.servesArtifacts ?? true,
    cwd,
    environment,
  };
  const webhooks = createWebhookSender({ database, clock, environment, onFailure });
  return {
    context: { database, clock, settings, webhooks },
    close: async () => {
      await webhooks.close();
      database.close();
    },
  };
}

function artifactRootOf(options: StoreOptions): string {
  const servesArtifacts = options.servesArtifacts ?? true;
  const root = options.defaultArtifactRoot ?? (servesArtifacts ? "mlflow-artifacts:/" : "mlruns");
  return /^[a-z][a-z0-9+.-]+:/i.test(root) ? root : resolve(options.cwd, root);
}

/** The folders in which MLflow, with or without this server, keeps artifacts of its own accord. */
function localRootsOf(options: StoreOptions): string[] {
  const root = artifactRootOf(options);
  const isLocal = root.startsWith("/") || /^file:/i.test(root);
  const given = isLocal ? [toFolder(root)] : [];
  return [...given, destinationOf(options), resolve(options.cwd, "mlruns")];
}

/** Where the Default experiment lies: whoever made the database chose that, and no client can. */
function defaultExperimentRoot(database: Database): string[] {
  const row = database.get<{ uri: string | null }>(
    "SELECT artifact_location AS uri FROM experiments WHERE experiment_id = 0",
  );
  return row?.uri && /^(\/|file:)/i.test(row.uri) ? [toFolder(row.uri)] : [];
}

function destinationOf({ artifactsDestination, cwd }: StoreOptions): string {
  const scheme = /^([a-z][a-z0-9+.-]+):/i.exec(artifactsDestination)?.[1]?.toLowerCase();
  if (scheme !== undefined && scheme !== "file") {
    throw new SovereignError(
      "NOT_IMPLEMENTED",
      `artifacts are kept in a folder, not in \`${artifactsDestination}\``,
      { hint: "give `--artifacts-destination` a folder" },
    );
  }
  return resolve(cwd, scheme === "file" ? toFolder(artifactsDestination) : artifactsDestination);
}
