/** Bundled by the guard test: starts a guarded worker and prints what it found. */
import { createPolicy, installEgressGuard, startWorker } from "../../../src/core/privacy/index.ts";

let attemptCount = 0;
installEgressGuard(createPolicy({ tier: "sovereign" }), () => attemptCount++);
const worker = startWorker(new URL("./entry.js", import.meta.url), { data: { answer: 42 } });
worker.on("message", (message) => {
  setTimeout(() => console.log(JSON.stringify({ ...message, attemptCount })), 20);
});
