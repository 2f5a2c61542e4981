/**
 * Bound expressions as engine SQL. Every printed expression has exactly the engine type of its
 * Spark type (`engine/engine-type.ts`), so no implicit conversion of the engine can change an
 * answer. Functions print themselves (`functions/`), casts are in `cast.ts`.
 */
import { engineType, quoteIdentifier } from "../../engine/engine-type.ts";
import type { ScalarFunction } from "../../engine/types.ts";
import { isSimple } from "../functions/builder.ts";
import type { EmitContext } from "../functions/definition.ts";
import type {
  Attribute,
  BoundExpression,
  CallExpression,
  FieldExpression,
  LambdaExpression,
  SubqueryExpression,
} from "../plan/expression.ts";
import { emitCast } from "./cast.ts";
import { emitLiteral } from "./literal.ts";

export { prettyName } from "./pretty-name.ts";

/** What the relation emitter lends to expressions. */
export interface ExpressionNames {
  /** Engine SQL of a column; `outer` when it belongs to a query around this one. */
  attribute(attribute: Attribute, outer: boolean): string;
  subquery(expression: SubqueryExpression): string;
}

/** TypeScript functions the statement calls; register them before it runs. */
export type NeededFunctions = Map<string, ScalarFunction>;

/** A context that prints expressions and notes the functions they need. */
export interface ExpressionContext extends EmitContext {
  readonly names: ExpressionNames;
  readonly functions: NeededFunctions;
}

let freshNames = 0;

/** A context over one relation's names; statements share one `functions` map. */
export function createExpressionContext(
  names: ExpressionNames,
  functions: NeededFunctions,
): ExpressionContext {
  const context: ExpressionContext = {
    names,
    functions,
    emit: (expression) => emitExpression(expression, context),
    scalar(fn) {
      functions.set(fn.name, fn);
      return quoteIdentifier(fn.name);
    },
    freshName() {
      freshNames = (freshNames + 1) % 1_000_000;
      return `v${freshNames}`;
    },
  };
  return context;
}

/** Engine SQL of a bound expression. */
export function emitExpression(expression: BoundExpression, context: ExpressionContext): string {
  switch (expression.kind) {
    case "literal":
      return emitLiteral(expression.value, expression.type);
    case "attribute":
      return context.names.attribute(expression.attribute, expression.outer);
    case "cast":
      return emitCast(
        { sql: context.emit(expression.operand), expression: expression.operand },
        expression.type,
        expression.mode,
        context,
      );
    case "case": {
      const branches = expression.branches.map(
        (b) => ` WHEN ${context.emit(b.when)} THEN ${context.emit(b.then)}`,
      );
      const otherwise = expression.otherwise ? ` ELSE ${context.emit(expression.otherwise)}` : "";
      return `CASE${branches.join("")}${otherwise} END`;
    }
    case "lambda":
      return emitLambda(expression, context);
    case "subquery":
      return context.names.subquery(expression);
    case "field":
      return emitField(expression, context);
    default:
      return emitCall(expression, context);
  }
}

function emitCall(call: CallExpression, context: ExpressionContext): string {
  const args = call.args.map((arg) => context.emit(arg));
  const order = call.fn.evaluatesFirst;
  if (!order || args.length !== 2) return call.fn.emit(args, call, context);
  if (call.args.some(isNullConstant)) return emitLiteral(null, call.type);
  const [first, second] = order === "left" ? [0, 1] : [1, 0];
  const leading = call.args[first]!;
  if (leading.nullable && isSimple(leading) && mayRaise(call.args[second]!)) {
    args[second] = `CASE WHEN ${args[first]} IS NOT NULL THEN ${args[second]} END`;
  }
  return call.fn.emit(args, call, context);
}

function isNullConstant(expression: BoundExpression): boolean {
  if (expression.kind === "cast") return isNullConstant(expression.operand);
  return expression.kind === "literal" && expression.value === null;
}

const RAISING = new Set(["/", "%", "div", "pmod", "raise_error", "element_at", "[]"]);

/** Whether an operand is likely to fail on some row: it reads text or divides. */
function mayRaise(expression: BoundExpression): boolean {
  if (expression.kind === "cast") {
    const reads = expression.mode === "ansi" && expression.operand.type.kind === "string";
    return reads || mayRaise(expression.operand);
  }
  if (expression.kind !== "call") return false;
  return RAISING.has(expression.fn.name) || expression.args.some(mayRaise);
}

function emitField(field: FieldExpression, context: ExpressionContext): string {
  const operand = context.emit(field.operand);
  const { type } = field.operand;
  if (type.kind === "array" && type.element.kind === "struct") {
    const name = context.freshName();
    const key = quoteIdentifier(type.element.fields[field.index]!.name);
    return `list_transform(${operand}, lambda ${name}: ${name}.${key})`;
  }
  if (type.kind !== "struct") return operand;
  return `(${operand}).${quoteIdentifier(type.fields[field.index]!.name)}`;
}

/** `lambda x, y: body`; parameters print as names made from their attribute ids. */
function emitLambda(lambda: LambdaExpression, context: ExpressionContext): string {
  const parameters = lambda.parameters.map((p) => lambdaName(p)).join(", ");
  return `lambda ${parameters}: ${emitLambdaBody(lambda, context)}`;
}

/** The body of a lambda, its parameters printed by `lambdaName`. */
export function emitLambdaBody(lambda: LambdaExpression, context: ExpressionContext): string {
  const own = new Set(lambda.parameters.map((p) => p.id));
  const names: ExpressionNames = {
    attribute: (attribute, outer) =>
      own.has(attribute.id) ? lambdaName(attribute) : context.names.attribute(attribute, outer),
    subquery: (expression) => context.names.subquery(expression),
  };
  return emitExpression(lambda.body, createExpressionContext(names, context.functions));
}

/** The name of a lambda parameter in engine SQL; ids are unique in a statement. */
export function lambdaName(attribute: Attribute): string {
  return `l${attribute.id}`;
}

/** `expr::TYPE` for places where the engine cannot know the type of a NULL. */
export function emitTyped(expression: BoundExpression, context: ExpressionContext): string {
  const sql = context.emit(expression);
  return expression.type.kind === "void" ? sql : `CAST(${sql} AS ${engineType(expression.type)})`;
}
