/** `/graphql`: what the web pages of MLflow ask for, answered by the handlers of the REST routes. */
import { type ExactJson, isJsonObject, parseJson } from "../../core/json/index.ts";
import type { CallRoute, GraphqlRequest } from "../graphql/execute.ts";
import { invalidParameter, MlflowError } from "../wire/error.ts";
import { PrintedAnswer } from "../wire/print-json.ts";
import { parseBody } from "../wire/python-json.ts";
import { sendJson } from "../wire/reply.ts";
import { readBody } from "../wire/request.ts";
import { type Context, type Exchange, type Route, rawRoute } from "./route.ts";

const MAX_BYTES = 1024 * 1024;

/** The GraphQL routes over the API routes that they call. */
export function graphqlRoutes(routes: readonly Route[]): readonly Route[] {
  const answer = async ({ context, request, response, query }: Exchange) => {
    const body = request.method === "POST" ? await readBody(request, MAX_BYTES) : null;
    const given = body === null ? Object.fromEntries(query) : parseBody(body.toString("utf8"));
    const { executeGraphql } = await import("../graphql/execute.ts");
    const result = await executeGraphql(readGraphql(given), callRoutes(routes, context));
    sendJson(response, 200, result);
  };
  return [rawRoute("POST", "/graphql", answer), rawRoute("GET", "/graphql", answer)];
}

function readGraphql(given: ExactJson | undefined): GraphqlRequest {
  const { query, variables, operationName } = isJsonObject(given ?? null)
    ? (given as { [key: string]: ExactJson })
    : {};
  if (typeof query !== "string") {
    throw invalidParameter("A GraphQL request is a JSON object with a `query`.");
  }
  return {
    query,
    variables: isJsonObject(variables ?? null) ? (variables as Record<string, unknown>) : null,
    operationName: typeof operationName === "string" ? operationName : null,
  };
}

function callRoutes(routes: readonly Route[], context: Context): CallRoute {
  return async (path, message) => {
    const route = routes.find((candidate) => candidate.kind === "api" && candidate.path === path);
    if (route?.kind !== "api") {
      throw new MlflowError("NOT_IMPLEMENTED", `This server does not answer ${path}.`);
    }
    const answer = await route.handle({ context, message, path: {} });
    return answer instanceof PrintedAnswer ? parseJson(answer.text) : answer;
  };
}
