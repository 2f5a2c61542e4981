/**
 * Builds entries of the function table from compact descriptions: parameter types, result type and
 * engine SQL. Arity and type errors carry Spark's classes. Read `accept.ts` for parameter types.
 */
import type { ScalarFunction } from "../../engine/types.ts";
import { type DataType, formatType } from "../../schema/data-type.ts";
import type { Value } from "../../schema/value.ts";
import type { Span } from "../ast.ts";
import { SqlError } from "../error.ts";
import type { BoundExpression, CallExpression } from "../plan/expression.ts";
import { mismatch } from "../types/mismatch.ts";
import type { Accept } from "./accept.ts";
import type { EmitContext, FunctionDef, FunctionKind, ResolveContext } from "./definition.ts";

export type EmitFunction = (
  args: readonly string[],
  call: CallExpression,
  context: EmitContext,
) => string;

export interface EntryOptions {
  kind?: FunctionKind;
  aliases?: readonly string[];
  /** For `entry`: fewest and most arguments; `define` counts its parameters. */
  arity?: readonly [least: number, most: number];
  /** How many trailing parameters may be left out. */
  optional?: number;
  /** Takes any number of further arguments like this. */
  rest?: Accept;
  /** Values of parameters left out; they show in column names, as Spark shows them. */
  defaults?: (args: readonly BoundExpression[]) => readonly BoundExpression[];
  nullable?: boolean | ((args: readonly BoundExpression[]) => boolean);
  /** Further checks once the arguments are cast. */
  check?: (args: readonly BoundExpression[], context: ResolveContext) => void;
  data?: (args: readonly BoundExpression[], context: ResolveContext) => unknown;
  pretty?: FunctionDef["pretty"];
  /** Column names show the alias the user called it by, not the canonical name. */
  showsAlias?: boolean;
  volatile?: boolean;
  allowsDistinct?: boolean;
  allowsIgnoreNulls?: boolean;
  requiresOrder?: boolean;
  evaluatesFirst?: FunctionDef["evaluatesFirst"];
  example?: string;
  summary?: string;
}

type ResultType = DataType | ((args: readonly BoundExpression[]) => DataType);

/** A function of fixed parameters (some optional, or a repeated last one). */
export function define(
  name: string,
  parameters: readonly Accept[],
  type: ResultType,
  emit: EmitFunction,
  options: EntryOptions = {},
): FunctionDef {
  return entry(name, options, emit, (args, context) => {
    checkArity(args, parameters, options, context);
    const filled = options.defaults ? [...args, ...options.defaults(args)] : args;
    const cast = castArguments(filled, parameters, options.rest, context);
    options.check?.(cast, context);
    return {
      type: typeof type === "function" ? type(cast) : type,
      nullable: nullability(options.nullable, cast),
      args: cast,
      ...(options.data ? { data: options.data(cast, context) } : {}),
    };
  });
}

/** A function that resolves its arguments in its own way. */
export function entry(
  name: string,
  options: EntryOptions,
  emit: EmitFunction,
  resolve: FunctionDef["resolve"],
): FunctionDef {
  const pretty = options.pretty ?? (options.showsAlias ? aliasPretty : undefined);
  return {
    name,
    kind: options.kind ?? "scalar",
    summary: options.summary ?? "",
    resolve: options.arity ? counted(options.arity, resolve) : resolve,
    emit,
    ...(options.aliases ? { aliases: options.aliases } : {}),
    ...(options.example ? { example: options.example } : {}),
    ...(pretty ? { pretty } : {}),
    ...(options.allowsDistinct ? { allowsDistinct: true } : {}),
    ...(options.allowsIgnoreNulls ? { allowsIgnoreNulls: true } : {}),
    ...(options.requiresOrder ? { requiresOrder: true } : {}),
    ...(options.evaluatesFirst ? { evaluatesFirst: options.evaluatesFirst } : {}),
    ...(options.volatile ? { volatile: true } : {}),
  };
}

function counted(
  [least, most]: readonly [number, number],
  resolve: FunctionDef["resolve"],
): FunctionDef["resolve"] {
  return (args, context) => {
    if (args.length < least || args.length > most) {
      throw wrongArity(context.calledAs, arityText(least, most), args.length, context.span);
    }
    return resolve(args, context);
  };
}

function aliasPretty(args: readonly string[], call: CallExpression): string {
  return `${call.calledAs.toLowerCase()}(${args.join(", ")})`;
}

function nullability(rule: EntryOptions["nullable"], args: readonly BoundExpression[]): boolean {
  if (typeof rule === "function") return rule(args);
  return rule ?? args.some((arg) => arg.nullable);
}

function checkArity(
  args: readonly BoundExpression[],
  parameters: readonly Accept[],
  options: EntryOptions,
  context: ResolveContext,
): void {
  const least = parameters.length - (options.optional ?? 0);
  const most = options.rest ? Number.POSITIVE_INFINITY : parameters.length;
  if (args.length < least || args.length > most) {
    throw wrongArity(context.calledAs, arityText(least, most), args.length, context.span);
  }
}

