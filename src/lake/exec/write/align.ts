/**
 * The columns of an INSERT's query laid onto the columns of the table: by position, by a column
 * list, or BY NAME; static partition values, defaults and generated columns put in; every value
 * under store assignment. Anything that does not fit is refused before a byte is written.
 */
import { identityOf } from "../../delta/write/identity-columns.ts";
import type { StructField, StructType } from "../../schema/data-type.ts";
import type { Identifier, PartitionSpec, Span } from "../../sql/ast.ts";
import { refer } from "../../sql/bind/column.ts";
import { SqlError } from "../../sql/error.ts";
import type { Attribute, BoundExpression, NamedExpression } from "../../sql/plan/expression.ts";
import { outputOf, type Plan } from "../../sql/plan/plan.ts";
import { typedLiteral } from "../../sql/types/literal.ts";
import type { StatementContext } from "../statement.ts";
import { assignByName, isWrittenByName } from "./by-name.ts";
import {
  assign,
  type Binder,
  defaultText,
  defaultValue,
  generatedValue,
  generationText,
  unknownColumn,
} from "./column-values.ts";
import { identityValue, refuseExplicitIdentity } from "./identity.ts";

export interface AlignRequest {
  /** Schema of the table, evolution included. */
  schema: StructType;
  byName: boolean;
  /** `INSERT INTO t (a, b)`; empty for none. */
  columns: readonly Identifier[];
  partition?: PartitionSpec;
  span: Span;
}

export interface Aligned {
  /** Output in the order of the table's schema, in its types. */
  plan: Plan;
  /** Generated columns whose values came from the statement, lower case. */
  given: Set<string>;
  /** Identity columns whose values are numbered here, lower case. */
  numbered: Set<string>;
}

/** Lays the output of `source` onto the table. */
export function alignColumns(
  ctx: StatementContext,
  source: Plan,
  request: AlignRequest,
  bind: Binder,
): Aligned {
  const attributes = outputOf(source).filter((attribute) => !attribute.hidden);
  const provided = new Map<string, BoundExpression>();
  const statics = staticPartition(request, bind);
  for (const [name, value] of statics) provided.set(name, value);
  const targets = targetFields(request, attributes, statics);
  refuseExplicitIdentity(targets, request.span);
  const isNamed = request.byName || request.columns.length > 0;
  const named = isNamed
    ? targets.map(({ name }, i) => ({ name, type: attributes[i]!.type }))
    : attributes;
  const make = isWrittenByName(named, targets) ? assignByName : assign;
  targets.forEach((field, i) => {
    provided.set(field.name.toLowerCase(), make(refer(attributes[i]!), field));
  });
  return project(ctx, source, request, provided, bind);
}

function staticPartition(request: AlignRequest, bind: Binder): Map<string, BoundExpression> {
  const values = new Map<string, BoundExpression>();
  for (const item of request.partition?.items ?? []) {
    const field = findField(request.schema, item.name.name);
    if (!field) throw unknownColumn(item.name.name, request.schema.fields, item.name.span);
    if (item.value) values.set(field.name.toLowerCase(), assign(bind(item.value, []), field));
  }
  return values;
}

/** The table's field each source column is for, in the order of the source. */
function targetFields(
  request: AlignRequest,
  attributes: readonly Attribute[],
  statics: ReadonlyMap<string, unknown>,
): StructField[] {
  const { schema, columns } = request;
  if (request.byName) return attributes.map((a) => fieldByName(schema, a.name, request.span));
  if (columns.length > 0) {
    const fields = columns.map((c) => fieldByName(schema, c.name, c.span));
    refuseRepeated(fields, request.span);
    if (fields.length !== attributes.length) {
      throw arityMismatch(fields.length, attributes.length, request.span);
    }
    return fields;
  }
  const isDynamic = new Set(
    (request.partition?.items ?? [])
      .filter((item) => !item.value)
      .map((item) => item.name.name.toLowerCase()),
  );
  const open = schema.fields.filter((field) => !statics.has(field.name.toLowerCase()));
  // Hive's rule: with a PARTITION clause, its dynamic columns come last.
  const ordered = [
    ...open.filter((field) => !isDynamic.has(field.name.toLowerCase())),
    ...open.filter((field) => isDynamic.has(field.name.toLowerCase())),
  ];
  if (ordered.length === attributes.length) return ordered;
  const needed = ordered.filter((field) => generationText(field) === null);
  if (needed.length === attributes.length) return needed;
  throw arityMismatch(ordered.length, attributes.length, request.span);
}

