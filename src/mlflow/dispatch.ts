/** From an API request to the text of its answer, on whichever thread it is. */
import type { ApiRoute, Context } from "./routes/route.ts";
import { whenFree } from "./store/when-free.ts";
import { printAnswer } from "./wire/print-json.ts";
import { readBodyMessage, readQueryMessage } from "./wire/request.ts";

/** What an API route needs of an HTTP request; plain data, so it can go to another thread. */
export interface ApiRequest {
  /** The query of a GET with parameters, else null. */
  readonly query: string | null;
  /** The JSON body; empty when there is none. */
  readonly body: string;
  /** The `:name` parts of the path, decoded. */
  readonly path: Readonly<Record<string, string>>;
}

/** The JSON text that answers `request`. Throws what the route refuses. */
export async function answerApi(
  route: ApiRoute,
  { query, body, path }: ApiRequest,
  context: Context,
): Promise<string> {
  const message =
    query === null
      ? readBodyMessage(route.fields, route.checks, body)
      : readQueryMessage(route.fields, route.checks, new URLSearchParams(query));
  const { database, clock } = context;
  const handle = () => route.handle({ context, message, path });
  return printAnswer(await whenFree(database, handle, { clock }));
}
