/**
 * `/graphql`: what the web pages of MLflow ask for, answered by the handlers of the REST routes. It
 * only reads, and on a reader: a document may ask for ten searches at once.
 */
import { isJsonObject, parseJson } from "../../core/json/index.ts";
import type { CallRoute, GraphqlRequest } from "../graphql/execute.ts";
import { invalidParameter, MlflowError } from "../wire/error.ts";
import type { MessageOf } from "../wire/fields.ts";
import { PrintedAnswer } from "../wire/print-json.ts";
import { apiRoute, type Context, type Method, type Route } from "./route.ts";

const MAX_LENGTH = 1024 * 1024;
const FIELDS = { query: "any", variables: "any", operation_name: "any" } as const;

/** The GraphQL routes over the API routes that they call. */
export function graphqlRoutes(routes: readonly Route[]): readonly Route[] {
  return (["POST", "GET"] satisfies Method[]).map((method) =>
    apiRoute({
      method,
      path: "/graphql",
      version: null,
      fields: FIELDS,
      isHeavy: true,
      handle: async ({ context, message }) => {
        const { executeGraphql } = await import("../graphql/execute.ts");
        return executeGraphql(readGraphql(message), callRoutes(routes, context));
      },
    }),
  );
}

function readGraphql(message: MessageOf<typeof FIELDS>): GraphqlRequest {
  const { query, variables, operation_name: operationName } = message;
  if (typeof query !== "string") {
    throw invalidParameter("A GraphQL request is a JSON object with a `query`.");
  }
  if (query.length > MAX_LENGTH) {
    throw new MlflowError("BAD_REQUEST", `The query exceeds ${MAX_LENGTH} characters.`);
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
