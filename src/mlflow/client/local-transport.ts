/**
 * The REST API without a server: the same routes over a database opened in this process, so what a
 * server would refuse is refused in the same words. The artifacts folder is the user's own: local
 * locations are read wherever they are.
 */
import type { Readable } from "node:stream";
import { SovereignError } from "../../core/errors.ts";
import { isJsonObject, parseJson } from "../../core/json/index.ts";
import { openArtifact, uploadArtifact } from "../artifacts/folder.ts";
import { safeArtifactPath } from "../artifacts/safe-path.ts";
import { openContext, type StoreOptions } from "../context.ts";
import { answerApi } from "../dispatch.ts";
import { OtlpError, takeSpans } from "../routes/otlp.ts";
import type { Context } from "../routes/route.ts";
import { createRouter } from "../routes/router.ts";
import { printAnswer } from "../wire/print-json.ts";
import { type ApiCall, refusal, rethrow, type Transport, type WireAnswer } from "./transport.ts";

/** Opens the store and makes a transport over it. Errors are those of opening a database. */
export function createLocalTransport(options: StoreOptions): Transport {
  const { context: served, close } = openContext(options);
  const context: Context = { ...served, settings: { ...served.settings, localRoots: ["/"] } };
  const find = createRouter("");

  async function call(request: ApiCall): Promise<WireAnswer> {
    const { method, path, version = "2.0", params = {} } = request;
    const match = find(method, `/api/${version}/mlflow${path}`);
    if (match === null || match.route.kind !== "api") {
      throw new SovereignError("NOT_IMPLEMENTED", `the store has no \`${method} ${path}\``, {
        hint: "ask a server for it: give its URL as `--tracking-uri`",
      });
    }
    const body = printAnswer(params);
    const text = await answerApi(match.route, { query: null, body, path: match.path }, context);
    const answer = parseJson(text);
    return isJsonObject(answer) ? answer : {};
  }

  return {
    name: context.database.path,
    call: (request) => call(request).catch(explain),
    upload: (path: string, source: Readable) =>
      uploadArtifact(context.settings.artifactsDestination, safeArtifactPath(path), source).catch(
        explain,
      ),
    download: async (path) => {
      const root = context.settings.artifactsDestination;
      const opened = await openArtifact(root, safeArtifactPath(path)).catch(explain);
      return opened.stream;
    },
    sendSpans: async (experimentId, request) => {
      try {
        await takeSpans(context.database, experimentId, request);
      } catch (error) {
        explain(error);
      }
    },
    close,
  };
}

function explain(error: unknown): never {
  if (error instanceof OtlpError) throw refusal(error.status, "", String(error.detail));
  return rethrow(error);
}
