/** `sovereign vector serve`: the REST API of Databricks Vector Search, until it is told to stop. */
import { join } from "node:path";
import { defineCommand } from "../../command.ts";
import { openProjectLake } from "../../lake/session.ts";
import { LISTEN_FLAGS, reportFailures, serveUntilStopped, splitList } from "../../serving.ts";

export const command = defineCommand({
  args: {},
  flags: {
    ...LISTEN_FLAGS,
    port: { type: "integer", value: "port", summary: "port (default 5010; 0: any)" },
    interval: {
      type: "integer",
      value: "ms",
      min: 10,
      summary: "how often continuous collections look at their tables (default 1000)",
    },
  },
  examples: [
    { comment: "Serve the project's collections", run: "sovereign vector serve" },
    { comment: "On a port of your own", run: "sovereign vector serve --port 8080" },
  ],
  notes:
    'Python: `VectorSearchClient(workspace_url="http://127.0.0.1:5010", personal_access_token="x")` of databricks-vectorsearch, or databricks-sdk\'s `WorkspaceClient(host=…, token="x").vector_search_indexes`; the token is not looked at. Ready when `GET /health` answers. Other commands read and write collections beside it, in turns. Ctrl-C lets requests in progress end.',
  databricks: "the workspace's own Vector Search endpoints",
  seeAlso: ["vector sync", "vector query"],
  output: "text",
  untilStopped: true,
  async run(context, { flags }) {
    const { startVectorServer } = await import("../../../vector/server/index.ts");
    const { io, config } = context;
    const hosts = splitList(flags["allowed-hosts"]);
    const server = await startVectorServer({
      folder: join(config.home, "vector"),
      port: flags.port ?? 5010,
      clock: io.clock,
      openLake: () => openProjectLake(context),
      onFailure: reportFailures(context),
      ...(flags.host === undefined ? {} : { host: flags.host }),
      ...(hosts === undefined ? {} : { allowedHosts: hosts }),
      ...(flags.interval === undefined ? {} : { intervalMs: flags.interval }),
    });
    await serveUntilStopped(context, "Vector Search", server);
  },
});
