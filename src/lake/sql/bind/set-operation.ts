/**
 * UNION, EXCEPT, INTERSECT: both sides cast to their common types, names from the left
 * (Spark 4.2 `WidenSetOperationTypes`).
 */
import { holdsVariant } from "../../engine/engine-type.ts";
import { type DataType, formatTypeSql, sameType } from "../../schema/data-type.ts";
import type { QueryBody, Span } from "../ast.ts";
import { notImplemented, SqlError } from "../error.ts";
import type { Attribute } from "../plan/expression.ts";
import { outputOf, type Plan } from "../plan/plan.ts";
import { commonType, implicitCast } from "../types/coercion.ts";
import { refer } from "./column.ts";
import type { BindContext } from "./context.ts";
import type { QueryEnv } from "./environment.ts";
import { bindBody } from "./query.ts";

type SetOperation = Extract<QueryBody, { kind: "set_operation" }>;

/** Binds a set operation. */
export function bindSetOperation(body: SetOperation, env: QueryEnv): Plan {
  if (body.byName) throw notImplemented(`${body.operator} BY NAME`, body.span);
  const left = bindBody(body.left, env);
  const right = bindBody(body.right, env);
  return combineSets(body, left, right, env.context);
}

/** What a set operation says beside its sides. */
export type SetOperator = Pick<SetOperation, "operator" | "all" | "span">;

/** Binds a set operation of two plans. */
export function combineSets(
  body: SetOperator,
  left: Plan,
  right: Plan,
  context: BindContext,
): Plan {
  const { operator, all, span } = body;
  const leftOutput = outputOf(left);
  const rightOutput = outputOf(right);
  if (leftOutput.length !== rightOutput.length) throw countMismatch(body, leftOutput, rightOutput);
  const types = leftOutput.map((attribute, i) =>
    columnType(attribute, rightOutput[i]!, { operator, index: i, span }),
  );
  if (operator !== "union" || !all) for (const type of types) refuseUncomparable(type, body);
  const output = leftOutput.map((attribute, i): Attribute => {
    const other = rightOutput[i]!.nullable;
    const nullable =
      operator === "union"
        ? attribute.nullable || other
        : operator === "intersect"
          ? attribute.nullable && other
          : attribute.nullable;
    return {
      id: context.allocate(),
      name: attribute.name,
      type: types[i]!,
      nullable,
      qualifier: attribute.qualifier,
    };
  });
  return {
    kind: "set_operation",
    operator,
    all,
    left: castTo(left, types, context),
    right: castTo(right, types, context),
    output,
  };
}

function columnType(
  left: Attribute,
  right: Attribute,
  at: { operator: string; index: number; span: Span },
): DataType {
  const common = sameType(left.type, right.type) ? left.type : commonType([left.type, right.type]);
  if (common) return common;
  throw new SqlError(
    `${at.operator.toUpperCase()} can only be performed on compatible types: column ` +
      `${at.index + 1} is ${formatTypeSql(left.type)} and ${formatTypeSql(right.type)}`,
    {
      errorClass: "INCOMPATIBLE_COLUMN_TYPE",
      sqlState: "42825",
      span: at.span,
      hint: "cast one side",
    },
  );
}

function refuseUncomparable(type: DataType, body: SetOperator): void {
  refuseVariantSet(type, body.operator.toUpperCase(), body.span);
  if (type.kind !== "map") return;
  throw new SqlError(`${body.operator.toUpperCase()} cannot compare ${formatTypeSql(type)}`, {
    errorClass: "UNSUPPORTED_FEATURE.SET_OPERATION_ON_MAP_TYPE",
    sqlState: "0A000",
    span: body.span,
    hint: "use UNION ALL",
  });
}

/** Refuses variants, at any depth, where rows are compared: DISTINCT, UNION, EXCEPT, INTERSECT. */
export function refuseVariantSet(type: DataType, operator: string, span: Span | undefined): void {
  if (!holdsVariant(type)) return;
  throw new SqlError(`${operator} cannot compare ${formatTypeSql(type)}`, {
    errorClass: "UNSUPPORTED_FEATURE.SET_OPERATION_ON_VARIANT_TYPE",
    sqlState: "0A000",
    span,
    hint: "compare parts of the variant, cast to a type",
  });
}

/** The plan with its columns cast, one by one, to the given types. */
export function castTo(
  plan: Plan,
  types: readonly DataType[],
  context: Pick<BindContext, "allocate">,
): Plan {
  const output = outputOf(plan);
  if (output.every((attribute, i) => sameType(attribute.type, types[i]!))) return plan;
  const expressions = output.map((attribute, i) => {
    const expression = implicitCast(refer(attribute), types[i]!);
    if (expression.kind === "attribute") return { expression, output: attribute };
    return {
      expression,
      output: {
        id: context.allocate(),
        name: attribute.name,
        type: types[i]!,
        nullable: expression.nullable,
        qualifier: attribute.qualifier,
      },
    };
  });
  return { kind: "project", input: plan, expressions };
}

function countMismatch(
  body: SetOperator,
  left: readonly Attribute[],
  right: readonly Attribute[],
): SqlError {
  return new SqlError(
    `${body.operator.toUpperCase()} can only be performed on inputs with the same number of ` +
      `columns, but the first input has ${left.length} and the second ${right.length}`,
    {
      errorClass: "NUM_COLUMNS_MISMATCH",
      sqlState: "42826",
      span: body.span,
      hint: "select the same number of columns on both sides",
    },
  );
}
