/**
 * Lambda arguments. A lambda can be bound only when its function knows the parameters' types, so a
 * call first gets a placeholder, and the function asks `bindLambda` for the real thing.
 */
import { type DataType, VOID } from "../../schema/data-type.ts";
import type { Expression, Span } from "../ast.ts";
import { SqlError } from "../error.ts";
import type { Attribute, BoundExpression, LambdaExpression } from "../plan/expression.ts";
import type { ExpressionEnv } from "./environment.ts";
import { bindExpression } from "./expression.ts";

type LambdaAst = Extract<Expression, { kind: "lambda" }> & { span: Span };

const pending = new WeakMap<BoundExpression, { ast: LambdaAst; env: ExpressionEnv }>();

/** Stands for a lambda until its parameter types are known. */
export function lambdaPlaceholder(ast: LambdaAst, env: ExpressionEnv): LambdaExpression {
  const placeholder: LambdaExpression = {
    kind: "lambda",
    parameters: ast.parameters.map((p) => parameter(p.name, VOID, true, env)),
    body: { kind: "literal", value: null, type: VOID, nullable: true },
    type: VOID,
    nullable: true,
    span: ast.span,
  };
  pending.set(placeholder, { ast, env });
  return placeholder;
}

function parameter(name: string, type: DataType, nullable: boolean, env: ExpressionEnv): Attribute {
  return { id: env.query.context.allocate(), name, type, nullable, qualifier: [] };
}

/** Binds a placeholder with the types its function gives the parameters. */
export function bindLambdaArgument(
  argument: BoundExpression,
  types: readonly { type: DataType; nullable: boolean }[],
  env: ExpressionEnv,
): BoundExpression {
  const lambda = pending.get(argument);
  if (!lambda) {
    const parameters = types.map((t, i) => parameter(`x${i}`, t.type, t.nullable, env));
    const { type, nullable } = argument;
    return { kind: "lambda", parameters, body: argument, type, nullable };
  }
  const { ast } = lambda;
  if (ast.parameters.length !== types.length) throw wrongCount(ast, types.length);
  const parameters = ast.parameters.map((p, i) => {
    const { type, nullable } = types[i]!;
    return parameter(p.name, type, nullable, env);
  });
  const names = ast.parameters.map((p) => p.name.toLowerCase());
  if (new Set(names).size < names.length) {
    throw new SqlError("lambda parameters need different names", {
      errorClass: "INVALID_LAMBDA_FUNCTION_CALL.DUPLICATE_ARG_NAMES",
      sqlState: "42K0D",
      span: ast.span,
      hint: "rename one of them",
    });
  }
  const body = bindExpression(ast.body, {
    ...lambda.env,
    allowAggregates: false,
    allowWindows: false,
    lambdas: { parameters, parent: lambda.env.lambdas },
  });
  return { kind: "lambda", parameters, body, type: body.type, nullable: body.nullable };
}

function wrongCount(ast: LambdaAst, expected: number): SqlError {
  return new SqlError(
    `the lambda has ${ast.parameters.length} parameters, its function passes ${expected}`,
    {
      errorClass: "INVALID_LAMBDA_FUNCTION_CALL.NUM_ARGS_MISMATCH",
      sqlState: "42K0D",
      span: ast.span,
      hint: `write ${expected} parameter${expected === 1 ? "" : "s"}`,
    },
  );
}
