/** A server as a process of its own, for tests that kill it: prints its address, serves on. */
import { systemClock } from "../../src/core/clock.ts";
import { startServer } from "../../src/mlflow/index.ts";

const [databasePath = "", folder = ""] = process.argv.slice(2);
const server = await startServer({
  port: 0,
  backendStoreUri: databasePath,
  artifactsDestination: folder,
  env: {},
  clock: systemClock,
  cwd: folder,
});
process.stdout.write(`${server.url}\n`);
process.once("SIGTERM", () => void server.close());
