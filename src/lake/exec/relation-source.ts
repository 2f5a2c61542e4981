/**
 * Looks relations up for the binder: temporary views, tables and views of the catalog, tables and
 * files by path, `information_schema`. A table is opened here, at its version, once per statement.
 */
import { SovereignError } from "../../core/errors.ts";
import { partsOf, type TableInfo } from "../catalog/index.ts";
import type { Snapshot } from "../delta/index.ts";
import { tracksRows } from "../delta/write/row-ids.ts";
import type {
  RelationDefinition,
  RelationRequest,
  RelationSource,
  TableDefinition,
  ViewDefinition,
} from "../sql/bind/context.ts";
import { SqlError } from "../sql/error.ts";
import { parseDataType, parseStatement } from "../sql/parse/index.ts";
import { openFileSource } from "./file-source.ts";
import { informationSchemaTable } from "./information-schema.ts";
import { resolveName } from "./names.ts";
import { metadataAttribute, schemaAttributes } from "./scan-attributes.ts";
import type { StatementContext } from "./statement.ts";
import { extendTableFunctions, type TableFunctionPlans } from "./table-functions.ts";
import { openResolved } from "./table-handle.ts";

/** The look-up port over a session. `functions` grows by what views call. */
export function createRelationSource(
  ctx: StatementContext,
  functions: TableFunctionPlans,
): RelationSource {
  return {
    async lookup(request) {
      const definition = await lookup(ctx, request);
      if (definition?.kind === "view") {
        await extendTableFunctions(ctx, definition.query, functions, definition.namespace);
      }
      return definition;
    },
  };
}

async function lookup(
  ctx: StatementContext,
  request: RelationRequest,
): Promise<RelationDefinition | null> {
  const { session } = ctx;
  const [first] = request.nameParts;
  const own = request.nameParts.length === 1 ? ctx.relations.get(first!.toLowerCase()) : undefined;
  if (own && !request.timeTravel) return own;
  if (request.nameParts.length === 1 && request.temporaryViews) {
    const view = session.temporaryViews.get(first!.toLowerCase());
    if (view && request.timeTravel) throw timeTravelOfView(view.name);
    if (view) return view.definition;
  }
  const resolved = resolveName(session, request.nameParts, request.namespace);
  if (resolved.kind === "file_path") {
    const { format, path } = resolved;
    const source = await openFileSource(ctx, { format, path, options: {}, schema: null });
    return { kind: "table", qualifier: [format, path], plan: (allocate) => source(allocate) };
  }
  if (resolved.kind === "delta_path") {
    const handle = await openResolved(session, resolved, request.timeTravel);
    return tableDefinition(handle.snapshot, handle.qualifier, handle.displayName);
  }
  const { id } = resolved;
  if (id.schema.toLowerCase() === "information_schema") {
    return informationSchemaTable(session, id);
  }
  const info = session.catalog.getTable(id);
  if (!info) return null;
  if (info.kind === "view") return viewDefinition(info);
  const handle = await openResolved(session, resolved, request.timeTravel);
  return tableDefinition(handle.snapshot, handle.qualifier, handle.displayName);
}

function timeTravelOfView(name: string): SqlError {
  return new SqlError(`time travel on the temporary view \`${name}\``, {
    errorClass: "UNSUPPORTED_FEATURE.TIME_TRAVEL",
    sqlState: "0A000",
    hint: "name a Delta table, with its schema if the view hides it",
  });
}

/** A table at one version as the binder sees it. */
export function tableDefinition(
  snapshot: Snapshot,
  qualifier: readonly string[],
  tableName: string,
): TableDefinition {
  return {
    kind: "table",
    qualifier,
    plan: (allocate) => ({
      kind: "scan",
      snapshot,
      tableName,
      prune: null,
      output: [
        ...schemaAttributes(snapshot.schema, allocate, qualifier),
        metadataAttribute(allocate, qualifier, { tracksRows: tracksRows(snapshot.metadata) }),
      ],
    }),
  };
}

function viewDefinition(info: TableInfo): ViewDefinition {
  const statement = parseStatement(info.viewText!);
  if (statement.kind !== "query") {
    throw new SovereignError("DATA_LOSS", `the text of the view \`${info.name}\` is no query`, {
      hint: "create the view again",
    });
  }
  return {
    kind: "view",
    qualifier: partsOf(info),
    query: statement.query,
    temporary: false,
    namespace: { catalog: info.viewCatalog!, schema: info.viewSchema! },
    columns: info.viewColumns?.map((column) => column.name) ?? null,
    ...recordedColumns(info),
  };
}

/** What the view's columns were when it was made. */
function recordedColumns(info: TableInfo): Pick<ViewDefinition, "recorded"> {
  const recorded = info.viewColumns?.flatMap(({ name, queryName, type }) =>
    queryName === undefined || type === undefined
      ? []
      : [{ name, queryName, type: parseDataType(type) }],
  );
  return recorded && recorded.length === info.viewColumns?.length ? { recorded } : {};
}
