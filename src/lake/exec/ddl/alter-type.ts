/**
 * ALTER COLUMN … TYPE: a wider type, read from the files as they are (`delta.enableTypeWidening`),
 * or another length of CHAR and VARCHAR. Elements of arrays, keys and values of maps are named
 * `element`, `key` and `value`. As delta-spark 4.4 (`AlterTableChangeColumnDeltaCommand`).
 */
import { SovereignError } from "../../../core/errors.ts";
import { changeColumnOperation } from "../../delta/write/operations.ts";
import { isWidening, recordTypeChanges, widensTypes } from "../../delta/write/type-changes.ts";
import {
  type DataType,
  formatTypeSql,
  type StructField,
  type StructType,
  sameType,
  structField,
  structType,
} from "../../schema/data-type.ts";
import type { AlterAction } from "../../sql/ast.ts";
import { partsOfName } from "../names.ts";
import { emptyOutcome, type Outcome } from "../result.ts";
import type { StatementContext } from "../statement.ts";
import type { TableHandle } from "../table-handle.ts";
import { findField } from "../write/align.ts";
import { unknownColumn } from "../write/column-values.ts";
import { changeMetadata } from "./alter-table.ts";
import { refuseReferenced } from "./constraints.ts";

const CHAR_VARCHAR = "__CHAR_VARCHAR_TYPE_STRING";

export type TypeAction = Extract<AlterAction, { kind: "alter_column" }> & {
  change: { kind: "type" };
};

/** Gives the column, or the part of it, that the action names its new type. */
export async function changeColumnType(
  ctx: StatementContext,
  handle: TableHandle,
  { column, change }: TypeAction,
): Promise<Outcome> {
  const { schema, protocol, metadata } = handle.snapshot;
  const path = partsOfName(column);
  const found: { field: StructField | null } = { field: null };
  const edited = editPart(structField("", schema), path, (field) => {
    const after = changedPart(field, change, path);
    found.field = after;
    return after;
  });
  if (!edited) throw unknownColumn(path.join("."), schema.fields, column.span);
  const after = edited.type as StructType;
  if (sameType(after, schema) && sameLengths(after, schema)) return emptyOutcome();
  if (!sameType(after, schema)) {
    if (!widensTypes(protocol, metadata)) throw notEnabled(handle, path, change.type);
    refuseReferenced(handle.snapshot, path[0]!);
  }
  const operation = changeColumnOperation({ parents: path.slice(0, -1), field: found.field! });
  return changeMetadata(ctx, handle, { schema: recordTypeChanges(schema, after) }, operation);
}

/** `field` with the part at `path` below it edited; null when there is no such part. */
function editPart(
  field: StructField,
  path: readonly string[],
  edit: (field: StructField) => StructField,
): StructField | null {
  const [first, ...rest] = path;
  if (first === undefined) return edit(field);
  const { type } = field;
  if (type.kind === "struct") {
    const child = findField(type, first);
    const edited = child && editPart(child, rest, edit);
    if (!edited) return null;
    const fields = type.fields.map((f) => (f === child ? edited : f));
    return { ...field, type: structType(fields) };
  }
  const part = first.toLowerCase();
  if (type.kind === "array" && part === "element") {
    const element = editPart(structField(part, type.element, type.containsNull), rest, edit);
    return element && { ...field, type: { ...type, element: element.type } };
  }
  if (type.kind !== "map" || (part !== "key" && part !== "value")) return null;
  const nullable = part === "value" && type.valueContainsNull;
  const edited = editPart(structField(part, type[part], nullable), rest, edit);
  return edited && { ...field, type: { ...type, [part]: edited.type } };
}

function changedPart(
  field: StructField,
  { type, charVarchar }: { type: DataType; charVarchar?: string },
  path: readonly string[],
): StructField {
  if (field.type.kind === "string" && type.kind === "string") {
    return withLength(field, charVarchar, path);
  }
  if (sameType(type, field.type)) return field;
  const nested = ["struct", "array", "map"].find((kind) => kind === field.type.kind);
  if (nested) {
    throw refused(`\`${path.join(".")}\` is not of a simple type`, {
      errorClass: `DELTA_CANNOT_UPDATE_${nested.toUpperCase()}_FIELD`,
      hint: "change a field in it: ALTER COLUMN a.element TYPE …, m.key, m.value or s.field",
    });
  }
  if (!isWidening(field.type, type)) throw notWider(field.type, type, path);
  return { ...field, type };
}

