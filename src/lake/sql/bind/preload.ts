/**
 * The asynchronous half of name resolution, done before binding: finds every relation a statement
 * mentions, in subqueries and inside views too, and looks each up once. Names of CTEs are looked
 * up needlessly at worst; the binder asks for them by scope first.
 */
import type { MultipartName, Query, Relation, Span, Statement, TimeTravel } from "../ast.ts";
import type { LiteralExpression } from "../plan/expression.ts";
import { constantName, fixTimeTravel } from "./constant.ts";
import {
  type Namespace,
  type RelationDefinition,
  type RelationRequest,
  type RelationSource,
  relationKey,
} from "./context.ts";

export interface PreloadOptions {
  source: RelationSource;
  namespace: Namespace;
  parameters?: ReadonlyMap<string, LiteralExpression>;
  /** Definitions found by an earlier call, extended in place. */
  into?: Map<string, RelationDefinition | null>;
}

/** One mention of a relation in a syntax tree. */
export interface TableMention {
  readonly name: MultipartName;
  readonly timeTravel?: TimeTravel;
}

/** Every relation named in a tree (CTE names included), in order of appearance. */
export function collectTableNames(
  root: Statement | Query | Relation,
  parameters: ReadonlyMap<string, LiteralExpression> = new Map(),
): TableMention[] {
  const found: TableMention[] = [];
  const visit = (node: unknown): void => {
    if (typeof node !== "object" || node === null) return;
    if (Array.isArray(node)) {
      for (const item of node) visit(item);
      return;
    }
    const mention = mentionOf(node as Record<string, unknown>, parameters);
    if (mention) found.push(mention);
    for (const value of Object.values(node)) visit(value);
  };
  visit(root);
  return found;
}

function mentionOf(
  node: Record<string, unknown>,
  parameters: ReadonlyMap<string, LiteralExpression>,
): TableMention | null {
  const relation = node as unknown as Relation | { kind: "table_query"; name: MultipartName };
  if (relation.kind === "table_query") return { name: relation.name };
  if (relation.kind === "table" && relation.name?.parts) {
    return {
      name: relation.name,
      ...(relation.timeTravel ? { timeTravel: relation.timeTravel } : {}),
    };
  }
  if (relation.kind === "identifier_table") {
    return {
      name: constantName(relation.operand, parameters),
      ...(relation.timeTravel ? { timeTravel: relation.timeTravel } : {}),
    };
  }
  return null;
}

interface Pending {
  request: RelationRequest;
}

/** Looks up every relation that binding `root` can ask for; views are followed. */
export async function preloadRelations(
  root: Statement | Query | Relation,
  options: PreloadOptions,
): Promise<Map<string, RelationDefinition | null>> {
  const relations = options.into ?? new Map<string, RelationDefinition | null>();
  const parameters = options.parameters ?? new Map();
  const queue: Pending[] = [];
  const enqueue = (
    tree: Statement | Query | Relation,
    namespace: Namespace,
    temporaryViews: boolean,
  ) => {
    for (const mention of collectTableNames(tree, parameters)) {
      const request = requestOf(mention, namespace, temporaryViews, parameters);
      queue.push({ request });
    }
  };
  enqueue(root, options.namespace, true);
  for (let next = queue.shift(); next; next = queue.shift()) {
    const key = relationKey(next.request);
    if (relations.has(key)) continue;
    const definition = await options.source.lookup(next.request);
    relations.set(key, definition);
    if (definition?.kind === "view") {
      enqueue(definition.query, definition.namespace, definition.temporary);
    }
  }
  return relations;
}

/** The look-up a mention stands for. */
export function requestOf(
  mention: TableMention,
  namespace: Namespace,
  temporaryViews: boolean,
  parameters: ReadonlyMap<string, LiteralExpression>,
): RelationRequest {
  const span: Span = mention.name.span;
  return {
    nameParts: mention.name.parts.map((part) => part.name),
    namespace,
    temporaryViews,
    span,
    ...(mention.timeTravel ? { timeTravel: fixTimeTravel(mention.timeTravel, parameters) } : {}),
  };
}
