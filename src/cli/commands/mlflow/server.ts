/** `sovereign mlflow server`: the tracking server, until it is told to stop. */
import { join } from "node:path";
import { defineCommand } from "../../command.ts";
import type { CommandContext } from "../../context.ts";
import { accountFile } from "../../mlflow/account-file.ts";
import { LISTEN_FLAGS, reportFailures, serveUntilStopped, splitList } from "../../serving.ts";

export const command = defineCommand({
  args: {},
  flags: {
    ...LISTEN_FLAGS,
    port: { type: "integer", value: "port", summary: "port (default 5000; 0: any)" },
    "backend-store-uri": {
      type: "string",
      value: "uri",
      summary: "`sqlite:///FILE` or a file (default `.sovereign/mlflow.db`)",
    },
    "default-artifact-root": {
      type: "string",
      value: "uri",
      summary: "where new experiments keep artifacts (default: through this server)",
    },
    "artifacts-destination": {
      type: "string",
      value: "folder",
      summary:
        "where the server keeps artifacts (default `mlartifacts` beside `.sovereign/mlflow.db`; `./mlartifacts` with --backend-store-uri)",
    },
    "serve-artifacts": { type: "boolean", summary: "take and give artifacts (the default)" },
    "no-serve-artifacts": {
      type: "boolean",
      summary: "leave artifacts to the clients, which then need access to the artifact root",
    },
    "static-prefix": { type: "string", value: "path", summary: "serve below `/path`" },
    auth: {
      type: "boolean",
      summary: "answer only accounts, which `sovereign mlflow auth add` makes",
    },
    "auth-file": {
      type: "string",
      value: "path",
      summary: "the account file (default `.sovereign/mlflow-accounts`); implies --auth",
    },
    "cors-allowed-origins": {
      type: "string",
      value: "origins",
      summary: "web origins that may write, with `*`, by comma (default: this machine's)",
    },
  },
  examples: [
    { comment: "Serve this project's runs on port 5000", run: "sovereign mlflow server" },
    {
      comment: "Serve a file that MLflow made",
      run: "sovereign mlflow server --backend-store-uri sqlite:///mlflow.db --port 5001",
    },
  ],
  notes:
    'Python: `mlflow.set_tracking_uri("http://127.0.0.1:5000")`. The server is ready when `GET /health` answers `OK`; SIGTERM or Ctrl-C lets requests in progress end. Commits survive a killed process; the last moments before a power cut may be lost. MLflow\'s own variables (MLFLOW_SERVER_ALLOWED_HOSTS and its like) are read too.',
  databricks: "the workspace's own MLflow tracking server",
  seeAlso: ["mlflow auth"],
  output: "text",
  untilStopped: true,
  async run(context, { flags }) {
    const { startServer } = await import("../../../mlflow/index.ts");
    const { io } = context;
    const server = await startServer({
      ...optionsFrom(context, flags),
      env: io.env,
      clock: io.clock,
      cwd: io.cwd,
      readerCount: 2,
      onFailure: reportFailures(context),
    });
    await serveUntilStopped(context, "MLflow", server);
  },
});

interface Flags {
  host?: string | undefined;
  port?: number | undefined;
  "backend-store-uri"?: string | undefined;
  "default-artifact-root"?: string | undefined;
  "artifacts-destination"?: string | undefined;
  "no-serve-artifacts": boolean;
  "static-prefix"?: string | undefined;
  "allowed-hosts"?: string | undefined;
  "cors-allowed-origins"?: string | undefined;
  auth: boolean;
  "auth-file"?: string | undefined;
}

function optionsFrom(context: CommandContext, flags: Flags) {
  const { config } = context;
  const hasAccounts = flags.auth || flags["auth-file"] !== undefined;
  const store = flags["backend-store-uri"];
  const folder = store === undefined ? join(config.home, "mlartifacts") : "mlartifacts";
  return {
    port: flags.port ?? 5000,
    backendStoreUri: store ?? join(config.home, "mlflow.db"),
    artifactsDestination: flags["artifacts-destination"] ?? folder,
    ...given("host", flags.host),
    ...given("defaultArtifactRoot", flags["default-artifact-root"]),
    servesArtifacts: !flags["no-serve-artifacts"],
    ...given("authFile", hasAccounts ? accountFile(context, flags["auth-file"]) : undefined),
    ...given("staticPrefix", flags["static-prefix"]),
    ...given("allowedHosts", splitList(flags["allowed-hosts"])),
    ...given("corsAllowedOrigins", splitList(flags["cors-allowed-origins"])),
  };
}

function given<K extends string, V>(key: K, value: V | undefined): { [P in K]?: V } {
  return (value === undefined ? {} : { [key]: value }) as { [P in K]?: V };
}