/** CHAR and VARCHAR may get longer, CHAR may become VARCHAR, and both STRING. */
function withLength(
  field: StructField,
  wanted: string | undefined,
  path: readonly string[],
): StructField {
  const { [CHAR_VARCHAR]: declared, ...rest } = field.metadata;
  if (wanted === undefined) return { ...field, metadata: rest };
  const before = readLength(declared);
  const after = readLength(wanted)!;
  const fits =
    before !== null &&
    (after.kind === before.kind ? true : after.kind === "varchar") &&
    (after.kind === "char" ? after.length === before.length : after.length >= before.length);
  if (!fits) {
    const from = before ? String(declared) : "string";
    throw refused(`\`${path.join(".")}\` is ${from}, whose values need not fit ${wanted}`, {
      errorClass: "NOT_SUPPORTED_CHANGE_COLUMN",
      hint: "a length can only grow; a CHECK constraint limits values that are there too",
    });
  }
  return { ...field, metadata: { ...rest, [CHAR_VARCHAR]: wanted } };
}

function readLength(declared: unknown): { kind: string; length: number } | null {
  const match = /^(char|varchar)\((\d+)\)$/i.exec(String(declared));
  return match && { kind: match[1]!.toLowerCase(), length: Number(match[2]) };
}

function sameLengths(a: StructType, b: StructType): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

const NUMBERS: readonly string[] = ["byte", "short", "int", "long", "float", "double"];
const DIGITS: Readonly<Record<string, number>> = { byte: 3, short: 5, int: 10, long: 20 };

/** Spark's `UpCastRule.canUpCast` between simple types: what it does not refuse before Delta does. */
function canUpCast(from: DataType, to: DataType): boolean {
  if (to.kind === "string") return true;
  if (to.kind === "decimal" || from.kind === "decimal") {
    const [narrow, wide] = [digitsOf(from), digitsOf(to)];
    return narrow !== null && wide !== null && narrow[0] <= wide[0] && narrow[1] <= wide[1];
  }
  if (NUMBERS.includes(from.kind)) return NUMBERS.indexOf(from.kind) < NUMBERS.indexOf(to.kind);
  const isTime = to.kind === "timestamp" || to.kind === "timestamp_ntz";
  return isTime && ["date", "timestamp", "timestamp_ntz"].includes(from.kind);
}

/** Digits before and after the point, of exact numbers. */
function digitsOf(type: DataType): [number, number] | null {
  if (type.kind === "decimal") return [type.precision - type.scale, type.scale];
  const digits = DIGITS[type.kind];
  return digits === undefined ? null : [digits, 0];
}

function notWider(from: DataType, to: DataType, path: readonly string[]): SovereignError {
  const message = `\`${path.join(".")}\` cannot become ${formatTypeSql(to)} from ${formatTypeSql(from)}`;
  return refused(message, {
    errorClass: canUpCast(from, to)
      ? "DELTA_UNSUPPORTED_ALTER_TABLE_CHANGE_COL_OP"
      : "NOT_SUPPORTED_CHANGE_COLUMN",
    hint: "a type can only be widened; write the table anew with CREATE OR REPLACE TABLE … AS SELECT",
  });
}

function notEnabled(handle: TableHandle, path: readonly string[], to: DataType): SovereignError {
  return refused(
    `\`${path.join(".")}\` cannot become ${formatTypeSql(to)}: the table does not allow it`,
    {
      errorClass: "DELTA_UNSUPPORTED_ALTER_TABLE_CHANGE_COL_OP",
      hint: `ALTER TABLE ${handle.displayName} SET TBLPROPERTIES ('delta.enableTypeWidening' = 'true')`,
    },
  );
}

function refused(
  message: string,
  { errorClass, hint }: { errorClass: string; hint: string },
): SovereignError {
  const details = { error_class: errorClass };
  return new SovereignError("INVALID_PARAMETER_VALUE", message, { hint, details });
}