function project(
  ctx: StatementContext,
  source: Plan,
  request: AlignRequest,
  provided: ReadonlyMap<string, BoundExpression>,
  bind: Binder,
): Aligned {
  const { fields } = request.schema;
  const given = new Set<string>();
  const numbered = new Set<string>();
  const outputs: Attribute[] = fields.map((field) => ({
    id: ctx.allocate(),
    name: field.name,
    type: field.type,
    nullable: true,
    qualifier: [],
  }));
  const plain: NamedExpression[] = fields.map((field, i) => {
    const value = provided.get(field.name.toLowerCase());
    if (value && generationText(field) !== null) given.add(field.name.toLowerCase());
    if (!value && identityOf(field)) {
      numbered.add(field.name.toLowerCase());
      return { expression: identityValue(field), output: outputs[i]! };
    }
    const isMissing = !value && generationText(field) === null;
    if (isMissing && defaultText(field) === null && !field.nullable && request.byName) {
      throw missingColumn(field, request.span);
    }
    const expression =
      value ?? (isMissing ? defaultValue(field, bind) : typedLiteral(null, field.type));
    return { expression, output: outputs[i]! };
  });
  const computed = fields.filter(
    (field) => generationText(field) !== null && !provided.has(field.name.toLowerCase()),
  );
  const first: Plan = { kind: "project", input: source, expressions: plain };
  if (computed.length === 0) return { plan: first, given, numbered };
  const expressions = fields.map((field, i): NamedExpression => {
    const output = { ...outputs[i]!, id: ctx.allocate() };
    const expression = computed.includes(field)
      ? generatedValue(field, outputs, bind)
      : refer(outputs[i]!);
    return { expression, output };
  });
  return { plan: { kind: "project", input: first, expressions }, given, numbered };
}

/** A field by name, ignoring letter case. */
export function findField(schema: StructType, name: string): StructField | undefined {
  const lower = name.toLowerCase();
  return schema.fields.find((field) => field.name.toLowerCase() === lower);
}

function fieldByName(schema: StructType, name: string, span: Span): StructField {
  const field = findField(schema, name);
  if (field) return field;
  throw unknownColumn(name, schema.fields, span);
}

function refuseRepeated(fields: readonly StructField[], span: Span): void {
  const repeated = fields.find((field, i) => fields.indexOf(field) !== i);
  if (!repeated) return;
  throw new SqlError(`column \`${repeated.name}\` is listed twice`, {
    errorClass: "COLUMN_ALREADY_EXISTS",
    sqlState: "42711",
    span,
    hint: "name each column once",
  });
}

function arityMismatch(wanted: number, got: number, span: Span): SqlError {
  const kind = got < wanted ? "NOT_ENOUGH_DATA_COLUMNS" : "TOO_MANY_DATA_COLUMNS";
  return new SqlError(`the table takes ${wanted} columns and the query gives ${got}`, {
    errorClass: `INSERT_COLUMN_ARITY_MISMATCH.${kind}`,
    sqlState: "21S01",
    span,
    hint: "list the columns, as in INSERT INTO t (a, b), or use BY NAME",
  });
}

function missingColumn(field: StructField, span: Span): SqlError {
  return new SqlError(`no value is given for the column \`${field.name}\`, which is NOT NULL`, {
    errorClass: "INCOMPATIBLE_DATA_FOR_TABLE.CANNOT_FIND_DATA",
    sqlState: "KD000",
    span,
    hint: "add the column to the query",
  });
}
