/**
 * Runs a GraphQL document against the handlers of the REST routes: an input in camel case becomes
 * the route's message, its answer is read by the names of the schema. Loaded, with the `graphql`
 * package, by the first request that needs it.
 */
import {
  buildSchema,
  type DocumentNode,
  execute,
  type FieldNode,
  GraphQLError,
  type GraphQLFieldResolver,
  type GraphQLOutputType,
  type GraphQLSchema,
  getNamedType,
  isEnumType,
  isListType,
  isObjectType,
  Kind,
  parse,
  type SelectionSetNode,
  validate,
} from "graphql";
import { SCHEMA } from "./schema.ts";

/** A GraphQL request as clients send it. */
export interface GraphqlRequest {
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>> | null;
  readonly operationName: string | null;
}

/** `errors` holds messages only, as MLflow answers them. */
export interface GraphqlAnswer {
  readonly data: unknown;
  readonly errors: readonly string[] | null;
}

/** Calls the REST route of `path` with a message. */
export type CallRoute = (path: string, message: Record<string, unknown>) => unknown;

const MAX_DEPTH = 10;
const TOO_DEEP = `Query exceeds maximum depth of ${MAX_DEPTH}`;
const MAX_SELECTIONS = 1000;
const MAX_ROOT_FIELDS = 10;
const MAX_ALIASES = 10;
/** The route behind each field of the roots. */
const ROUTES: Readonly<Record<string, string>> = {
  mlflowGetExperiment: "/experiments/get",
  mlflowGetMetricHistoryBulkInterval: "/metrics/get-history-bulk-interval",
  mlflowGetRun: "/runs/get",
  mlflowListArtifacts: "/artifacts/list",
  mlflowSearchDatasets: "/experiments/search-datasets",
  mlflowSearchModelVersions: "/model-versions/search",
  mlflowSearchRuns: "/runs/search",
};

const SCALAR_DEFAULTS: Readonly<Record<string, unknown>> = {
  String: "",
  LongString: "0",
  Float: 0,
  Boolean: false,
};

let schema: GraphQLSchema | null = null;

/** Answers a request; every failure becomes a message in `errors`. */
export async function executeGraphql(
  request: GraphqlRequest,
  call: CallRoute,
): Promise<GraphqlAnswer> {
  schema ??= buildSchema(SCHEMA);
  try {
    const document = parse(request.query, { maxTokens: 10_000 });
    checkSize(document);
    const errors = validate(schema, document);
    if (errors.length > 0) return { data: null, errors: errors.map(describe) };
    const result = await execute({
      schema,
      document,
      contextValue: call,
      variableValues: request.variables,
      operationName: request.operationName,
      fieldResolver: resolveField,
    });
    return { data: result.data ?? null, errors: result.errors?.map(describe) ?? null };
  } catch (error) {
    if (error instanceof GraphQLError) return { data: null, errors: [describe(error)] };
    // The parser goes down a level of the document with a level of the stack.
    if (error instanceof RangeError) return { data: null, errors: [TOO_DEEP] };
    throw error;
  }
}

const resolveField: GraphQLFieldResolver<unknown, CallRoute> = async (
  parent,
  { input, inputString },
  call,
  { fieldName, parentType, returnType },
) => {
  const route = ROUTES[fieldName];
  if (route !== undefined && parent === undefined) return call(route, toMessage(input));
  if (fieldName === "test" || fieldName === "testMutation") return { output: inputString };
  const source = parent as Record<string, unknown>;
  if (parentType.name === "MlflowRunExtension") {
    const info = source.info as { experiment_id: string; run_id: string };
    if (fieldName === "experiment") {
      const answer = call("/experiments/get", { experiment_id: info.experiment_id });
      return ((await answer) as { experiment: unknown }).experiment;
    }
    if (fieldName === "modelVersions") {
      const answer = call("/model-versions/search", { filter: `run_id='${info.run_id}'` });
      return ((await answer) as { model_versions?: unknown }).model_versions ?? [];
    }
  }
  const value = source[toSnakeCase(fieldName)];
  return value === undefined ? defaultOf(returnType) : toResult(value, returnType);
};

/** GraphQL's floats have no NaN, and its 64-bit integers are texts. */
function toResult(value: unknown, type: GraphQLOutputType): unknown {
  const { name } = getNamedType(type);
  if (name === "Float" && typeof value === "string") return null;
  return name === "LongString" && value !== null ? String(value) : value;
}

/** What protobuf has for a field that is not set: MLflow reads messages, not JSON. */
function defaultOf(type: GraphQLOutputType): unknown {
  if (isListType(type)) return [];
  if (isEnumType(type)) return type.getValues()[0]?.value;
  const { name } = getNamedType(type);
  if (name === "ApiError") return null;
  return isObjectType(type) ? {} : SCALAR_DEFAULTS[name];
}

function toMessage(input: unknown): Record<string, unknown> {
  const entries = Object.entries((input ?? {}) as Record<string, unknown>).filter(
    ([, value]) => value !== null,
  );
  return Object.fromEntries(
    entries.map(([key, value]) => [toSnakeCase(key), key === "maxResults" ? Number(value) : value]),
  );
}

function toSnakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/** MLflow's messages come from a port of this package that quotes with apostrophes. */
function describe(error: GraphQLError): string {
  return error.originalError ? error.message : error.message.replaceAll('"', "'");
}

/** Refuses a document that asks for too much, as MLflow does (graphql_no_batching.py). */
function checkSize(document: DocumentNode): void {
  let rootFields = 0;
  let selections = 0;
  let mostAliases = 0;
  const visit = (set: SelectionSetNode, depth: number): void => {
    if (depth > MAX_DEPTH) {
      throw new GraphQLError(TOO_DEEP);
    }
    const fields = fieldsOf(set);
    selections += fields.length;
    if (selections > MAX_SELECTIONS) {
      throw new GraphQLError(`Query exceeds maximum total selections of ${MAX_SELECTIONS}`);
    }
    if (depth === 1) rootFields += fields.length;
    mostAliases = Math.max(mostAliases, fields.filter(({ alias }) => alias).length);
    for (const { selectionSet } of fields) if (selectionSet) visit(selectionSet, depth + 1);
  };
  for (const definition of document.definitions) {
    if ("selectionSet" in definition) visit(definition.selectionSet, 1);
  }
  checkCount("root fields", rootFields, MAX_ROOT_FIELDS, "MLFLOW_SERVER_GRAPHQL_MAX_ROOT_FIELDS");
  checkCount("aliases", mostAliases, MAX_ALIASES, "MLFLOW_SERVER_GRAPHQL_MAX_ALIASES");
}

/** The fields of a set, with those of its inline fragments: they are on the same level. */
function fieldsOf(set: SelectionSetNode): FieldNode[] {
  return set.selections.flatMap((node) => {
    if (node.kind === Kind.INLINE_FRAGMENT) return fieldsOf(node.selectionSet);
    return node.kind === Kind.FIELD ? [node] : [];
  });
}

function checkCount(what: string, count: number, limit: number, variable: string): void {
  if (count <= limit) return;
  throw new GraphQLError(
    `GraphQL queries should have at most ${limit} ${what}, got ${count} ${what}. To increase the limit, set the ${variable} environment variable.`,
  );
}
