/** A reader thread: answers reading routes over its own read-only connection. See `readers.ts`. */
import { parentPort, workerData } from "node:worker_threads";
import { systemClock } from "../core/clock.ts";
import { answerApi } from "./dispatch.ts";
import type { ReaderData, ReaderMessage, ReaderResult, ReaderTask } from "./readers.ts";
import { ROUTES } from "./routes/index.ts";
import type { Context } from "./routes/route.ts";
import { openTrackingDatabase } from "./schema/open.ts";
import { createWebhookSender } from "./webhooks/sender.ts";
import type { WireErrorCode } from "./wire/error.ts";
import { describeError } from "./wire/reply.ts";

const { databasePath, settings } = workerData as ReaderData;
const database = openTrackingDatabase(databasePath, { readOnly: true, cwd: "/" });
const { environment } = settings;
const webhooks = createWebhookSender({ database, clock: systemClock, environment });
const context: Context = { database, clock: systemClock, settings, webhooks };

const encoder = new TextEncoder();

parentPort?.on("message", async ({ id, routeIndex, request }: ReaderTask) => {
  const result = await answerTask(routeIndex, request).then(
    (text): ReaderResult => ({ id, body: encoder.encode(text) }),
    (error: unknown): ReaderResult => ({ id, ...describe(error) }),
  );
  parentPort?.postMessage(result, "body" in result ? [result.body.buffer as ArrayBuffer] : []);
});
parentPort?.postMessage({ isReady: true } satisfies ReaderMessage);

async function answerTask(routeIndex: number, request: ReaderTask["request"]): Promise<string> {
  const route = ROUTES[routeIndex];
  if (route?.kind !== "api") throw new Error(`route ${routeIndex} is no API route`);
  return answerApi(route, request, context);
}

function describe(error: unknown) {
  const [status, errorCode, message] = describeError(error);
  if (errorCode !== "INTERNAL_ERROR") {
    return { errorCode: errorCode as WireErrorCode, message, status };
  }
  const reason = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { errorCode: null, message: reason, status };
}
