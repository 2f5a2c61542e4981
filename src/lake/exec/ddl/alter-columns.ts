/**
 * Column changes of ALTER TABLE. Files are never rewritten: a column can be added anywhere, and
 * renamed or dropped only where column mapping keeps logical and stored names apart.
 */
import { SovereignError } from "../../../core/errors.ts";
import { identityOf } from "../../delta/write/identity-columns.ts";
import {
  addColumnsOperation,
  changeColumnOperation,
  dropColumnsOperation,
  renameColumnOperation,
} from "../../delta/write/operations.ts";
import { droppedStatsColumns, renamedStatsColumns } from "../../delta/write/stats-columns.ts";
import { type StructField, structType } from "../../schema/data-type.ts";
import type { AlterAction, ColumnDefinition, Identifier, MultipartName } from "../../sql/ast.ts";
import { notImplemented } from "../../sql/error.ts";
import { partsOfName } from "../names.ts";
import { emptyOutcome, type Outcome } from "../result.ts";
import type { StatementContext } from "../statement.ts";
import type { TableHandle } from "../table-handle.ts";
import { findField } from "../write/align.ts";
import { unknownColumn } from "../write/column-values.ts";
import { changeMetadata } from "./alter-table.ts";
import { changeColumnType } from "./alter-type.ts";
import { checkColumnExpressions, fieldOf } from "./column-fields.ts";
import { refuseReferenced, refuseViolations } from "./constraints.ts";
import { editStruct, fieldAt } from "./nested-fields.ts";
import { syncIdentity } from "./sync-identity.ts";

type Position = NonNullable<ColumnDefinition["position"]>;

/** ADD COLUMN(S). */
export async function addColumns(
  ctx: StatementContext,
  handle: TableHandle,
  columns: readonly ColumnDefinition[],
): Promise<Outcome> {
  let { schema } = handle.snapshot;
  const added = columns.map((column) => {
    const path = partsOfName(column.name);
    const field = newField(column, path.at(-1)!);
    schema = editStruct(schema, path.slice(0, -1), (fields) => {
      if (findField(structType(fields), field.name)) throw duplicate(column);
      return place(fields, field, column.position);
    });
    const position = column.position && positionText(column.position);
    return { parents: path.slice(0, -1), field, ...(position && { position }) };
  });
  await checkColumnExpressions(
    ctx,
    added.map((column) => column.field),
  );
  return changeMetadata(ctx, handle, { schema }, addColumnsOperation(added));
}

function newField(column: ColumnDefinition, name: string): StructField {
  if (column.notNull) {
    throw refused("a column added to a table must allow NULL", "DELTA_ADD_COLUMN_NOT_NULL", {
      hint: "leave NOT NULL out: the rows there already have no value",
    });
  }
  if (column.default) {
    throw refused(
      "a column with a DEFAULT cannot be added to a table",
      "WRONG_COLUMN_DEFAULTS_FOR_DELTA_ALTER_TABLE_ADD_COLUMN_NOT_SUPPORTED",
      { hint: "add the column first, then ALTER COLUMN … SET DEFAULT" },
    );
  }
  if (column.generated) throw notImplemented("adding a generated column", column.span);
  return fieldOf(column, name);
}

function positionText(position: Position): string {
  return position.kind === "first" ? "FIRST" : `AFTER ${position.column.name}`;
}

function place(
  fields: readonly StructField[],
  field: StructField,
  position: Position | undefined,
): StructField[] {
  if (!position) return [...fields, field];
  if (position.kind === "first") return [field, ...fields];
  const after = findField(structType(fields), position.column.name);
  if (!after) throw unknownColumn(position.column.name, fields, position.column.span);
  const i = fields.indexOf(after) + 1;
  return [...fields.slice(0, i), field, ...fields.slice(i)];
}

/** DROP COLUMN(S). */
export function dropColumns(
  ctx: StatementContext,
  handle: TableHandle,
  columns: readonly MultipartName[],
  ifExists: boolean,
): Promise<Outcome> {
  requireMapping(handle, "DROP COLUMN", "DELTA_UNSUPPORTED_DROP_COLUMN");
  let { schema } = handle.snapshot;
  const dropped: string[][] = [];
  for (const name of columns) {
    const path = partsOfName(name);
    const found = fieldAt(schema, path);
    if (!found) {
      if (ifExists) continue;
      throw unknownColumn(path.join("."), schema.fields, name.span);
    }
    refusePartition(handle, path);
    refuseReferenced(handle.snapshot, path[0]!);
    schema = editStruct(schema, path.slice(0, -1), (fields) => {
      if (fields.length === 1) {
        throw refused(
          "the last column cannot be dropped",
          "DELTA_DROP_COLUMN_ON_SINGLE_FIELD_SCHEMA",
          {
            hint: "drop the table instead",
          },
        );
      }
      return fields.filter((field) => field.name.toLowerCase() !== path.at(-1)!.toLowerCase());
    });
    dropped.push(path);
  }
  if (dropped.length === 0) return Promise.resolve(emptyOutcome());
  const { configuration } = handle.snapshot.metadata;
  const internalProperties = droppedStatsColumns(configuration, dropped);
  const change = { schema, internalProperties };
  return changeMetadata(ctx, handle, change, dropColumnsOperation(dropped));
}

