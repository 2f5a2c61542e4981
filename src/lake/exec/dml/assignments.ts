/**
 * `SET a = 1, s.x = 2` laid onto the columns of a table: for each column its new value, built from
 * the old one where only fields inside it are set, under store assignment.
 */

import type { DataType, StructField, StructType } from "../../schema/data-type.ts";
import type { Assignment, Expression, Identifier } from "../../sql/ast.ts";
import { refer } from "../../sql/bind/column.ts";
import { bindExtraction } from "../../sql/bind/extraction.ts";
import { SqlError } from "../../sql/error.ts";
import type { Attribute, BoundExpression } from "../../sql/plan/expression.ts";
import { findField } from "../write/align.ts";
import { assignByName, buildStruct } from "../write/by-name.ts";
import { type Binder, defaultValue, unknownColumn } from "../write/column-values.ts";
import { refuseIdentityUpdate } from "../write/identity.ts";

interface SetNode {
  value: Expression | null;
  fields: Map<string, SetNode>;
}

/** New values by column position; columns that are not set are absent. */
export function bindAssignments(
  assignments: readonly Assignment[],
  schema: StructType,
  columns: readonly Attribute[],
  bind: (expression: Expression) => BoundExpression,
  bindDefault: Binder,
): Map<number, BoundExpression> {
  const root = buildTree(assignments, schema, columns);
  const values = new Map<number, BoundExpression>();
  for (const [name, node] of root.fields) {
    const i = schema.fields.findIndex((field) => field.name.toLowerCase() === name);
    const field = schema.fields[i]!;
    values.set(i, newValue(node, field, refer(columns[i]!), bind, bindDefault));
  }
  return values;
}

/** New values by column position, as `bindAssignments`; identity columns take none. */
export function bindUpdates(
  assignments: readonly Assignment[],
  schema: StructType,
  columns: readonly Attribute[],
  bind: (expression: Expression) => BoundExpression,
  bindDefault: Binder,
): Map<number, BoundExpression> {
  const values = bindAssignments(assignments, schema, columns, bind, bindDefault);
  const span = assignments[0]?.span ?? { start: 0, end: 0 };
  refuseIdentityUpdate(
    [...values.keys()].map((i) => schema.fields[i]!),
    span,
  );
  return values;
}

function buildTree(
  assignments: readonly Assignment[],
  schema: StructType,
  columns: readonly Attribute[],
): SetNode {
  const root: SetNode = { value: null, fields: new Map() };
  for (const assignment of assignments) {
    const path = withoutQualifier(assignment.target.parts, schema, columns);
    let struct: DataType = schema;
    let node = root;
    for (const part of path) {
      const fields: readonly StructField[] = struct.kind === "struct" ? struct.fields : [];
      const field: StructField | undefined =
        struct.kind === "struct" ? findField(struct, part.name) : undefined;
      if (!field) throw unknownColumn(part.name, fields, assignment.span);
      if (node.value) throw conflicting(assignment);
      const key = field.name.toLowerCase();
      let next = node.fields.get(key);
      if (!next) {
        next = { value: null, fields: new Map() };
        node.fields.set(key, next);
      }
      node = next;
      struct = field.type;
    }
    if (node.value || node.fields.size > 0) throw conflicting(assignment);
    node.value = assignment.value;
  }
  return root;
}

/** `t.a` and `a` are the same column; a column wins over a qualifier of the same name. */
function withoutQualifier(
  parts: readonly Identifier[],
  schema: StructType,
  columns: readonly Attribute[],
): readonly Identifier[] {
  if (findField(schema, parts[0]!.name) || parts.length === 1) return parts;
  const qualifier = columns[0]?.qualifier ?? [];
  for (let length = Math.min(qualifier.length, parts.length - 1); length > 0; length--) {
    const tail = qualifier.slice(-length);
    const matches = tail.every((q, i) => q.toLowerCase() === parts[i]!.name.toLowerCase());
    if (matches) return parts.slice(length);
  }
  return parts;
}

function newValue(
  node: SetNode,
  field: StructField,
  current: BoundExpression,
  bind: (expression: Expression) => BoundExpression,
  bindDefault: Binder,
): BoundExpression {
  if (node.value) {
    if (node.value.kind === "default") return defaultValue(field, bindDefault);
    return assignByName(bind(node.value), field);
  }
  const struct = field.type as StructType;
  const parts = struct.fields.map((inner) => {
    const old = bindExtraction(current, inner.name, { start: 0, end: 0 });
    const child = node.fields.get(inner.name.toLowerCase());
    return child ? newValue(child, inner, old, bind, bindDefault) : old;
  });
  return buildStruct(struct, parts);
}

function conflicting(assignment: Assignment): SqlError {
  const name = assignment.target.parts.map((part) => part.name).join(".");
  return new SqlError(`\`${name}\` is set twice`, {
    errorClass: "DELTA_CONFLICT_SET_COLUMN",
    sqlState: "42701",
    span: assignment.span,
    hint: "set each column, or each field in it, once",
  });
}
