/**
 * ALTER TABLE: every change of a table's metadata is one commit. Column changes are worked out in
 * `alter-columns.ts`, constraints in `constraints.ts`.
 */

import { SovereignError } from "../../../core/errors.ts";
import { partsOf } from "../../catalog/index.ts";
import type { Operation } from "../../delta/write/operations.ts";
import { setPropertiesOperation, unsetPropertiesOperation } from "../../delta/write/operations.ts";
import { tracksRows } from "../../delta/write/row-ids.ts";
import {
  changeTable,
  type TableChange,
  type TableState,
  tableActions,
} from "../../delta/write/table-create.ts";
import { readTableProperties } from "../../delta/write/table-properties.ts";
import { notImplemented } from "../../sql/error.ts";
import { partsOfName, tableIdentifier } from "../names.ts";
import { emptyOutcome, type Outcome } from "../result.ts";
import type { StatementContext, StatementOf } from "../statement.ts";
import {
  openTable,
  refuseTemporaryView,
  requireTable,
  resolveReference,
  type TableHandle,
} from "../table-handle.ts";
import { type Change, commitChange } from "../write/commit.ts";
import { addColumns, alterColumn, dropColumns, renameColumn } from "./alter-columns.ts";
import { addConstraint, dropConstraint } from "./constraints.ts";
import { propertyRecord } from "./create-table.ts";
import { dropFeature } from "./drop-feature.ts";
import { enableRowTracking } from "./enable-row-tracking.ts";

type Alter = StatementOf<"alter_table">;

/** Runs an ALTER TABLE. */
export async function executeAlterTable(ctx: StatementContext, alter: Alter): Promise<Outcome> {
  const { action, table } = alter;
  if (action.kind === "rename") return renameTable(ctx, alter);
  const handle = await openTable(ctx, table);
  switch (action.kind) {
    case "add_columns":
      return addColumns(ctx, handle, action.columns);
    case "drop_columns":
      return dropColumns(ctx, handle, action.columns, action.ifExists);
    case "rename_column":
      return renameColumn(ctx, handle, action.from, action.to);
    case "alter_column":
      return alterColumn(ctx, handle, action);
    case "set_properties": {
      const properties = propertyRecord(action.properties);
      if (turnsOnRowTracking(handle, properties)) return enableRowTracking(ctx, handle, properties);
      const operation = setPropertiesOperation(properties);
      return changeMetadata(ctx, handle, { setProperties: properties }, operation);
    }
    case "unset_properties":
      return unsetProperties(ctx, handle, action.keys, action.ifExists);
    case "add_constraint":
      return addConstraint(ctx, handle, action.constraint);
    case "drop_constraint":
      return dropConstraint(ctx, handle, action.name.name, action.ifExists);
    case "drop_feature":
      return dropFeature(ctx, handle, alter, action);
    case "unsupported":
      throw notImplemented(`ALTER TABLE … ${action.keyword}`, alter.span);
    default:
      throw notImplemented(
        `ALTER TABLE … ${action.kind.replaceAll("_", " ").toUpperCase()}`,
        alter.span,
      );
  }
}

function turnsOnRowTracking(
  { snapshot }: TableHandle,
  properties: Readonly<Record<string, string>>,
): boolean {
  const { configuration } = readTableProperties(properties);
  return tracksRows({ ...snapshot.metadata, configuration }) && !tracksRows(snapshot.metadata);
}

/**
 * Commits a change of schema or properties; nothing is committed when nothing changes. A change
 * that rests on what the rows are says so in `reads`; the others bear writers of rows beside them.
 */
export async function changeMetadata(
  ctx: StatementContext,
  handle: TableHandle,
  change: TableChange,
  operation: Operation & Pick<Change, "reads">,
): Promise<Outcome> {
  const { protocol, metadata } = handle.snapshot;
  const before: TableState = { protocol, metadata };
  const others = tableActions(before, changeTable(before, change));
  if (others.length === 0) return emptyOutcome();
  const commit = await commitChange(ctx, handle, { ...operation, others, metrics: {} });
  return emptyOutcome({ commit });
}

function unsetProperties(
  ctx: StatementContext,
  handle: TableHandle,
  keys: readonly string[],
  ifExists: boolean,
): Promise<Outcome> {
  const { configuration } = handle.snapshot.metadata;
  const missing = keys.find((key) => !(key in configuration));
  if (missing !== undefined && !ifExists) {
    throw new SovereignError(
      "INVALID_PARAMETER_VALUE",
      `the table has no property \`${missing}\``,
      {
        hint: "SHOW TBLPROPERTIES lists what it has; IF EXISTS passes over the others",
        details: { error_class: "UNSET_NONEXISTENT_PROPERTIES", sql_state: "42K0J" },
      },
    );
  }
  const operation = unsetPropertiesOperation(keys, ifExists);
  return changeMetadata(ctx, handle, { unsetProperties: keys }, operation);
}

function renameTable(ctx: StatementContext, alter: Alter): Outcome {
  const { session } = ctx;
  if (alter.action.kind !== "rename") return emptyOutcome();
  refuseTemporaryView(ctx, alter.table);
  const from = resolveReference(ctx, alter.table);
  if (from.kind !== "table") throw notImplemented("renaming a table named by path", alter.span);
  const info = requireTable(session, from.id);
  const namespace = { catalog: info.catalog, schema: info.schema };
  const to = tableIdentifier(partsOfName(alter.action.to), namespace);
  session.catalog.renameTable(info, to);
  return emptyOutcome({ message: `renamed to ${partsOf(to).join(".")}` });
}