function arityText(least: number, most: number): string {
  if (most === Number.POSITIVE_INFINITY) return `> ${least - 1}`;
  if (least === most) return String(least);
  return most - least === 1 ? `${least} or ${most}` : `${least} to ${most}`;
}

/** WRONG_NUM_ARGS in the name of a function. */
export function wrongArity(name: string, wanted: string, actual: number, span?: Span): SqlError {
  return new SqlError(
    `\`${name}\` needs ${wanted} argument${wanted === "1" ? "" : "s"}, but got ${actual}`,
    {
      errorClass: "WRONG_NUM_ARGS.WITHOUT_SUGGESTION",
      sqlState: "42605",
      span,
      hint: `see \`describe function ${name}\` for its arguments`,
    },
  );
}

/** Casts each argument to what its parameter takes. */
export function castArguments(
  args: readonly BoundExpression[],
  parameters: readonly Accept[],
  rest: Accept | undefined,
  context: ResolveContext,
): BoundExpression[] {
  return args.map((arg, i) => castArgument(arg, i, (parameters[i] ?? rest)!, context));
}

/** One argument cast to what its parameter takes, or UNEXPECTED_INPUT_TYPE. */
export function castArgument(
  arg: BoundExpression,
  index: number,
  parameter: Accept,
  context: ResolveContext,
): BoundExpression {
  const target = parameter.target(arg.type);
  if (target) return context.cast(arg, target);
  throw mismatch(
    "UNEXPECTED_INPUT_TYPE",
    `argument ${index + 1} of \`${context.calledAs}\` must be ${parameter.describe}, but it is ` +
      formatType(arg.type),
    arg.span ?? context.span,
  );
}

/** `name(args)` in the engine. */
export function native(name: string): EmitFunction {
  return (args) => `${name}(${args.join(", ")})`;
}

/** Literal arguments and data of a call, as text that tells it from others of the same types. */
function constantsOf(call: CallExpression): string {
  const literals = call.args.map((arg) => (arg.kind === "literal" ? [arg.value] : null));
  const constants = [literals, call.data ?? null, call.calledAs];
  return `#${JSON.stringify(constants, (_, value) => (typeof value === "bigint" ? `${value}n` : value))}`;
}

/** Emits a call of a TypeScript function over the call's own argument types. */
export function script(
  name: string | ((call: CallExpression) => string),
  call: (args: readonly Value[], bound: CallExpression) => Value,
  options: { onNull?: boolean; volatile?: boolean } = {},
): EmitFunction {
  return (args, bound, context) => {
    const base = typeof name === "string" ? name : name(bound);
    return callScript(context, args, {
      // The engine keeps one function a name: what `call` may read off this call is part of it.
      name: call.length > 1 ? `${base}${constantsOf(bound)}` : base,
      parameters: bound.args.map((a) => a.type),
      returnType: bound.type,
      call: (values) => call(values, bound),
      ...(options.onNull ? { handlesNull: true } : {}),
      ...(options.volatile ? { volatile: true } : {}),
    });
  };
}

/**
 * Text of a call of a TypeScript function; the registered name spells its types, so that one name
 * never stands for two signatures.
 */
export function callScript(
  context: EmitContext,
  args: readonly string[],
  fn: ScalarFunction,
): string {
  const signature = fn.parameters.map(formatType).join(",");
  const name = spellCase(`${fn.name}(${signature}):${formatType(fn.returnType)}`);
  return `${context.scalar({ ...fn, name })}(${args.join(", ")})`;
}

/** The engine's names have no case: capitals are marked, as field names of types may differ in it. */
function spellCase(name: string): string {
  return name.replace(/[A-Z^]/g, (char) => `^${char.toLowerCase()}`);
}

/** Engine SQL that fails with a Spark error; has any type. */
export function raise(errorClass: string, sqlState: string, message: string): string {
  return `error('[${errorClass}|${sqlState}] ${message.replaceAll("'", "''")}')`;
}

/** A JavaScript error the engine passes on, with Spark's class in front. */
export function runtimeError(errorClass: string, sqlState: string, message: string): Error {
  return new Error(`[${errorClass}|${sqlState}] ${message}`);
}

/** Whether an expression is cheap and has no effects, so that its text may stand twice. */
export function isSimple(expression: BoundExpression): boolean {
  if (expression.kind === "literal" || expression.kind === "attribute") return true;
  return expression.kind === "cast" && expression.implicit && isSimple(expression.operand);
}

/** Evaluates `value` once: `body` gets a name for it. */
export function letIn(
  context: EmitContext,
  value: { sql: string; expression: BoundExpression },
  body: (name: string) => string,
): string {
  if (isSimple(value.expression)) return body(value.sql);
  const name = context.freshName();
  return `list_transform([${value.sql}], lambda ${name}: ${body(name)})[1]`;
}

/** Value of a literal argument, undefined when it is not a literal. */
export function literalValue(expression: BoundExpression): Value | undefined {
  if (expression.kind === "literal") return expression.value;
  if (expression.kind === "cast" && expression.implicit && expression.operand.kind === "literal") {
    return expression.operand.value === null ? null : undefined;
  }
  return undefined;
}