/** RENAME COLUMN. */
export function renameColumn(
  ctx: StatementContext,
  handle: TableHandle,
  from: MultipartName,
  to: Identifier,
): Promise<Outcome> {
  requireMapping(handle, "RENAME COLUMN", "DELTA_UNSUPPORTED_RENAME_COLUMN");
  const path = partsOfName(from);
  const { snapshot } = handle;
  const current = fieldAt(snapshot.schema, path);
  if (!current) throw unknownColumn(path.join("."), snapshot.schema.fields, from.span);
  refuseReferenced(snapshot, path[0]!);
  const schema = editStruct(snapshot.schema, path.slice(0, -1), (fields) =>
    fields.map((field) => (field.name === current.name ? { ...field, name: to.name } : field)),
  );
  const partitionColumns =
    path.length === 1
      ? snapshot.metadata.partitionColumns.map((name) => (name === current.name ? to.name : name))
      : snapshot.metadata.partitionColumns;
  const operation = renameColumnOperation(path, [...path.slice(0, -1), to.name]);
  const { configuration } = snapshot.metadata;
  const internalProperties = renamedStatsColumns(configuration, path, to.name);
  const change = { schema, partitionColumns, internalProperties };
  return changeMetadata(ctx, handle, change, operation);
}

type ColumnAction = Extract<AlterAction, { kind: "alter_column" }>;

/** ALTER COLUMN. */
export async function alterColumn(
  ctx: StatementContext,
  handle: TableHandle,
  action: ColumnAction,
): Promise<Outcome> {
  const { change } = action;
  if (change.kind === "type") return changeColumnType(ctx, handle, { ...action, change });
  const path = partsOfName(action.column);
  const { snapshot } = handle;
  const current = fieldAt(snapshot.schema, path);
  if (!current) throw unknownColumn(path.join("."), snapshot.schema.fields, action.column.span);
  if (change.kind === "sync_identity") {
    if (path.length > 1)
      throw notImplemented("SYNC IDENTITY of a nested field", action.column.span);
    return syncIdentity(ctx, handle, current);
  }
  if (change.kind === "position") {
    const { position } = change;
    const schema = editStruct(snapshot.schema, path.slice(0, -1), (fields) =>
      place(
        fields.filter((field) => field !== current),
        current,
        position,
      ),
    );
    const parents = path.slice(0, -1);
    const operation = changeColumnOperation({
      parents,
      field: current,
      position: positionText(position),
    });
    return changeMetadata(ctx, handle, { schema }, operation);
  }
  const field = await changedField(ctx, handle, current, action);
  const schema = editStruct(snapshot.schema, path.slice(0, -1), (fields) =>
    fields.map((f) => (f.name === current.name ? field : f)),
  );
  const operation = changeColumnOperation({ parents: path.slice(0, -1), field });
  const reads = change.kind === "set_not_null" ? { readWholeTable: true } : {};
  return changeMetadata(ctx, handle, { schema }, { ...operation, reads });
}

async function changedField(
  ctx: StatementContext,
  handle: TableHandle,
  field: StructField,
  action: ColumnAction,
): Promise<StructField> {
  const { change, column } = action;
  const metadata = { ...field.metadata };
  switch (change.kind) {
    case "comment":
      return { ...field, metadata: { ...metadata, comment: change.comment } };
    case "drop_not_null":
      return { ...field, nullable: true };
    case "set_not_null":
      if (column.parts.length > 1) throw notImplemented("NOT NULL on a nested field", column.span);
      await refuseViolations(ctx, handle, {
        name: field.name,
        text: `${field.name} IS NOT NULL`,
        errorClass: "DELTA_NOT_NULL_CONSTRAINT_VIOLATED",
        sqlText: `\`${field.name.replaceAll("`", "``")}\` IS NOT NULL`,
      });
      return { ...field, nullable: false };
    case "set_default": {
      if (identityOf(field)) {
        throw refused(
          `\`${field.name}\` is an identity column and has no DEFAULT`,
          "DELTA_IDENTITY_COLUMNS_ALTER_COLUMN_NOT_SUPPORTED",
          { hint: "write the table anew without the identity" },
        );
      }
      const changed = { ...field, metadata: { ...metadata, CURRENT_DEFAULT: change.text } };
      await checkColumnExpressions(ctx, [changed]);
      return changed;
    }
    case "drop_default":
      delete metadata.CURRENT_DEFAULT;
      return { ...field, metadata };
    default:
      throw notImplemented(
        `ALTER COLUMN … ${change.kind.replaceAll("_", " ").toUpperCase()}`,
        column.span,
      );
  }
}

function requireMapping(handle: TableHandle, what: string, errorClass: string): void {
  if (handle.snapshot.columnMappingMode !== "none") return;
  throw refused(`${what} needs column mapping`, errorClass, {
    hint: `ALTER TABLE ${handle.displayName} SET TBLPROPERTIES ('delta.columnMapping.mode' = 'name')`,
  });
}

function refusePartition(handle: TableHandle, path: readonly string[]): void {
  const wanted = path[0]!.toLowerCase();
  const { partitionColumns } = handle.snapshot.metadata;
  if (path.length > 1 || !partitionColumns.some((name) => name.toLowerCase() === wanted)) return;
  throw refused(`\`${path[0]}\` partitions the table`, "DELTA_UNSUPPORTED_DROP_PARTITION_COLUMN", {
    hint: "write the table anew without it",
  });
}

function duplicate(column: ColumnDefinition): SovereignError {
  const name = partsOfName(column.name).join(".");
  return refused(`the table has a column \`${name}\` already`, "FIELD_ALREADY_EXISTS", {
    hint: "choose another name",
  });
}

function refused(message: string, errorClass: string, { hint }: { hint: string }): SovereignError {
  const details = { error_class: errorClass };
  return new SovereignError("INVALID_PARAMETER_VALUE", message, { hint, details });
}
