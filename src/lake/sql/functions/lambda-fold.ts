/**
 * A fold over a list in engine SQL. `list_reduce` wants a state of the element's type, and takes
 * columns from around the lambda from the wrong row once lists differ in length (DuckDB 1.5), so
 * state, element and every such column travel in one struct.
 */
import { engineType } from "../../engine/engine-type.ts";
import { type DataType, structField, structType } from "../../schema/data-type.ts";
import type { Attribute, AttributeExpression, BoundExpression } from "../plan/expression.ts";
import { rewriteExpression, walkExpression } from "../plan/transform.ts";
import type { EmitContext } from "./definition.ts";
import { fieldOf, printLambda, reference } from "./lambda-arguments.ts";

export interface Fold {
  /** Engine SQL of the list. */
  readonly array: string;
  /** The parameter of the body that stands for the state, where it has one. */
  readonly state: Attribute | null;
  readonly stateType: DataType;
  readonly element: Attribute;
  readonly body: BoundExpression;
  /** Engine SQL of the first state. */
  readonly start: string;
  /** Engine SQL of the next state from the state's and the body's; default the body's. */
  readonly next?: (state: string, body: string) => string;
}

/** Engine SQL of the last state; NULL for a NULL list. */
export function emitFold(fold: Fold, context: EmitContext): string {
  const around = columnsAround(fold);
  const rowType = structType([
    structField("a", fold.stateType),
    structField("x", fold.element.type),
    ...around.map((column, i) => structField(`c${i}`, column.type)),
  ]);
  const right: Attribute = { ...fold.element, type: rowType, nullable: false };
  const left: Attribute | null = fold.state && { ...fold.state, type: rowType, nullable: false };
  const places = new Map(around.map((column, i) => [column.attribute.id, i + 2]));
  places.set(fold.element.id, 1);
  const body = rewriteExpression(fold.body, (node) => {
    if (node.kind !== "attribute") return node;
    if (left && node.attribute.id === left.id) return fieldOf(reference(left), 0);
    const place = places.get(node.attribute.id);
    return place === undefined ? node : fieldOf(reference(right), place);
  });
  const parameters = left ? [left, right] : [right];
  const { type, nullable } = body;
  const printed = printLambda({ kind: "lambda", parameters, body, type, nullable }, context);
  const names = left ? printed.names : `${context.freshName()}, ${printed.names}`;
  const state = `${names.split(", ")[0]}.a`;

  const pack = (a: string, x: string, others: readonly string[]): string => {
    const fields = [`a := ${a}`, `x := ${x}`, ...others.map((other, i) => `c${i} := ${other}`)];
    return `CAST(struct_pack(${fields.join(", ")}) AS ${engineType(rowType)})`;
  };
  const nothing = around.map(() => "NULL");
  const listed = context.freshName();
  const columns = around.map((column) => context.emit(column));
  const next = fold.next?.(state, printed.body) ?? printed.body;
  return (
    `struct_extract(list_reduce(list_transform(${fold.array}, lambda ${listed}: ` +
    `${pack("NULL", listed, columns)}), lambda ${names}: ${pack(next, "NULL", nothing)}, ` +
    `${pack(fold.start, "NULL", nothing)}), 'a')`
  );
}

/** Columns and outer lambda parameters the body uses, each once. */
function columnsAround(fold: Fold): AttributeExpression[] {
  const own = new Set([fold.element.id, ...(fold.state ? [fold.state.id] : [])]);
  const found = new Map<number, AttributeExpression>();
  walkExpression(fold.body, (node) => {
    if (node.kind === "lambda") for (const parameter of node.parameters) own.add(parameter.id);
    if (node.kind === "attribute") found.set(node.attribute.id, node);
  });
  return [...found.values()].filter((column) => !own.has(column.attribute.id));
}
